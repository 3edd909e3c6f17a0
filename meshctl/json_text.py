"""Reads JSON that people, clusters or proxies wrote, as deep as everything can walk it."""

import json
from collections.abc import Callable, Iterable
from typing import Any

DEEPEST = 150
"""Levels of JSON, as many as of YAML. The deepest resource definitions have some sixty."""


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
    level, depth = _containers([content]), 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise ValueError(f"more than {DEEPEST} levels")
        level = _containers(
            child for each in level for child in (each.values() if type(each) is dict else each)
        )
    return content


def _may_have_halves(text: str | bytes) -> bool:
    if isinstance(text, str):
        return "\\ud" in text or "\\uD" in text
    return b"\\ud" in text or b"\\uD" in text


def _containers(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if type(value) is dict or type(value) is list]
