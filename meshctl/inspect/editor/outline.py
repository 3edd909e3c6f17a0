"""Outlines a text: its objects, and the parts of them that have names."""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.engine.objects import unwrap
from meshctl.resources import Ref, Resource
from meshctl.resources.view import Path
from meshctl.sources.file_documents import documents_of

_PARTS: dict[str, tuple[tuple[str, str], ...]] = {
    "VirtualService": (("http", "route"), ("tls", "route"), ("tcp", "route")),
    "DestinationRule": (("subsets", "subset"),),
    "Gateway": (("servers", "server"), ("listeners", "listener")),
    "ListenerSet": (("listeners", "listener"),),
    "ServiceEntry": (("ports", "port"),),
    "Service": (("ports", "port"),),
    **dict.fromkeys(("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"), (("rules", "rule"),)),
    "AuthorizationPolicy": (("rules", "rule"),),
}


class Part(NamedTuple):
    """A part of an object: what it is, its name or number, and where it is."""

    what: str
    name: str
    place: Ref


class Outlined(NamedTuple):
    """An object of a text, and the parts of it."""

    resource: Resource
    parts: tuple[Part, ...]


def outline(text: str, namespace: str) -> Iterator[Outlined]:
    """Walk the objects of a text; what cannot be read is left out.

    ``namespace`` is that of objects that name none.
    """
    for resource in unwrap(documents_of(text), namespace):
        if resource.kind:
            yield Outlined(resource, tuple(_parts(resource)))


def _parts(resource: Resource) -> Iterator[Part]:
    for field, what in _PARTS.get(resource.kind, ()):
        for index, item in resource.spec.items(field):
            path: Path = ("spec", field, index)
            yield Part(what, _name(item, index), Ref(resource, path))


def _name(item: object, index: int) -> str:
    named = item.get("name") if isinstance(item, dict) else None
    if not named and isinstance(item, dict) and isinstance(item.get("port"), dict):
        named = item["port"].get("name") or item["port"].get("number")
    return str(named) if named else str(index)
