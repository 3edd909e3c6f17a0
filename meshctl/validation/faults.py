"""The faults of one object, and the verdict they lead to."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

from meshctl.resources.resource import Resource
from meshctl.resources.view import Path, Ref, path_text

_LONGEST = 60
_MISSING = " is missing"
FLAGS = {"true": ", as on, yes and y are read", "false": ", as off, no and n are read"}
"""What makes a key of a flag that somebody wrote without quotes."""

FaultKind = Literal[
    "unknown-field", "wrong-type", "missing-field", "value-not-allowed", "out-of-bounds",
    "cel-rule", "webhook", "metadata", "mesh-config",
]  # fmt: skip


class Meant(NamedTuple):
    """What stands at the place of a fault in the one reading that it has: a key, or a value."""

    what: Any
    is_sure: bool = True
    """Does what is written differ from it only in case, quotes and signs?"""
    is_quoted: bool = False
    """Is it the text as it is written, such as 1.10, in quotes?"""


class Fault(NamedTuple):
    """One reason to refuse an object, or to warn about it."""

    kind: FaultKind
    path: Path
    message: str
    is_warning: bool = False
    key: bool = False
    """Does the fault lie in the key instead of its value?"""
    meant: Meant | None = None

    def at(self, resource: Resource) -> Ref:
        """Name its place in the object it was found in."""
        return Ref(resource, self.path, self.key)


Check = Callable[[Any], Sequence[Fault]]
"""What is wrong with a value, with paths that begin at it; empty when nothing is."""


def below(step: str | int, faults: Sequence[Fault]) -> list[Fault]:
    """Move faults of a field or item to the value that holds it."""
    return [fault._replace(path=(step, *fault.path)) for fault in faults]


def sentence(fault: Fault) -> str:
    """Say what is wrong, with the field before it."""
    field = ".".join(map(str, fault.path))
    return f"{field}: {fault.message}" if field else fault.message


def named(fault: Fault) -> str:
    """Say what is wrong, with the name of the value in place of ``this``."""
    subject, _, rest = fault.message.partition(" ")
    if subject != "this":
        return fault.message
    names = [step for step in fault.path if isinstance(step, str)]
    if not names:
        return f"the object {rest}"
    is_item = isinstance(fault.path[-1], int)
    name = names[-1]
    if name in FLAGS:
        name = f"the key {name}{FLAGS[name]},"
    return f"{'an item of ' if is_item else ''}{name} {rest}"


def fix_of(fault: Fault, resource: Resource) -> str:
    """Say as one sentence what mends a fault."""
    field, name = path_text(fault.path), resource.title
    if fault.kind == "missing-field":
        home = f" to `{field}`" if field else ""
        return f"add `{fault.message.removesuffix(_MISSING)}`{home} of {name}."
    if fault.kind == "unknown-field":
        return _for_an_unknown_field(fault, field, name, resource.kind)
    meant = fault.meant
    if meant is not None and meant.is_quoted:  # 1.10 was read as 1.1
        return f"put quotes around what is written in `{field}` of {name}."
    written = "" if meant is None or fault.key else _written(meant.what)
    if written:
        return f"write `{written}` in `{field}` of {name}."
    if fault.kind == "out-of-bounds":
        return f"keep `{field}` of {name} within these bounds."
    return f"change `{field or 'metadata'}` of {name} to what is allowed there."


def _for_an_unknown_field(fault: Fault, field: str, name: str, kind: str) -> str:
    if fault.meant is not None:
        return f"rename `{field}` of {name} to `{fault.meant.what}`."
    return (
        f"take `{field}` out of {name}, or indent it so that it stands where it belongs; "
        f"`meshctl schema {kind}` prints the fields."
    )


def _written(value: Any) -> str:
    """Write a value as YAML has it; empty for what is too long to be read."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= _LONGEST and "\n" not in text else ""


class Verdict(NamedTuple):
    """Everything that is wrong with an object, and what nobody could judge, as sentences."""

    faults: tuple[Fault, ...] = ()
    not_checked: tuple[str, ...] = ()

    @property
    def is_accepted(self) -> bool:
        """Would the API server store the object? Warnings do not stop it."""
        return all(fault.is_warning for fault in self.faults)

    def of(self, kind: FaultKind, *, is_warning: bool = False) -> Iterator[Fault]:
        """List the faults of one kind."""
        for fault in self.faults:
            if fault.kind == kind and fault.is_warning == is_warning:
                yield fault


ACCEPTED = Verdict()
