"""Tells which documents of a text are Kubernetes manifests, cut as kubectl cuts them.

The cuts were tried with kubectl 1.32; they are those of ``YAMLOrJSONDecoder`` in
k8s.io/apimachinery ``pkg/util/yaml/decoder.go``.
"""

import re
from collections.abc import Iterator
from json import JSONDecoder
from typing import Any, NamedTuple

from meshctl.lazy_pattern import lazy_pattern
from meshctl.sources.placement import UNKNOWN, Placement
from meshctl.yaml.notes import Note
from meshctl.yaml.splitter import split

REFUSED = "refused-by-kubectl"
DROPPED = "dropped-by-kubectl"

_BRACE_FIRST = lazy_pattern(r"(?:---(?=\s)|#[^\n]*|\s)*+[{\[]")
_MARK = lazy_pattern("\\A(---[ \\t]*\\r?\\n|)\ufeff")
"""A byte order mark ahead of a later document, as `cat` leaves it: kubectl passes over it."""
_DECODER = JSONDecoder()
_ROW = lazy_pattern(r"\}\s*\{")
_BESIDE_MARKER = lazy_pattern(r"---[^\S\n]+([^#\s][^\n]*)")
_DIRECTIVE = lazy_pattern(r"%(?:YAML[ \t]+1\.1\b|TAG\b)[^\n]*", re.MULTILINE)
_IDENTITY = lazy_pattern(
    r"""^(?:-\ +|---\ +)?(?:[{\["']|[^\S\n])*+(?:apiVersion|kind)["']?\s*:""",
    re.MULTILINE | re.VERBOSE,
)
_YAML_IDENTITY = lazy_pattern(r"^(?:-\ +|---\ +)?(?:apiVersion|kind)\s*:", re.MULTILINE)


_OF_OBJECTS = frozenset({
    "apiversion", "kind", "metadata", "spec", "status", "data", "stringdata", "binarydata",
    "immutable", "type", "subsets", "endpoints", "ports", "addresstype", "rules", "rolerefs",
    "roleref", "subjects", "webhooks", "secrets", "imagepullsecrets", "items", "value",
    "provisioner", "parameters", "automountserviceaccounttoken", "aggregationrule",
    "description", "globaldefault", "preemptionpolicy", "handler", "involvedobject",
})  # fmt: skip
"""The fields at the top of Kubernetes' objects, in lower case as misspelt ones may be."""


class Part(NamedTuple):
    """The text of one document with its place in a file, and what kubectl makes of it.

    ``is_dropped`` says that kubectl never gets to see it; ``is_json`` that it reads it as JSON.
    """

    file: str
    first_line: int
    text: str
    notes: tuple[Note, ...] = ()
    is_dropped: bool = False
    is_json: bool = False
    placement: Placement = UNKNOWN
    has_control: bool = False
    """Does a template decide about documents of its file, by actions on lines of their own?"""


def parts(file: str, text: str) -> Iterator[Part]:
    """Cut the text of a file into documents as kubectl does."""
    is_json = text.lstrip().startswith("{")
    is_first = True
    for first_line, part in split(text):
        piece = _MARK.sub(r"\1", part, count=1) if "\ufeff" in part else part
        follows_end = not is_first and not piece.startswith("---")
        if follows_end:
            yield Part(file, first_line, piece, (_after_end(piece),), is_dropped=True)
        elif _BRACE_FIRST.match(piece) and _ROW.search(piece):
            yield from _row(Part(file, first_line, piece, is_json=is_json))
        else:
            notes = (*_refusals(piece), *_after_json(is_json=is_json and not is_first))
            yield Part(file, first_line, piece, notes, is_json=is_json and is_first)
        is_first = False


def is_manifest(text: str, data: Any) -> bool:
    """Does a document claim to be a Kubernetes object, by an ``apiVersion`` or a ``kind``?

    ``data`` is ``None`` where the text cannot be read; then what its lines begin with decides.
    """
    if isinstance(data, dict):
        return _claims(data)
    pattern = _IDENTITY if _BRACE_FIRST.match(text) else _YAML_IDENTITY
    return pattern.search(text) is not None


def _claims(data: dict[str, Any]) -> bool:
    """Grafana numbers its ``apiVersion``, and a build pipeline may have a ``kind`` alone."""
    version = data.get("apiVersion")
    if "kind" in data:
        return "apiVersion" in data or "metadata" in data or "spec" in data
    if not isinstance(version, str):
        return False
    # Settings of many tools have an apiVersion, too, and fields that no object has.
    return "istio.io/" in version or _OF_OBJECTS.issuperset(map(_letters, data))


def _letters(key: object) -> str:
    """The ASCII letters of a key, in lower case: what else is in it is a slip."""
    return "".join(letter for letter in str(key).lower() if "a" <= letter <= "z")


def _row(part: Part) -> Iterator[Part]:
    """Cut JSON objects in a row.

    kubectl reads all of them where the file starts with one, else the first of each document.
    """
    text, begin, line = part.text, part.text.find("{"), part.first_line
    ends: list[int] = []
    try:
        while begin < len(text) and not (ends and not part.is_json):
            _, end = _DECODER.raw_decode(text, begin)
            ends.append(end)
            begin = end + len(text[end:]) - len(text[end:].lstrip())
    except (ValueError, RecursionError):
        yield part._replace(notes=tuple(_refusals(text)))
        return
    if ends[-1] < len(text.rstrip()):
        ends.append(len(text))
    begin = 0
    for number, end in enumerate(ends):
        piece = text[begin:end]
        start = len(piece) - len(piece.lstrip()) if number else 0
        line += piece[:start].count("\n")
        is_lost = number > 0 and not part.is_json
        notes = (_beside(piece[start:]),) if is_lost else ()
        yield part._replace(first_line=line, text=piece[start:], notes=notes, is_dropped=is_lost)
        line += piece[start:].count("\n")
        begin = end


def _refusals(text: str) -> Iterator[Note]:
    """Say what kubectl refuses though it is YAML: directives, and text beside a ``---``."""
    match = _BESIDE_MARKER.match(text)
    if match:
        message = "kubectl takes only a comment after `---`, and refuses the file for this text"
        yield Note(REFUSED, f"{message}; put it on a line of its own", *match.span(1))
    if (
        "%" in text[:200]
        and (match := _DIRECTIVE.search(text))
        and not text[: match.start()].strip()
    ):
        message = "kubectl takes a directive for a document of its own, and refuses the file"
        yield Note(REFUSED, f"{message}; delete this line", *match.span())


def _after_json(*, is_json: bool) -> Iterator[Note]:
    if is_json:
        message = "kubectl reads a file that starts with a brace as JSON objects in a row, and"
        yield Note(REFUSED, f"{message} refuses the `---`; delete it, or write YAML above", 0, 3)


def _after_end(text: str) -> Note:
    start = len(text) - len(text.lstrip())
    message = "kubectl drops what follows `...`, so this is never applied; write `---` before it"
    return Note(DROPPED, message, start, start + 1)


def _beside(text: str) -> Note:
    message = "kubectl drops all but the first of several objects in one document, so this one is"
    return Note(DROPPED, f"{message} never applied; write `---` before it", 0, min(1, len(text)))
