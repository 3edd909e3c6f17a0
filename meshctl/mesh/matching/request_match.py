"""Models HTTPMatchRequest: what it takes, covers, and shares with another.

The meaning is that of Istio 1.31 (pilot/pkg/networking/core/route/route.go: TranslateRouteMatch
and sourceMatchHTTP) and of the Envoy matchers it is translated to. Matches are compared part by
part (``request_part``), and every part is one question about texts (``string_match``).
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from meshctl.mesh.matching.request_part import (
    ABSENT,
    AUTHORITY_PART,
    METHOD_PART,
    PATH_PART,
    SCHEME_PART,
    PartMatch,
    RequestPart,
    free,
)
from meshctl.mesh.matching.string_match import ANY, WRITTEN_KINDS, StringMatch
from meshctl.re2.automaton import CANT_TELL, CantTell
from meshctl.resources.view import as_number

Texts = Mapping[str, StringMatch]
"""Conditions by the name of a header or query parameter, as written."""

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_PRESENT = StringMatch("regex", "*")


class RequestMatch(NamedTuple):
    """One HTTPMatchRequest. A condition that is not written is None; for the path, ``any``.

    ``any`` in ``headers`` and ``query_params`` asks for presence, in ``without_headers`` for
    absence. ``gateways`` are the names the match is bound to, with ``mesh`` for sidecars; the
    defaults of the VirtualService are already in it. ``source_labels`` and ``source_namespace``
    are those of the workload whose proxy routes the request.
    """

    path: StringMatch = ANY
    method: StringMatch | None = None
    authority: StringMatch | None = None
    scheme: StringMatch | None = None
    headers: Texts = _NOTHING
    without_headers: Texts = _NOTHING
    query_params: Texts = _NOTHING
    source_labels: Mapping[str, str] = _NOTHING
    source_namespace: str = ""
    gateways: frozenset[str] = frozenset({"mesh"})
    port: int | None = None


class Witness(NamedTuple):
    """A request that two matches both take. What neither asks for is left empty or usual.

    ``gateway`` is set if the two are bound to different ones.
    """

    path: str = "/"
    method: str = "GET"
    scheme: str = "http"
    authority: str = ""
    headers: Mapping[str, str] = _NOTHING
    query: Mapping[str, str] = _NOTHING
    source_labels: Mapping[str, str] = _NOTHING
    source_namespace: str = ""
    gateway: str = ""
    port: int | None = None

    def __str__(self) -> str:
        origin = f"{self.scheme}://{self.authority}" if self.authority else ""
        query = "&".join(f"{name}={value}" for name, value in self.query.items())
        labels = ",".join(f"{name}={value}" for name, value in self.source_labels.items())
        place = "in the mesh" if self.gateway == "mesh" else f"at {self.gateway}"
        notes = [
            *(f"header {name}: {value}" for name, value in self.headers.items()),
            *([f"from {labels}"] if labels else ()),
            *([f"from namespace {self.source_namespace}"] if self.source_namespace else ()),
            *([place] if self.gateway else ()),
            *([f"port {self.port}"] if self.port is not None else ()),
        ]
        line = f"{self.method} {origin}{self.path}{'?' if query else ''}{query}"
        return f"{line} ({', '.join(notes)})" if notes else line


def from_istio(match: Mapping[str, Any], gateways: frozenset[str]) -> RequestMatch:
    """Read one HTTPMatchRequest; where nothing is written, it takes every request.

    If ``gateways`` is written in the match itself, istiod looks at neither ``sourceLabels`` nor
    ``sourceNamespace`` (sourceMatchHTTP). Fields of a wrong type are passed over, but conditions
    on texts that can't be read stay, as unknown ones.
    """
    fields: Mapping[str, Any] = match if isinstance(match, dict) else _NOTHING
    named = fields.get("gateways")
    labels = fields.get("sourceLabels")
    namespace = fields.get("sourceNamespace")
    by_source = not (isinstance(named, list) and named)
    return RequestMatch(
        path=_path(fields.get("uri"), ignore_case=fields.get("ignoreUriCase") is True),
        method=_text(fields.get("method")),
        authority=_text(fields.get("authority")),
        scheme=_text(fields.get("scheme")),
        headers=_texts(fields.get("headers")),
        without_headers=_texts(fields.get("withoutHeaders")),
        query_params=_texts(fields.get("queryParams")),
        source_labels={str(name): str(value) for name, value in labels.items()}
        if by_source and isinstance(labels, dict)
        else _NOTHING,
        source_namespace=namespace if by_source and isinstance(namespace, str) else "",
        gateways=gateways,
        port=as_number(fields.get("port")) or None,
    )


def is_catch_all(match: RequestMatch) -> bool:
    """Say whether istiod writes no route of the VirtualService after this match.

    As IsCatchAllRoute (route.go, 1.31): the path is free, or asked for by prefix ``/`` or regex
    ``.*`` in just these spellings, and no condition on headers, method, authority, scheme or
    query is written. It ends the list only where the match applies: at its gateways, on its
    port, for its source labels and namespace.
    """
    path = match.path
    free_path = path.kind == "any" or path[:2] in (("prefix", "/"), ("regex", ".*"))
    asked = (match.method, match.authority, match.scheme)
    named = match.headers or match.without_headers or match.query_params
    return free_path and asked == (None, None, None) and not named


def covers(a: RequestMatch, b: RequestMatch) -> bool | None:
    """Say whether ``a`` takes every request that ``b`` takes; None: can't tell.

    For a ``b`` that takes no request at all, any of the three may come back.
    """
    applies = (
        b.gateways <= a.gateways
        and a.port in (None, b.port)
        and a.source_namespace in ("", b.source_namespace)
        and a.source_labels.items() <= b.source_labels.items()
    )
    if not applies:
        return False
    theirs = demands(b)
    verdict = True if _opaque(a) <= _opaque(b) else None
    for part, demand in demands(a).items():
        of_part = demand.covers(theirs.get(part) or free(part))
        if of_part is False:
            return False
        verdict = verdict and of_part
    return verdict


def covered_by_any(matches: Iterable[RequestMatch], b: RequestMatch) -> bool:
    """Say whether one of the matches surely covers ``b``.

    A ``b`` that only several of them cover together is not found.
    """
    return any(covers(match, b) for match in matches)


def intersect(a: RequestMatch, b: RequestMatch) -> Witness | CantTell | None:
    """Find a request that both matches take; None: there is no such request."""
    gateways = a.gateways & b.gateways
    labels = {**a.source_labels, **b.source_labels}
    namespaces = {a.source_namespace, b.source_namespace} - {""}
    ports = {a.port, b.port} - {None}
    agree = a.source_labels.items() <= labels.items()
    if not gateways or not agree or len(namespaces) > 1 or len(ports) > 1:
        return None
    found = _parts_of_both(a, b)
    if found is None or found is CANT_TELL:
        return found
    return Witness(
        path=found[PATH_PART],
        method=found.get(METHOD_PART, "GET"),
        scheme=found.get(SCHEME_PART, "http"),
        authority=found.get(AUTHORITY_PART, ""),
        headers={n: v for (kind, n), v in found.items() if kind == "header" and n[:1] != ":"},
        query={name: value for (kind, name), value in found.items() if kind == "query"},
        source_labels=labels,
        source_namespace=next(iter(namespaces), ""),
        gateway="" if a.gateways == b.gateways else min(gateways),
        port=next(iter(ports), None),
    )


def _parts_of_both(a: RequestMatch, b: RequestMatch) -> dict[RequestPart, str] | CantTell | None:
    """Find a text for every part that must be there; None: some part suits only one match."""
    texts: dict[RequestPart, str] = {}
    unknown = bool(_opaque(a) or _opaque(b))
    ours, theirs = demands(a), demands(b)
    for part in sorted({*ours, *theirs}):
        text = (ours.get(part) or free(part)).meet(theirs.get(part) or free(part))
        if text is None:
            return None
        if text is CANT_TELL:
            unknown = True
        elif text is not ABSENT:
            texts[part] = text
    return CANT_TELL if unknown else texts


def demands(match: RequestMatch) -> dict[RequestPart, PartMatch]:
    """Collect what a match asks of each part; method, authority and scheme are headers."""
    pseudo = (
        (METHOD_PART, match.method),
        (AUTHORITY_PART, match.authority),
        (SCHEME_PART, match.scheme),
    )
    wanted = [
        (PATH_PART, match.path),
        *((part, text) for part, text in pseudo if text is not None),
        *((_header(name), text) for name, text in match.headers.items() if not _is_opaque(name)),
        *((RequestPart("query", name), text) for name, text in match.query_params.items()),
    ]
    found: dict[RequestPart, PartMatch] = {}
    for part, text in wanted:
        found[part] = (found.get(part) or free(part)).wanting(text)
    for name, text in match.without_headers.items():
        if not _is_opaque(name):
            part = _header(name)
            found[part] = (found.get(part) or free(part)).refusing(text)
    return found


def _header(name: str) -> RequestPart:
    """Name a header as Envoy's header map does: in lower case, Host under ``:authority``."""
    lower = name.lower()
    return RequestPart("header", ":authority" if lower == "host" else lower)


