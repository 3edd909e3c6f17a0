"""Reads the scheme of a URL, and refuses what is none.

Mirrors Go's ``net/url.ParseRequestURI`` (1.24), which Kubernetes' CEL functions ``isURL`` and
``url`` are made of.
"""

import re

from meshctl.lazy_pattern import lazy_pattern

_CONTROL = lazy_pattern(r"[\x00-\x1f\x7f]")
_SCHEME = lazy_pattern(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL)
_BAD_ESCAPE = lazy_pattern(r"%(?![0-9A-Fa-f]{2})")
_USER = lazy_pattern(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*")
_HOST = lazy_pattern(
    r"""(?:[A-Za-z0-9\-_.~!$&'()*+,;=:\[\]<>"]|[^\x00-\x7f]|%[89A-Fa-f][0-9A-Fa-f])*"""
)
_PORT = lazy_pattern(r"(?::[0-9]*)?")
_ZONE = lazy_pattern(r"%25[^%]*(?:%[0-9A-Fa-f]{2}[^%]*)*")


def scheme_of(text: str) -> str | None:
    """Read the scheme in lower case, empty for a path alone; ``None`` for what is no URL."""
    if not text or _CONTROL.search(text) or text.startswith(":"):
        return None
    if text == "*":
        return ""
    match = _SCHEME.match(text)
    scheme, rest = (match[1].lower(), match[2]) if match else ("", text)
    rest = rest.partition("?")[0]
    if not rest.startswith("/"):
        return scheme or None  # mailto:someone has a scheme and no path; `shop` has neither
    if rest.startswith("//") and scheme:
        authority, slash, rest = rest[2:].partition("/")
        rest = slash + rest
        if not _is_authority(authority):
            return None
    return None if _BAD_ESCAPE.search(rest) else scheme


def _is_authority(text: str) -> bool:
    user, _, host = text.rpartition("@")
    if not _USER.fullmatch(user) or _BAD_ESCAPE.search(user):
        return False
    if host.startswith("["):
        address, bracket, port = host.rpartition("]")
        address, percent, zone = address.partition("%25")
        is_zone = not percent or _ZONE.fullmatch(percent + zone) is not None
        return bool(bracket and is_zone and _PORT.fullmatch(port) and _HOST.fullmatch(address))
    _, colon, port = host.rpartition(":")
    return _PORT.fullmatch(colon + port if colon else "") is not None and (
        _HOST.fullmatch(host) is not None
    )
