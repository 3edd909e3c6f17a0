"""Converts rules of HTTPRoutes and GRPCRoutes to http rules of a VirtualService.

Mirrors convertHTTPRoute, convertGRPCRoute and sortHTTPRoutes
(pilot/pkg/config/kube/gateway/conversion.go, Istio 1.31): one rule for each match.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from meshctl.istio.durations import nanoseconds
from meshctl.mesh.gateway_api import filters
from meshctl.mesh.gateway_api.backends import Backend
from meshctl.mesh.gateway_api.request_matches import grpc_match, http_match
from meshctl.mesh.gateway_api.status.conditions import Fault
from meshctl.resources import KubernetesRoute, ObjectReference, Ref, View
from meshctl.resources.view import Path, views

_RETRY_ON = ("connect-failure", "refused-stream", "unavailable", "cancelled")
_ATTEMPTS = 2
Read = Callable[[ObjectReference], Backend]
Rank = tuple[bool, int, int, bool, int, int]


class HttpRule(NamedTuple):
    """One http rule, as a VirtualService would write it, and where its parts are written."""

    data: dict[str, Any]
    origins: tuple[tuple[Path, Ref], ...]
    """Places by their path within the rule; the empty path is the rule's."""
    number: int
    """The place of the rule in the route."""

    @property
    def rank(self) -> Rank:
        """The sort key of its match."""
        return rank_of(next(iter(self.data.get("match", ())), None))


def rank_of(match: Mapping[str, Any] | None) -> Rank:
    """Sort key: exact, prefix, regex, no path, no match; then longer, with method, more conditions."""
    if match is None:
        return (True, 0, 0, False, 0, 0)
    kind, text = next(iter(match.get("uri", {"": ""}).items()))
    order = {"exact": 3, "prefix": 2, "regex": 1}.get(kind, -1)
    headers, query = match.get("headers", ()), match.get("queryParams", ())
    lacks_method = "method" not in match
    return (False, -order, -len(text.encode()), lacks_method, -len(headers), -len(query))


class ConvertedRules(NamedTuple):
    """The rules of a route, and what the status says about them.

    A fatal fault leaves no rules. ``faults`` are all that were found, in order.
    """

    rules: tuple[HttpRule, ...]
    fault: Fault | None = None
    faults: tuple[Fault, ...] = ()
    is_fatal: bool = False


class _FatalError(Exception):
    def __init__(self, fault: Fault) -> None:
        self.fault = fault


def convert(route: KubernetesRoute, read: Read) -> ConvertedRules:
    """Convert the rules of an HTTPRoute or GRPCRoute; ``read`` reads a backend."""
    found: list[HttpRule] = []
    faults: list[Fault] = []
    fault: Fault | None = None
    fatal: Fault | None = None
    for converter in _converters(route, read):
        try:
            found.append(converter.rule())
            fault = converter.reported or fault
        except _FatalError as error:
            faults.append(error.fault)
            fatal = fatal or error.fault
        faults += converter.faults
    several = tuple(dict.fromkeys(faults))
    if fatal is not None:
        return ConvertedRules((), fatal, several, is_fatal=True)
    return ConvertedRules(tuple(found), fault, several)


def in_order(rules: Iterable[HttpRule]) -> list[HttpRule]:
    """Put rules into the order in which Envoy tries them; equals stay as they are."""
    return sorted(rules, key=lambda rule: rule.rank)


def _converters(route: KubernetesRoute, read: Read) -> Iterator["_Converter"]:
    is_http = route.kind == "HTTPRoute"
    if is_http and not route.spec.has("rules"):
        yield _Converter(View(route, route.spec.path, {}), None, 0, read)
    for rule in views(route.spec, "rules", View):
        index = int(rule.path[-1])
        matches: tuple[View | None, ...] = views(rule, "matches", View)
        for match in matches or (None,):
            yield _Converter(rule, match, index, read)


