"""Masks the secret values in the text of a YAML file, with every column where it was."""

import re
from functools import lru_cache

from yaml import Node, ScalarNode

from meshctl.lazy_pattern import lazy_pattern
from meshctl.masking.tokens import covered, masked
from meshctl.masking.values import may_name_secrets, secret_scalars
from meshctl.yaml.comments import comments
from meshctl.yaml.notes import UnreadableError
from meshctl.yaml.reader import compose, extent
from meshctl.yaml.splitter import split

_SECRET = lazy_pattern(r"""kind["']?\s*:\s*(?:[&!]\S*\s+)?["']?Secret\b""")
_BLOCK = lazy_pattern(r"\b(?:data|stringData)[\"']?\s*:")
_LINE = lazy_pattern(r"""(\s*(?:-\s+)*["']?([\w./-]+)["']?\s*:(?=\s|$))(.*)""", re.DOTALL)
_PLAIN = frozenset({"apiVersion", "kind", "metadata", "name", "namespace", "type", "immutable"})
_NOTHING_SECRET = lazy_pattern(r"\s*(?:---.*|\.\.\.|#.*|[\]\[{},]*)\s*", re.DOTALL)
_ASSIGNED = lazy_pattern(
    r"""(?i)(?:password|passwd|passphrase|\btoken|[_-]token|api[_-]?key|client[_-]?secret
        |(?:secret|private|access|signing|encryption)[_-]?key)["']?[ \t]*[:=][ \t]*
        (?!["']?(?:/|\$[({]|\{\{|<|[|>&*]|(?:true|false|null)\b|[ \t]*$))
        (?P<value>"[^"\n]*"?|'[^'\n]*'?|[^\s"',;&}\]][^\n"',;&}\]]*)""",
    re.VERBOSE | re.MULTILINE,
)
_COMMENT_AFTER = lazy_pattern(r"\s\#.*", re.DOTALL)


def masked_document(text: str, root: Node | None) -> str:
    """Write stars for the secret values of one document; ``root`` is ``None`` if none can be read."""
    if not may_name_secrets(text):
        return masked(text, keeps_columns=True)
    if root is None:
        return _masked_lines(text) if _SECRET.search(text) else masked_source(text)
    parts, position = [], 0
    for start, end in sorted({_extent(scalar, text) for scalar in secret_scalars(root)}):
        if start >= position:
            parts += [text[position:start], covered(text[start:end])]
            position = end
    whole = "".join((*parts, text[position:]))
    if _SECRET.search(text):
        whole = _masked_comments(whole, text)
    return masked_source(whole)


@lru_cache(maxsize=4)
def masked_text(text: str) -> str:
    """Write stars for the secret values of one document that was not parsed yet."""
    return masked_document(text, _root(text))


def masked_file(text: str) -> str:
    """Write stars for the secret values of a file, a template as well as manifests."""
    parts, done = [], 0
    for _, part in split(text):
        start = text.index(part, done)
        parts += [text[done:start], masked_text(part)]
        done = start + len(part)
    return "".join((*parts, text[done:]))


def hides(text: str, first: int, until: int) -> bool:
    """Would stars for secret values stand in some lines of a file, counted from 0?

    Only the documents that these lines are in are read.
    """
    for number, part in split(text):
        start, lines = number - 1, part.split("\n")
        own = slice(max(first - start, 0), max(until - start, 0))
        if start < until and lines[own] and masked_text(part).split("\n")[own] != lines[own]:
            return True
    return False


def masked_source(text: str) -> str:
    """Write stars in a text that need not be YAML, by the names before colons and equal signs."""
    parts, position = [], 0
    for match in _ASSIGNED.finditer(text):
        start, end = match.span("value")
        if comment := _COMMENT_AFTER.search(text, start, end):
            end = comment.start()
        parts += [text[position:start], covered(text[start:end])]
        position = end
    return masked("".join((*parts, text[position:])), keeps_columns=True)


def _root(text: str) -> Node | None:
    try:
        return compose(text)
    except (UnreadableError, UnicodeEncodeError):  # bytes that are no text
        return None


def _extent(node: ScalarNode, text: str) -> tuple[int, int]:
    start, end = extent(node)
    return start, start + len(text[start:end].rstrip())


def _masked_lines(text: str) -> str:
    """Mask a Secret that cannot be read: all but the keys, and the values that name it."""
    return "".join(map(_masked_line, text.splitlines(keepends=True)))


def _masked_line(line: str) -> str:
    if _NOTHING_SECRET.fullmatch(line):
        return line
    match = _LINE.fullmatch(line)
    if match is None:
        return covered(line)
    return line if match[2] in _PLAIN else match[1] + covered(match[3])


def _masked_comments(shown: str, text: str) -> str:
    """Mask the comments from the first secret block of a Secret on: often the former value."""
    first = _BLOCK.search(text)
    if first is None or "#" not in text:
        return shown
    parts, position = [], 0
    for start, _ in comments(text):
        line_end = text.find("\n", start)
        end = len(text) if line_end < 0 else line_end
        if start > first.start():
            parts += [shown[position : start + 1], covered(shown[start + 1 : end])]
            position = end
    return "".join((*parts, shown[position:]))
