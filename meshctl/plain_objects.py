"""Reads what objects of Kubernetes say, of whatever type it is: wrong types read as nothing."""

from collections.abc import Iterator, Sequence
from typing import Any

Object = dict[str, Any]


def mapping(value: Any) -> Object:
    """Give a mapping; anything else reads as an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> Sequence[Any]:
    """Give a list; anything else reads as an empty one."""
    return value if isinstance(value, list) else ()


def mappings(value: Any) -> Iterator[Object]:
    """Walk the mappings of a list; anything else is passed over."""
    return (item for item in value if isinstance(item, dict)) if type(value) is list else iter(())


def text(value: Any) -> str:
    """Give a text; anything else reads as an empty one."""
    return value if isinstance(value, str) else ""


def metadata(of: Object) -> Object:
    """Give the metadata of an object."""
    return mapping(of.get("metadata"))


def name(of: Object) -> str:
    """Give the name of an object."""
    return text(metadata(of).get("name"))


def namespace(of: Object) -> str:
    """Give the namespace of an object."""
    return text(metadata(of).get("namespace"))


def label(of: Object, key: str) -> str:
    """Give one label of an object."""
    return text(mapping(metadata(of).get("labels")).get(key))


def runs(pod: Object) -> bool:
    """Does the API server say that a pod is running?"""
    return mapping(pod.get("status")).get("phase") == "Running"