class _Converter:
    """Converts one rule with one of its matches."""

    def __init__(self, rule: View, match: View | None, index: int, read: Read) -> None:
        self._rule, self._match, self._index = rule, match, index
        self._read = read
        self._is_http = rule.resource.kind == "HTTPRoute"
        self._data: dict[str, Any] = {}
        self._origins: list[tuple[Path, Ref]] = []
        self.faults: list[Fault] = []
        self.reported: Fault | None = None
        """The fault that the status tells of."""

    def rule(self) -> HttpRule:
        """Convert it; raises ``_FatalError`` where the whole route is lost."""
        route = self._rule.resource
        default = f"{route.namespace}.{route.name}.{self._index}"
        self._data["name"] = self._rule.text("name") if self._rule.has("name") else default
        self._add_match()
        mirror_fault = self._add_filters()
        if self._is_http:
            self._add_retries_and_timeout()
        backends = views(self._rule, "backendRefs", ObjectReference)
        total = sum(_weight(backend) for backend in backends)
        backend_fault = None
        if total == 0 and "redirect" not in self._data:
            self._data["directResponse"] = {"status": 500}
        else:
            backend_fault = self._add_backends(
                [backend for backend in backends if _weight(backend)]
            )
        self.reported = backend_fault or mirror_fault
        return HttpRule(self._data, tuple(self._origins), self._index)

    def _add_match(self) -> None:
        has_default = self._is_http and not self._rule.has("matches")
        if self._match is None and not has_default:
            self._origins.append(((), self._rule.at()))
            return
        match = self._match or View(self._rule.resource, self._rule.path, {})
        self._data["match"] = [http_match(match) if self._is_http else grpc_match(match)]
        self._origins.append(((), match.at()))

    def _add_filters(self) -> Fault | None:
        """Add what the filters say; the fault is the one of a mirror."""
        found: Fault | None = None
        for view in views(self._rule, "filters", View):
            kind = view.text("type")
            match kind:
                case "RequestHeaderModifier":
                    self._data.setdefault("headers", {})["request"] = self._headers(view)
                case "ResponseHeaderModifier":
                    self._data.setdefault("headers", {})["response"] = self._headers(view)
                case "RequestMirror":
                    found = self._add_mirror(view.child("requestMirror")) or found
                case "RequestRedirect" if self._is_http:
                    self._data["redirect"] = filters.redirect(view.child("requestRedirect"))
                case "URLRewrite" if self._is_http:
                    rewrite = filters.rewrite(view.child("urlRewrite"))
                    self._data.pop("rewrite", None)
                    if rewrite:
                        self._data["rewrite"] = rewrite
                case "CORS" if self._is_http:
                    self._data["corsPolicy"] = filters.cors_policy(view.child("cors"))
                case _:
                    raise _FatalError(filters.unknown_filter(kind, view.at("type")))
        return found

    def _headers(self, view: View) -> dict[str, Any]:
        kind = view.text("type")
        modifier = view.child(kind[0].lower() + kind[1:])
        found, fault = filters.header_operations(modifier)
        if fault is not None:
            raise _FatalError(fault)
        return found

    def _add_mirror(self, mirror: View) -> Fault | None:
        path = (*mirror.path, "backendRef")
        reference = ObjectReference(mirror.resource, path, mirror.data.get("backendRef"))
        backend = self._read(reference)
        if backend.fault is not None:
            if not self._is_http:
                raise _FatalError(backend.fault)
            self.faults.append(backend.fault)
            return backend.fault
        policy = {"destination": backend.destination, **filters.mirror_percentage(mirror)}
        mirrors = self._data.setdefault("mirrors", [])
        self._origins.append((("mirrors", len(mirrors), "destination"), reference.at()))
        mirrors.append(policy)
        return None

    def _add_retries_and_timeout(self) -> None:
        if self._rule.has("retry"):
            retry = self._rule.child("retry")
            attempts = retry.number("attempts") if retry.has("attempts") else _ATTEMPTS
            written = retry.data.get("codes")
            codes = [str(code) for code in written] if isinstance(written, list) else []
            retries: dict[str, Any] = {"attempts": attempts or 0}
            if attempts:
                retries["retryOn"] = ",".join((*_RETRY_ON, *codes))
            if retry.has("backoff"):
                retries["backoff"] = retry.text("backoff")
            self._data["retries"] = retries
        timeouts = self._rule.child("timeouts")
        for key in ("request", "backendRequest"):
            text = timeouts.text(key)
            if not nanoseconds(text):
                continue
            if key == "backendRequest" and "retries" in self._data:
                self._data["retries"]["perTryTimeout"] = text
            else:
                self._data["timeout"] = text

    def _add_backends(self, backends: list[ObjectReference]) -> Fault | None:
        """Add the destinations; the fault is that of the last one that leads nowhere."""
        found: Fault | None = None
        fatal: Fault | None = None
        routes: list[dict[str, Any]] = []
        for reference in backends:
            backend = self._read(reference)
            if backend.fault is not None:
                fatal = fatal or (backend.fault if backend.is_fatal else None)
                self.faults.append(backend.fault)
                found = backend.fault
            weight = _weight(reference) if len(backends) > 1 else 0
            route: dict[str, Any] = {"destination": backend.destination, "weight": weight}
            self._add_backend_filters(reference, route)
            self._origins.append((("route", len(routes), "destination"), reference.at()))
            routes.append(route)
        if fatal is not None:
            raise _FatalError(fatal)
        if routes:
            self._data["route"] = routes
        return found

    def _add_backend_filters(self, backend: ObjectReference, route: dict[str, Any]) -> None:
        for view in views(backend, "filters", View):
            match view.text("type"):
                case "RequestHeaderModifier":
                    route.setdefault("headers", {})["request"] = self._headers(view)
                case "ResponseHeaderModifier":
                    route.setdefault("headers", {})["response"] = self._headers(view)
                case kind:
                    raise _FatalError(filters.unknown_filter(kind, view.at("type")))


def _weight(reference: ObjectReference) -> int:
    weight = reference.number("weight")
    return 1 if weight is None else weight
