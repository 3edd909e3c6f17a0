"""Makes resources of documents, each in the namespace that its files say."""

from collections.abc import Iterable, Iterator
from typing import Any

from meshctl.resources import Resource, make_resource
from meshctl.resources.placeholders import is_unfilled
from meshctl.resources.resource import UNKNOWN_NAMESPACE
from meshctl.sources.documents import Document
from meshctl.sources.list_items import is_list


def unwrap(documents: Iterable[Document], namespace: str = "") -> Iterator[Resource]:
    """Make resources of documents; the items of a List become resources of their own.

    ``namespace`` is that of objects that name none, where their placement doesn't tell; without it
    theirs is unknown. So is one that a placeholder stands for.
    """
    for document in documents:
        if isinstance(document.data, dict):
            home = namespace or document.placement.namespace or UNKNOWN_NAMESPACE
            for data, prefix in _objects(document.data, ()):
                resource = make_resource(document, data, prefix, home)
                if resource.namespace:
                    if document.placement.overrides:
                        resource.namespace = document.placement.namespace
                    elif is_unfilled(resource.namespace):
                        resource.namespace = UNKNOWN_NAMESPACE
                yield resource


def _objects(
    data: dict[str, Any], prefix: tuple[str | int, ...]
) -> Iterator[tuple[dict[str, Any], tuple[str | int, ...]]]:
    """Walk the objects of a document, Lists in Lists included."""
    if is_list(data):
        kind, items = data["kind"], data["items"]
        # Lists as the API server answers them name the kind of their items only once.
        shared = {"apiVersion": data.get("apiVersion"), "kind": kind.removesuffix("List")}
        for index, item in enumerate(items):
            if isinstance(item, dict):
                full = item if kind == "List" or "kind" in item else {**shared, **item}
                yield from _objects(full, (*prefix, "items", index))
    elif "apiVersion" in data or ("kind" in data and ("metadata" in data or "spec" in data)):
        yield data, prefix
