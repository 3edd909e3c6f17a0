"""The requests that Gateway API routes match, and where two match the same.

Of two equal matches the older route's counts, then the one first by namespace and name (Gateway
API, HTTPRouteRule.matches; pilot/pkg/config/kube/gateway/conversion.go of Istio 1.31 sorts so).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from meshctl.mesh.core.hosts import HostIndex, overlaps
from meshctl.mesh.core.precedence import age
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.gateway_api.reference_grants import Admission, ReferenceGrants
from meshctl.resources import (
    KubernetesGateway,
    KubernetesListener,
    KubernetesRoute,
    ObjectReference,
    Ref,
    Service,
    View,
)
from meshctl.resources.cached_property import cached_property
from meshctl.resources.view import views

_KINDS = frozenset({"HTTPRoute", "GRPCRoute"})
_HTTP = frozenset({"HTTP", "HTTPS"})
_PROTOCOLS = {
    "HTTPRoute": _HTTP,
    "GRPCRoute": _HTTP,
    "TLSRoute": frozenset({"TLS"}),
    "TCPRoute": frozenset({"TCP", "TLS"}),
}
_Asked = tuple[KubernetesGateway, str, int | None, str]
"""A Gateway, the listener and the port that are asked for, and the kind of the route."""
_Place = tuple[str, str, str, str]


class RouteRuleMatch(NamedTuple):
    """One match of a route's rule; ``ref`` is the match, or the rule that has none."""

    route: KubernetesRoute
    rule: View
    ref: Ref


class GatewayApiRoutes:
    """All routes of the Gateway API, by what they attach to and ask for."""

    def __init__(self, routes: Sequence[KubernetesRoute], grants: ReferenceGrants) -> None:
        self._grants = grants
        self._routes = sorted(routes, key=age)
        self._unserved = IdentityCache(self._names_unserved)
        self._by_name = IdentityCache(_by_listener_name)
        self._listeners: dict[_Asked, list[KubernetesListener]] = {}
        self._taking = IdentityCache(_by_hostname)  # many routes attach to the same listeners

    def listeners(self, parent: ObjectReference) -> list[KubernetesListener]:
        """The listeners of a known Gateway that a parent reference is about.

        Those of a protocol that has no routes of the kind are left out where others have.
        """
        gateway = self._grants.gateway(parent) if parent.kind == "Gateway" else None
        if gateway is None:
            return []
        key = gateway, parent.section, parent.port, parent.resource.kind
        if key not in self._listeners:
            several = (
                self._by_name.of(gateway).get(parent.section, ())
                if parent.section
                else gateway.listeners
            )
            found = [one for one in several if parent.port in {None, one.port}]
            protocols = _PROTOCOLS.get(parent.resource.kind, frozenset())
            self._listeners[key] = [one for one in found if one.protocol in protocols] or found
        return self._listeners[key]

    def unserved(self, route: KubernetesRoute) -> Sequence[tuple[int, ObjectReference]]:
        """List the host names, by index, that no listener of a route's known Gateways takes.

        Of a TLSRoute that attaches to Services, too, they may be for those.
        """
        return self._unserved.of(route)

    def _names_unserved(self, route: KubernetesRoute) -> Sequence[tuple[int, ObjectReference]]:
        return tuple(self._walk_unserved(route))

    def _walk_unserved(self, route: KubernetesRoute) -> Iterator[tuple[int, ObjectReference]]:
        asked = [p for p in route.parents if not p.mesh_kind]
        if route.kind == "TLSRoute" and len(asked) < len(route.parents):
            return
        several = [(reference, self.listeners(reference)) for reference in asked]
        if any(one.kind != "Gateway" or self._grants.gateway(one) is None for one in asked):
            return
        known = [
            (parent, fitting)
            for parent, found in several
            if (fitting := self._fitting(route, found))
        ]
        if not known:
            return
        taken = [listener.hostname for _, listeners in known for listener in listeners]
        for index, host in enumerate(route.hostnames):
            if host and not any(not other or overlaps(other, host) for other in taken):
                yield index, known[0][0]

    def _fitting(
        self, route: KubernetesRoute, listeners: list[KubernetesListener]
    ) -> list[KubernetesListener]:
        """Leave out the listeners that surely don't take a route, for its kind or its namespace."""
        return [
            listener
            for listener in listeners
            if listener.protocol in _PROTOCOLS.get(route.kind, frozenset())
            and self._grants.admits_from(listener, route.namespace) is not Admission.NO
        ]

    def of_service(self, service: Service) -> KubernetesRoute | None:
        """The first route that attaches to a Service, so that clients in the mesh follow it."""
        return self._by_service.get(service.key_name)

    def same_asked(
        self, route: KubernetesRoute
    ) -> Iterator[tuple[RouteRuleMatch, RouteRuleMatch, str]]:
        """Walk the matches of a route that an older one asks for as well.

        Where both lead to the same, nothing is lost. The text says at which listener or Service, and is empty
        where that holds at all of them.
        """
        for asked, keys in self._asked_by(route):
            for key in keys:
                first = self._first[key]
                if first.ref != asked.ref and _effect(first.rule) != _effect(asked.rule):
                    is_lost = all(self._first[each].ref != asked.ref for each in keys)
                    yield asked, first, "" if is_lost else _where(key[0])
                    break

    @cached_property
    def _by_service(self) -> dict[str, KubernetesRoute]:
        found: dict[str, KubernetesRoute] = {}
        for route in self._routes:
            for parent in route.parents:
                if parent.mesh_kind == "Service":
                    found.setdefault(f"{parent.namespace}/{parent.name}", route)
        return found

    @cached_property
    def _first(self) -> dict[tuple[_Place, str], RouteRuleMatch]:
        found: dict[tuple[_Place, str], RouteRuleMatch] = {}
        for route in self._routes:
            for route_rule_match, keys in self._asked_by(route):
                for key in keys:
                    found.setdefault(key, route_rule_match)
        return found

    def _asked_by(
        self, route: KubernetesRoute
    ) -> Iterator[tuple[RouteRuleMatch, list[tuple[_Place, str]]]]:
        if route.kind not in _KINDS:
            return
        places = list(self._places(route))
        for rule in views(route.spec, "rules", View):
            matches = views(rule, "matches", View)
            if not matches:
                everything = f"{route.kind} {_canonical({})}"
                yield (
                    RouteRuleMatch(route, rule, rule.at()),
                    [(place, everything) for place in places],
                )
            for match in matches:
                text = f"{route.kind} {_canonical(match.data)}"
                yield RouteRuleMatch(route, rule, match.at()), [(place, text) for place in places]

    def _places(self, route: KubernetesRoute) -> Iterator[_Place]:
        """Walk where its rules are put in one order with those of other routes.

        Those for a Service are merged by the namespace of the route, and its host names don't count.
        """
        for parent in route.parents:
            name = f"{parent.namespace}/{parent.name}"
            if parent.mesh_kind:
                yield parent.mesh_kind, name, f"{route.namespace}/{parent.port or ''}", ""
                continue
            for host in route.hostnames or ("",):
                for part in self._parts(parent, host):
                    yield parent.kind, name, part, host

    def _parts(self, parent: ObjectReference, host: str) -> list[str]:
        """Name the listeners (or ports of a Service) that a parent reference is about."""
        known = self.listeners(parent)
        if not known:
            return [parent.section or str(parent.port or "")]
        if not host:
            return [listener.name for listener in known]
        taking = self._taking.of(known).meeting(host)
        return [known[number].name for number in sorted(taking)]


