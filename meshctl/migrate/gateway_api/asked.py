"""Reads matches of VirtualServices as matches of HTTPRoutes, and how two of them relate.

``rank`` is the order in which istiod tries them (sortHTTPRoutes, pilot/pkg/config/kube/gateway/
conversion.go, Istio 1.31).
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from meshctl.mesh.matching.request_match import RequestMatch, covers, intersect
from meshctl.mesh.matching.string_match import ANY, StringMatch, segment_prefix
from meshctl.re2.quoting import quote_meta
from meshctl.resources import View

METHODS = frozenset({
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH",
})  # fmt: skip
_KINDS = {"exact": "Exact", "prefix": "PathPrefix", "regex": "RegularExpression"}
_ORDER = {"exact": 3, "prefix": 2, "regex": 1}
_WORDS = re.compile(r"\(?([A-Z]+(?:\|[A-Z]+)*)\)?")
_BAD_PATH = re.compile(r"//|/\.\.?(?:/|$)|%2[fF]|#")
_LONGEST = 1024
MOST_CONDITIONS = 16
"""Headers, and query parameters, that one match may ask for."""
_PLAIN = frozenset({"uri", "method", "headers", "queryParams", "ignoreUriCase"})
_SAID_ELSEWHERE = frozenset({"name", "gateways", "port", "authority", "statPrefix"})

Texts = tuple[tuple[str, str, str], ...]
"""Conditions on headers or query parameters: name, ``exact`` or ``regex``, value."""


class CantSayError(Exception):
    """A match asks for something that an HTTPRoute can't; ``args`` are what and what to do."""


class Asked(NamedTuple):
    """One match of an HTTPRoute; a prefix that isn't ``/`` takes whole elements of the path."""

    kind: str
    path: str
    method: str = ""
    headers: Texts = ()
    query: Texts = ()

    @property
    def rank(self) -> tuple[int, int, bool, int, int]:
        """Sort key: the more specific first."""
        return (
            -_ORDER[self.kind], -len(self.path.encode()), not self.method, -len(self.headers),
            -len(self.query),
        )  # fmt: skip

    def form(self) -> dict[str, Any]:
        """Write it."""
        found: dict[str, Any] = {"path": {"type": _KINDS[self.kind], "value": self.path}}
        for key, texts in (("headers", self.headers), ("queryParams", self.query)):
            if texts:
                found[key] = [
                    {"type": _KINDS[kind], "name": name, "value": value}
                    for name, kind, value in texts
                ]
        if self.method:
            found["method"] = self.method
        return found

    @property
    def requests(self) -> RequestMatch:
        """The requests that it takes."""
        bare = self.path.rstrip("/")
        path = StringMatch(self.kind, self.path)  # type: ignore[arg-type]
        if self.kind == "prefix":
            path = segment_prefix(bare) if bare else StringMatch("prefix", "/")
        return RequestMatch(
            path=path,
            method=StringMatch("exact", self.method) if self.method else None,
            headers=_by_name(self.headers),
            query_params=_by_name(self.query),
        )


class Alternative(NamedTuple):
    """A match as it was written and as it can be said, with the number of what it leads to."""

    written: RequestMatch
    asked: Asked
    action: int

    @property
    def as_pattern(self) -> "Alternative":
        """The same with a regular expression for a prefix, which takes just what the prefix did."""
        path = self.written.path
        if self.asked.kind != "prefix":
            return self
        if self.asked.path == "/":
            text = "/.*"
        elif path.kind == "prefix":
            text = f"{quote_meta(path.value)}.*"
        else:
            text = f"{quote_meta(self.asked.path.rstrip('/'))}(/.*)?"
        return self._replace(asked=self.asked._replace(kind="regex", path=text))

    @property
    def is_pattern_for_prefix(self) -> bool:
        """Does a regular expression stand for a prefix?"""
        return self.asked.kind == "regex" and self.written.path.kind == "prefix"

    def takes_all_of(self, other: "Alternative") -> bool:
        """Did it take every request of a later one, so that the later one did nothing?"""
        return covers(self.written, other.written) is True

    def still_takes_all_of(self, other: "Alternative") -> bool:
        """Does it, as it is said now?"""
        return covers(self.asked.requests, other.asked.requests) is True

    def meets(self, other: "Alternative") -> bool:
        """Is there, or may there be, a request that both took?"""
        return intersect(self.written, other.written) is not None

    def both(self, other: "Alternative") -> "Alternative":
        """What takes the requests that both took, and does what this one does.

        Raises CantSayError where no match says that.
        """
        path, kind = _narrower(self, other)
        method = self.asked.method or other.asked.method
        headers = _joined(self.asked.headers, other.asked.headers)
        query = _joined(self.asked.query, other.asked.query)
        asked = Asked(kind, path, method, headers, query)
        written = RequestMatch(
            path=self.written.path if (path, kind) == self.asked[1::-1] else other.written.path,
            method=self.written.method or other.written.method,
            headers={**self.written.headers, **other.written.headers},
            query_params={**self.written.query_params, **other.written.query_params},
        )
        return Alternative(written, asked, self.action)