def _is_opaque(name: str) -> bool:
    """Say whether a header name stands for something that is not independent of other parts.

    JWT claims may hold several values at once; ``:path`` is the path and the query again.
    """
    return name.lower().startswith(("@request.auth.claims", ":path"))


def _opaque(match: RequestMatch) -> set[tuple[bool, str, StringMatch]]:
    """Collect the conditions that are only compared as a whole."""
    both = ((True, match.headers), (False, match.without_headers))
    return {
        (wanted, name, text)
        for wanted, texts in both
        for name, text in texts.items()
        if _is_opaque(name)
    }


def _path(data: Any, *, ignore_case: bool) -> StringMatch:
    """Read ``uri``; one that is not written or empty leaves the path free."""
    match = _string_match(data)
    if match is None:
        return ANY
    return match._replace(ignore_case=ignore_case and match.kind in ("exact", "prefix"))


def _text(data: Any) -> StringMatch | None:
    """Read a condition on a header or query parameter, where regex ``*`` asks for presence.

    Istio's canBeConvertedToPresentMatch (route.go, 1.31); RE2 has no such pattern.
    """
    if data is None:
        return None
    match = _string_match(data)
    return ANY if match == _PRESENT else match


def _texts(data: Any) -> Texts:
    """Read a mapping of conditions by name; a name without a condition can't be read."""
    if data is None:
        return _NOTHING
    if not isinstance(data, dict):
        return {"": StringMatch("unknown", repr(data))}
    return {str(name): _text(text) or StringMatch("unknown", "null") for name, text in data.items()}


def _string_match(data: Any) -> StringMatch | None:
    """Read a StringMatch: an empty one is ``any``, one that is none is ``unknown``."""
    if data is None:
        return None
    if isinstance(data, dict):
        for kind in WRITTEN_KINDS:
            value = data.get(kind)
            if isinstance(value, str):
                return StringMatch(kind, value)
            if value is not None:
                return StringMatch("unknown", repr(data))
        return ANY
    return StringMatch("unknown", repr(data))