def _by_listener_name(gateway: KubernetesGateway) -> dict[str, list[KubernetesListener]]:
    found: dict[str, list[KubernetesListener]] = {}
    for listener in gateway.listeners:
        found.setdefault(listener.name, []).append(listener)
    return found


def _by_hostname(listeners: Sequence[KubernetesListener]) -> HostIndex[int]:
    """File listeners by their place; one without a host name takes all."""
    index: HostIndex[int] = HostIndex()
    for number, listener in enumerate(listeners):
        index.add(listener.hostname or "*", number)
    return index


def _where(place: _Place) -> str:
    """Say where rules are put in one order, as the end of a sentence."""
    kind, name, part, host = place
    if kind != "Gateway":
        return f" at {kind} {name}"
    return f" at listener {part}" + (f" for {host}" if host else "")


def _canonical(match: Mapping[str, Any]) -> str:
    """Write a match with its defaults and in one order, so that equal ones are equal texts."""
    path = match.get("path")
    written = path if isinstance(path, dict) else {}
    whole = {
        **match,
        "path": [written.get("type") or "PathPrefix", written.get("value") or "/"],
        "headers": _by_name(match.get("headers")),
        "queryParams": _by_name(match.get("queryParams")),
    }
    return json.dumps(whole, sort_keys=True, default=str)


def _by_name(value: Any) -> list[str]:
    if not isinstance(value, list):
        return []
    defaulted = ({"type": "Exact", **written} for written in value if isinstance(written, dict))
    return sorted(json.dumps(written, sort_keys=True, default=str) for written in defaulted)


def _effect(rule: View) -> dict[str, Any]:
    return {key: value for key, value in rule.data.items() if key not in {"matches", "name"}}