_ORDER_ADVICE = (
    "HTTPRoutes are tried by how specific they are and not in order; write matches that don't "
    "overlap"
)


def _narrower(alternative: Alternative, other: Alternative) -> tuple[str, str]:
    mine, theirs = alternative.written.path, other.written.path
    if mine.covers(theirs):
        return other.asked.path, other.asked.kind
    if theirs.covers(mine):
        return alternative.asked.path, alternative.asked.kind
    raise CantSayError("the order of two rules decides about paths that no match tells apart",
                       _ORDER_ADVICE)  # fmt: skip


def _joined(texts: Texts, other: Texts) -> Texts:
    """Conditions of both; two on one name only where one of them holds for the other."""
    found = {name.lower(): (name, kind, value) for name, kind, value in texts}
    for name, kind, value in other:
        known = found.get(name.lower())
        if known is None:
            found[name.lower()] = (name, kind, value)
            continue
        mine, theirs = _text(known), _text((name, kind, value))
        if mine.covers(theirs):
            found[name.lower()] = (name, kind, value)
        elif not theirs.covers(mine):
            raise CantSayError(f"the order of two rules decides about values of {name}",
                               _ORDER_ADVICE)  # fmt: skip
    if len(found) > MOST_CONDITIONS:
        raise CantSayError(f"a match has at most {MOST_CONDITIONS} headers", _ORDER_ADVICE)
    return tuple(found.values())


def _text(condition: tuple[str, str, str]) -> StringMatch:
    return StringMatch(condition[1], condition[2])  # type: ignore[arg-type]


def _by_name(texts: Texts) -> Mapping[str, StringMatch]:
    return {name: _text((name, kind, value)) for name, kind, value in texts}


def read(match: View | None) -> Iterator[Asked]:
    """Read a match; one whose method is a choice becomes several. Raises CantSayError."""
    if match is None:
        yield Asked("prefix", "/")
        return
    for key in match.names():
        if key not in _PLAIN | _SAID_ELSEWHERE:
            raise CantSayError(f"a match by {key} has nothing like it in an HTTPRoute",
                               "keep the VirtualService, or match something else")  # fmt: skip
    kind, path = _path(match)
    headers, query = _conditions(match, "headers"), _conditions(match, "queryParams")
    for method in _methods(match):
        yield Asked(kind, path, method, headers, query)


def _path(match: View) -> tuple[str, str]:
    uri = match.child("uri")
    kind = next((form for form in ("exact", "prefix", "regex") if uri.has(form)), "")
    text = uri.text(kind) if kind else ""
    if not kind or (kind, text) in {("prefix", "/"), ("prefix", ""), ("regex", ".*")}:
        return "prefix", "/"
    if match.flag("ignoreUriCase") and kind != "regex":
        return "regex", f"(?i){quote_meta(text)}{'.*' if kind == 'prefix' else ''}"
    if kind != "regex" and (not text.startswith("/") or _BAD_PATH.search(text)):
        raise CantSayError(f"path {text} is none that a Gateway API match may have",
                           "match it by a regular expression")  # fmt: skip
    if len(text) > _LONGEST:
        raise CantSayError(f"a path has more than {_LONGEST} characters", "shorten it")
    return kind, text


def _conditions(match: View, key: str) -> Texts:
    found = []
    for name in match.child(key).names():
        if name.startswith(("@", ":")) or ("." in name and name.startswith("@")):
            raise CantSayError(f"a match by {name} has nothing like it in an HTTPRoute",
                               "keep the VirtualService")  # fmt: skip
        found.append((name, *_condition(match.child(key, name))))
    if len(found) > MOST_CONDITIONS:
        raise CantSayError(f"a match has more than {MOST_CONDITIONS} {key}", "split the rule")
    return tuple(sorted(found))


def _condition(text: View) -> tuple[str, str]:
    if text.has("exact"):
        return "exact", text.text("exact")
    if text.has("prefix"):
        return "regex", f"{quote_meta(text.text('prefix'))}.*"
    pattern = text.text("regex")
    return "regex", ".*" if pattern in {"", "*"} else pattern


def _methods(match: View) -> list[str]:
    method = match.child("method")
    if not method.data:
        return [""]
    if method.has("exact"):
        found = [method.text("exact")]
    else:
        words = _WORDS.fullmatch(method.text("regex"))
        found = words[1].split("|") if words else []
    if not found or not METHODS.issuperset(found):
        raise CantSayError("the method is asked by a pattern, or is none that a Gateway API match "
                           "may have", "name the methods")  # fmt: skip
    return found


def written(match: View | None, *, requests: RequestMatch) -> RequestMatch:
    """The requests of a match, without what asks about the proxy."""
    if match is None:
        return RequestMatch(path=ANY)
    return requests._replace(gateways=frozenset({"mesh"}), port=None, authority=None)
