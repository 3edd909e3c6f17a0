"""Writes text from elsewhere into Markdown, where it stays text."""

import re
from collections.abc import Iterable
from typing import TextIO

from meshctl.masking.tokens import masked
from meshctl.words import one_line

_MARKUP = re.compile(r"[\\`*_\[\]<>&|~$]")
_REFERENCES = re.compile(r"@(?=\w)|#(?=\w)|://|\bwww(?=\.)", re.IGNORECASE)
"""What GitHub and GitLab make a mention, a link to an issue, or a link of, in bare text as well."""
_JOINER = "&#8288;"


MOST_BYTES = 60_000
"""What a comment may take: GitHub refuses those of more than 65,536 characters."""


class Limited:
    """Writes Markdown for a comment, and counts the bytes that are left."""

    def __init__(self, out: TextIO, most: int = MOST_BYTES) -> None:
        self._out = out
        self.left = most

    def write(self, text: str) -> None:
        """Write what has to be there: headings, totals, what was cut."""
        self.left -= len(text.encode())
        self._out.write(text)

    def write_fitting(self, parts: Iterable[str], most: int) -> int:
        """Write as many parts as fit into so many bytes, and say how many did."""
        written = 0
        for part in parts:
            size = len(part.encode())
            most -= size
            if most < 0 or size > self.left:
                break
            self.write(part)
            written += 1
        return written


def fenced(text: str, language: str = "") -> str:
    """Set lines as they are between fences that nothing in them closes."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def escaped(text: str) -> str:
    """Write text on one line with references instead of markup; they hold in HTML too."""
    shown = _MARKUP.sub(lambda match: f"&#{ord(match[0])};", one_line(masked(text)))
    parts, end = [], 0
    for match in _REFERENCES.finditer(shown):
        if shown.startswith("&#", match.start() - 1):
            continue  # a reference of ours
        parts += [shown[end : match.start()], _broken(match[0])]
        end = match.end()
    return "".join((*parts, shown[end:]))


def _broken(sign: str) -> str:
    """Keep a sign from meaning what stands behind it: a word joiner has no width."""
    return f"&#{ord(sign[0])};{_JOINER}{sign[1:]}"
