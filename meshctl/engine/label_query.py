"""Reads label selectors as ``kubectl -l`` does, and holds labels against them.

The grammar is that of k8s.io/apimachinery, pkg/labels/selector.go (Kubernetes 1.32), without
``gt`` and ``lt``.
"""

from collections.abc import Callable, Iterator, Mapping

from meshctl.errors import UsageError
from meshctl.lazy_pattern import lazy_pattern
from meshctl.words import quoted

Labels = Mapping[str, str]
_OPERATORS = (("!=", False), ("==", True), ("=", True))
_SET = lazy_pattern(r"([^\s()!]+)\s+(in|notin)\s*\(([^()]*)\)")
_KEY = lazy_pattern(r"!?\s*[^\s()!]+")
_COMMA = lazy_pattern(r",(?![^()]*\))")


def label_query(text: str) -> Callable[[Labels], bool]:
    """Make a test of labels: every requirement has to hold; UsageError for what can't be read."""
    tests = [_requirement(part.strip()) for part in _parts(text)]
    return lambda labels: all(test(labels) for test in tests)


def _parts(text: str) -> Iterator[str]:
    return (part for part in _COMMA.split(text) if part.strip())


def _requirement(part: str) -> Callable[[Labels], bool]:
    match = _SET.fullmatch(part)
    if match is not None:
        name, word = match[1], match[2]
        values = {value.strip() for value in match[3].split(",")}
        if word == "in":
            return lambda labels: labels.get(name) in values
        return lambda labels: labels.get(name) not in values
    for operator, wanted in _OPERATORS:
        key, found, value = (side.strip() for side in part.partition(operator))
        if found:
            return lambda labels: (labels.get(key) == value) is wanted
    if not _KEY.fullmatch(part):
        raise UsageError(
            f"the selector {quoted(part)} cannot be read; write key=value, key!=value, key in (a,b), "
            "key or !key, separated by commas"
        )
    plain = part.removeprefix("!").strip()
    return lambda labels: (plain in labels) is (not part.startswith("!"))
