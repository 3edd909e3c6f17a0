"""A word in a manifest, with what is needed to know what it means."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from meshctl.resources import Resource
from meshctl.resources.view import Path

_NOTHING: Mapping[str, str] = {}


class Spot(NamedTuple):
    """A word of one document: where it leads to, and where it stands.

    ``line`` counts from 0 in the document, ``start`` and ``end`` are characters from 0. ``beside``
    are the other scalars of the mapping that it is in, ``around`` those of the one around that. What
    could be a key or the item of a list, since nothing follows it, ``is_open``.
    """

    path: Path
    is_key: bool
    text: str
    line: int
    start: int
    end: int
    beside: Mapping[str, str]
    is_open: bool = False
    around: Mapping[str, str] = _NOTHING


class Owner(NamedTuple):
    """The object that a word stands in, as far as it is known."""

    group: str
    version: str
    kind: str
    namespace: str
    name: str


class Mention(NamedTuple):
    """A word at a path of an object, the scalars beside it, and while somebody writes those around."""

    owner: Owner
    path: Path
    text: str
    beside: Mapping[str, str]
    around: Mapping[str, str] = _NOTHING


def owner_of(resource: Resource) -> Owner:
    """Name an object of the mesh."""
    version = resource.api_version.rpartition("/")[2]
    return Owner(resource.group, version, resource.kind, resource.namespace, resource.name)


def mentions(resource: Resource) -> Iterator[Mention]:
    """Walk the words of an object: all scalars in it, but for those of a Secret's data."""
    owner = owner_of(resource)
    hidden = {"data", "stringData"} if resource.kind == "Secret" else set()
    for name, value in resource.data.items():
        if name not in hidden:
            yield from _below(owner, (name,), value, {})


def _below(owner: Owner, path: Path, value: Any, beside: Mapping[str, str]) -> Iterator[Mention]:
    if isinstance(value, dict):
        texts = {key: one for key, one in value.items() if isinstance(one, str)}
        for key, one in value.items():
            yield from _below(owner, (*path, key), one, texts)
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _below(owner, (*path, index), one, {})
    elif isinstance(value, str):
        yield Mention(owner, path, value, beside)
