"""Finds texts that mean more to their writer than Istio compares: a star amid, or a pattern.

In a policy a ``*`` counts at one end alone (StringMatcher, pilot/pkg/security/authz/matcher/
string.go), in ``exact`` and ``prefix`` of a match nowhere, and in a regex it repeats what stands
before it (TranslateRouteMatch, pilot/pkg/networking/core/route/route.go), Istio 1.31.
"""

from typing import NamedTuple

from meshctl.lazy_pattern import lazy_pattern
from meshctl.mesh.matching.request_part import HEADER
from meshctl.mesh.matching.string_match import StringMatch, find_text

_META = lazy_pattern(r"[.+?()\[\]{}|^$\\]")
_PATTERN = lazy_pattern(r"\.\*|\.\+|\\[dws.]|^\^|\$$")
_GLOB = lazy_pattern(r"\^?[\w/.%~-]*/\*[\w/.*%~-]+\$?")
"""A path with a star that repeats a slash, and more behind it, as in ``/static/*.js``."""
_TEMPLATE = lazy_pattern(r"\{\w+\}|/:[A-Za-z]\w*(?=/|$)")
"""A part of a path that frameworks fill in: ``{id}``, or ``:id`` between slashes."""
_NOT_IN_METHODS = lazy_pattern(r"[^A-Za-z0-9_-]")
_LONG_HEADERS = frozenset({
    "user-agent", "referer", "accept", "accept-language", "accept-encoding", "authorization",
    "x-forwarded-for", "via", "content-type",
})  # fmt: skip
"""Headers whose values have several words or parts."""


_OF_SEVERAL_WORDS = frozenset({"user-agent", "authorization"})
"""Headers whose values are never a single word."""


def plain_part(value: str) -> str:
    """Give what a value of a policy is compared with as it stands: all but a star at one end."""
    if value.startswith("*"):
        return value[1:]
    return value.removesuffix("*")


def has_literal_star(value: str) -> bool:
    """Is there a star that stands for itself in a value of a policy?"""
    return "*" in plain_part(value)


def looks_like_regex(value: str) -> bool:
    """Has a value, which is compared as text, signs that only a regex needs?"""
    text = plain_part(value)
    is_choice = _encloses("[", "-", "]", text) or _encloses("(", "|", ")", text)
    return is_choice or _PATTERN.search(text) is not None


def _encloses(opening: str, sign: str, closing: str, text: str) -> bool:
    """Do brackets enclose a sign? A pattern would try each of many opening ones to the end."""
    return any(sign in part.partition(opening)[2] for part in text.split(closing)[:-1])


def template_in(path: str) -> str:
    """Give the part of a path that only a template of a framework has, as ``{id}``; else empty."""
    found = _TEMPLATE.search(path)
    return found[0].removeprefix("/") if found is not None else ""


def is_no_method(value: str) -> bool:
    """Has a text signs that the methods of HTTP and WebDAV never have, as in ``GET|POST``?"""
    return _NOT_IN_METHODS.search(value) is not None


def repeated_by_star(pattern: str) -> str:
    """Give the sign that a star repeats where a glob was meant: ``/`` in ``/api/*``; else empty.

    Only where no other sign makes it a pattern: the star is the last one, or repeats a slash amid.
    """
    if _GLOB.fullmatch(pattern) and ".*" not in pattern:
        return "/"
    stem = pattern.removeprefix("^").removesuffix("$")
    before = stem[:-1]
    if not stem.endswith("*") or not before or "*" in before or _META.search(before):
        return ""
    return before[-1]


_OPEN_ENDED = ("*", "+", "?", ")", "}", "$")
"""How a regex ends that is not meant to be continued, or says what may follow."""


class PartialHeader(NamedTuple):
    """A value that a header really has and a condition doesn't take, and why it would.

    ``has_room`` says that the condition leaves room for the rest at one side alone.
    """

    value: str
    why: str
    has_room: bool = False


def matched_in_part(name: str, match: StringMatch) -> PartialHeader | None:
    """Find what a condition on a header misses that seems to look for a part: it must take the whole.

    Cookies stand in one header, in any order, separated by a semicolon and a blank (RFC 6265).
    """
    header = name.lower()
    if match.kind not in {"exact", "prefix", "regex"}:
        return None
    found = find_text((match,), (), HEADER)
    core = found.strip("; ") if isinstance(found, str) else ""
    if not core or match.takes(core, HEADER) is not True:
        return None
    if header == "cookie" and "=" in core:
        wholes = (f"first=1; {core}", f"{core}; last=1")
        missed = [whole for whole in wholes if match.takes(whole, HEADER) is False]
        if missed:
            why = "cookies share one header, separated by '; '"
            return PartialHeader(missed[0], why, has_room=len(missed) == 1)
    if header in _LONG_HEADERS and match.kind == "regex":
        plain = match.simplified(HEADER)
        if plain.kind == "exact" and "/" not in plain.value:
            return PartialHeader(f"a {core} b", "the whole value must match")
    if header in _OF_SEVERAL_WORDS and match.kind == "exact" and core.isalpha():
        return PartialHeader(f"{core} b", "the whole value must match")
    if match.kind == "regex" and match.value.startswith("^"):
        longer = f"{core}.1"
        if not match.value.endswith(_OPEN_ENDED) and match.takes(longer, HEADER) is False:
            return PartialHeader(longer, "the whole value must match, not its beginning")
    return None
