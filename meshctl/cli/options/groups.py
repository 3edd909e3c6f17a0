"""Expands groups of options that commands share, so that a flag means one thing everywhere."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, get_type_hints


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of every group among its parameters.

    A group is a NamedTuple whose fields are annotated for Typer; the command gets it filled.
    """
    hints = get_type_hints(command, include_extras=True)
    groups = {name: kind for name, kind in hints.items() if _is_group(kind)}
    parameters = inspect.signature(command).parameters
    expanded = [
        parameter for name in parameters for parameter in _expanded(name, hints, parameters[name])
    ]
    signature = inspect.Signature(
        sorted(expanded, key=lambda parameter: parameter.default is not parameter.empty)
    )

    @wraps(command)
    def run(*args: Any, **given: Any) -> None:
        bound = signature.bind(*args, **given)
        bound.apply_defaults()
        values = dict(bound.arguments)
        filled = {
            name: group(**{field: values.pop(field) for field in group._fields})
            for name, group in groups.items()
        }
        command(**values, **filled)

    run.__signature__ = signature  # type: ignore[attr-defined]
    run.__annotations__ = {
        **{parameter.name: parameter.annotation for parameter in expanded},
        "return": None,
    }
    return run


def _expanded(
    name: str, hints: dict[str, Any], parameter: inspect.Parameter
) -> list[inspect.Parameter]:
    kind = hints[name]
    if not _is_group(kind):
        return [_parameter(name, kind, parameter.default)]
    own = get_type_hints(kind, include_extras=True)
    return [_parameter(field, own[field], kind._field_defaults[field]) for field in kind._fields]


def _parameter(name: str, kind: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=kind, default=default
    )


def _is_group(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_fields")
