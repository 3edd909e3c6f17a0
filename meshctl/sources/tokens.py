"""Which parts of a YAML text are comments, and which are template actions of Helm?"""

import re
from collections.abc import Iterator

from yaml import YAMLError
from yaml._yaml import CParser
from yaml.tokens import ScalarToken

_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\n]*")
_HEADER_COMMENT = re.compile(r"[|>][-+\d]*[ \t]+(#[^\n]*)")
_ACTION = re.compile(r"\{\{")
_HELM_ACTION = re.compile(
    r"\{\{-?\s*(?:\.(?:Values|Release|Chart|Capabilities|Files|Template)\b"
    r"|(?:include|template|tpl|toYaml|required|default|quote|printf|if|else|range|with|end)\b)"
)


def comments(text: str) -> Iterator[tuple[int, str]]:
    """List the comments of a document: where each starts, and its text without the hash."""
    for start, end, is_comment in _opaque_parts(text):
        if is_comment:
            yield start, text[start + 1 : end].strip()


def template_action(text: str, end: int | None = None) -> int | None:
    """Find the first ``{{`` of a template that stands before ``end``, where YAML breaks.

    Inside quotes, block scalars and comments it is text. In a document that does not break, it
    must look like Helm: alerts and workflows write ``{{ $labels.pod }}`` in plain text as well.
    """
    action = _HELM_ACTION if end is None else _ACTION
    limit = len(text) if end is None else end
    if not action.search(text, 0, limit):
        return None
    position = 0
    for start, stop, _ in _opaque_parts(text):
        if match := action.search(text, position, min(start, limit)):
            return match.start()
        position = max(position, stop)
    match = action.search(text, position, limit)
    return match.start() if match else None


def _opaque_parts(text: str) -> Iterator[tuple[int, int, bool]]:
    """List quoted and block scalars and (marked true) comments: start, end, is it a comment."""
    position = 0
    parser = CParser(text)
    try:
        while (token := parser.get_token()) is not None:
            start, end = token.start_mark.index, token.end_mark.index
            for match in _COMMENT.finditer(text, position, start):
                yield *match.span(), True
            if isinstance(token, ScalarToken) and not token.plain:
                yield start, end, False
                if header := _HEADER_COMMENT.match(text, start, end):
                    yield *header.span(1), True
            position = max(position, end)
    except YAMLError:  # what follows is no YAML: its comments are still told by their hash
        for match in _COMMENT.finditer(text, position):
            yield *match.span(), True
