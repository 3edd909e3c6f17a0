"""Writes text from elsewhere into Markdown, where it stays text."""

import re

from meshctl.masking.tokens import masked
from meshctl.words import one_line

_MARKUP = re.compile(r"[\\`*_\[\]<>&|~$]")


def escaped(text: str) -> str:
    """Write text on one line with references instead of markup; they hold in HTML too."""
    return _MARKUP.sub(lambda match: f"&#{ord(match[0])};", one_line(masked(text)))
