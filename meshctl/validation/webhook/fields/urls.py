"""Checks the URL of a Wasm module as Go parses it.

Mirrors strictParseURL, pkg/config/validation/validation.go, Istio 1.31. A CEL rule of the CRD has
read the URL already, but as one without a fragment.
"""

import re

from meshctl.words import quoted

_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def why_not_url(url: str) -> str | None:
    """Say why the part behind ``#`` makes a URL unreadable."""
    _, _, fragment = url.partition("#")
    if _BAD_ESCAPE.search(fragment):
        return f"{quoted(url)} has a % that is not followed by two hexadecimal digits"
    return None
