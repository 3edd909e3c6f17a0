"""Read-only views of mappings that know where each value is written.

Views read the parsed data of a resource without ever failing: a field that is missing or has
the wrong type reads as empty, since the schema rules report it. Every view knows its own path,
so that rules name places (``port.at("protocol")``) and never see lines.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.resources.resource import Resource

T = TypeVar("T")
Path = tuple[str | int, ...]


_NOTHING: Mapping[str, Any] = {}
"""What an absent mapping reads as."""


class Ref(NamedTuple):
    """A symbolic place: a path inside a resource, pointing at the value or (``key``) at its key."""

    resource: "Resource"
    path: Path
    key: bool = False

    def value(self, default: Any = None) -> Any:
        """Read the value it points at; null is a value, and what is missing reads as the default."""
        found: Any = self.resource.data
        for key in self.path:
            try:
                found = found[key]
            except (KeyError, IndexError, TypeError):
                return default
        return found


class View:
    """One mapping inside a resource, with the path that leads to it."""

    def __init__(self, resource: "Resource", path: Path, data: Any) -> None:
        self.resource = resource
        self.path = path
        self.data: Mapping[str, Any] = data if isinstance(data, dict) else _NOTHING

    def at(self, *keys: str | int) -> Ref:
        """Name the value below this view; a missing value stands for its nearest parent."""
        return Ref(self.resource, self.path + keys)

    def key(self, *keys: str | int) -> Ref:
        """Name the key itself instead of its value (for a block that is wrong as a whole)."""
        return Ref(self.resource, self.path + keys, key=True)

    def has(self, key: str) -> bool:
        """Say whether the field is written at all (null counts as not written)."""
        return self.data.get(key) is not None

    def text(self, key: str, default: str = "") -> str:
        """Read a string; anything else reads as the default."""
        value = self.data.get(key)
        return value if isinstance(value, str) else default

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list of strings; entries of another type read as empty strings, in place."""
        value = self.data.get(key)
        if not isinstance(value, list):
            return ()
        return tuple([item if isinstance(item, str) else "" for item in value])

    def number(self, key: str) -> int | None:
        """Read an integer (a float without fraction counts; a boolean does not)."""
        value = self.data.get(key)
        return None if value is None else as_number(value)

    def flag(self, key: str) -> bool | None:
        """Read a boolean, ``None`` when absent or of another type."""
        value = self.data.get(key)
        return value if isinstance(value, bool) else None

    def labels_of(self, key: str) -> dict[str, str]:
        """Read a string-to-string mapping such as labels or a selector."""
        value = self.data.get(key)
        if not isinstance(value, dict):
            return {}
        return {k: v for k, v in value.items() if isinstance(k, str) and isinstance(v, str)}

    def names(self) -> tuple[str, ...]:
        """Read the keys of this mapping; the API server drops those whose value is null."""
        return tuple([k for k, v in self.data.items() if v is not None and isinstance(k, str)])

    def items(self, key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
        """Walk the mappings in a list with their index; other entries are passed over."""
        value = self.data.get(key)
        if isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, dict):
                    yield index, item

    def child(self, *keys: str) -> "View":
        """Descend into nested mappings; an absent one reads as empty."""
        data: Any = self.data
        for key in keys:
            if not isinstance(data, dict):
                break
            data = data.get(key)
        return View(self.resource, self.path + keys, data)

    def once(self, make: Callable[[Any], T]) -> T:
        """Give what a function works out of this view and nothing else; it is asked once.

        It holds for as long as the view is there, which may be in one mesh after another.
        """
        known: T
        try:
            known = self._made[make]
        except KeyError:
            known = self._made[make] = make(self)
        return known

    @cached_property
    def _made(self) -> dict[Callable[[Any], Any], Any]:
        return {}


V = TypeVar("V", bound=View)


def views(parent: View, key: str, kind: type[V]) -> tuple[V, ...]:
    """Wrap every mapping of a list field in a view of its own."""
    value = parent.data.get(key)
    if not isinstance(value, list):
        return ()
    resource, path = parent.resource, (*parent.path, key)
    return tuple(
        [
            kind(resource, (*path, index), item)
            for index, item in enumerate(value)
            if isinstance(item, dict)
        ]
    )


def as_number(value: object) -> int | None:
    """Read an integer as Kubernetes would from YAML; booleans are not numbers."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return None


def path_text(path: Path) -> str:
    """Write a path as kubectl does: ``spec.http[0].route[0].destination.host``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.replace("_", "").replace("-", "").isalnum():
            text += f".{part}" if text else part
        else:
            text += f"['{part}']"
    return text


__all__ = ["Path", "Ref", "View", "as_number", "cached_property", "path_text", "views"]
