"""Finds with jsonschema what is wrong with what users bring, by the schema of its form."""

from collections.abc import Iterator
from typing import Any

from meshctl.validation.faults import Fault, FaultKind
from meshctl.validation.wording import closest, listed, show, wrong_type

Schema = dict[str, Any]
_KINDS: dict[str, FaultKind] = {"enum": "value-not-allowed", "const": "value-not-allowed"}
_BOUNDS = {
    "minimum": "at least {}", "maximum": "at most {}", "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}", "minItems": "a list of at least {}",
    "maxItems": "a list of at most {}", "minLength": "at least {} characters long",
    "maxLength": "at most {} characters long", "pattern": "of the form {}",
}  # fmt: skip


def faults(value: Any, schema: Schema) -> Iterator[Fault]:
    """Walk what is wrong with a value by a schema (2020-12), each mistake once.

    Messages show no more of a value than those for manifests do: it may be long, or secret.
    """
    import jsonschema

    errors = jsonschema.Draft202012Validator(schema).iter_errors(value)
    yield from dict.fromkeys(fault for error in errors for fault in _of(error))


def metaschema_faults(schema: Schema) -> Iterator[Fault]:
    """Walk what is wrong with a JSON Schema (2020-12), as its metaschema says it."""
    import jsonschema

    return faults(schema, jsonschema.Draft202012Validator.META_SCHEMA)


def _of(error: Any) -> Iterator[Fault]:
    path, needed, found = tuple(error.absolute_path), error.validator_value, error.instance
    if error.validator in {"anyOf", "oneOf"} and error.context:
        yield from _of_choice(error, path)
    elif error.validator == "type":
        types = [needed] if isinstance(needed, str) else needed
        yield from (fault._replace(path=path) for fault in wrong_type(found, types))
    elif error.validator == "required":
        for name in needed:
            if name not in found:
                yield Fault("missing-field", path, f"{name} is missing", key=True)
    elif error.validator == "additionalProperties":
        known = error.schema.get("properties", {})
        for name in found.keys() - known.keys():
            hint = closest(str(name), known) or f"; there are {listed(sorted(known))}"
            message = f"there is no field {show(name)} here{hint}"
            yield Fault("unknown-field", (*path, name), message, key=True)
    else:
        yield Fault(_KINDS.get(error.validator, "out-of-bounds"), path, _said(error))


def _of_choice(error: Any, path: tuple[str | int, ...]) -> Iterator[Fault]:
    """Speak of the one choice whose type the value has; else of all types."""
    branches: dict[int, list[Any]] = {}
    for part in error.context:
        branches.setdefault(part.schema_path[0], []).append(part)
    fitting = [
        branch
        for branch in branches.values()
        if not any(part.validator == "type" and not part.path for part in branch)
    ]
    if len(fitting) == 1:
        yield from (fault for part in fitting[0] for fault in _of(part))
        return
    types = [str(choice["type"]) for choice in error.validator_value if "type" in choice]
    if fitting or not types:
        yield Fault("value-not-allowed", path, "this is none of what is taken here")
    else:
        yield from (one._replace(path=path) for one in wrong_type(error.instance, types))


def _said(error: Any) -> str:
    needed = error.validator_value
    if error.validator == "enum":
        return f"this is {show(error.instance)}; it has to be one of {listed(map(show, needed))}"
    if error.validator in {"minItems", "minLength"} and needed == 1:
        return "this is empty; it has to hold something"
    if error.validator in _BOUNDS:
        return f"this is {show(error.instance)}; it has to be {_BOUNDS[error.validator].format(needed)}"
    return f"{error.validator} of {show(needed)} doesn't hold"
