"""Reads JSON, and what objects of Kubernetes say: what has the wrong type reads as nothing."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

Object = dict[str, Any]

DEEPEST = 150
"""Levels of JSON, as many as of YAML. The deepest resource definitions have some sixty."""


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


def read_json(text: str | bytes, parse_int: Callable[[str], Any] | None = None) -> Any:
    r"""Parse JSON; raises ``ValueError`` for what is none, and for what is nested too deep.

    Half of a character (``\ud800`` alone) becomes U+FFFD, as for Go: it could be written nowhere.
    """
    try:
        content = json.loads(text, parse_int=parse_int)
        if _may_have_halves(text):
            written = json.dumps(content, ensure_ascii=False).encode("utf-16-le", "surrogatepass")
            content = json.loads(written.decode("utf-16-le", "replace"), parse_int=parse_int)
    except RecursionError:
        raise ValueError(f"more than {DEEPEST} levels") from None
    if is_deeper(content, DEEPEST):
        raise ValueError(f"more than {DEEPEST} levels")
    return content


def is_deeper(content: Any, most: int) -> bool:
    """Do lists and mappings stand in each other in more than so many levels?"""
    level = _containers([content])
    while level and most:
        most -= 1
        level = _containers(
            child for each in level for child in (each.values() if type(each) is dict else each)
        )
    return bool(level)


def _may_have_halves(text: str | bytes) -> bool:
    if isinstance(text, str):
        return "\\ud" in text or "\\uD" in text
    return b"\\ud" in text or b"\\uD" in text


def _containers(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if type(value) is dict or type(value) is list]
