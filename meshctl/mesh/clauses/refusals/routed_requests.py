"""What rules for gateways ask of requests, and no route of those gateways ever sends.

A rule whose clients are all gateways of the mesh gets the requests that their routes lead there, with the
path and the Host that ``rewrite`` leaves (pilot/pkg/networking/core/route/route.go, Istio 1.31).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.core.hosts import covers
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.matching.string_match import StringMatch
from meshctl.mesh.traffic.routes import EffectiveRoute
from meshctl.resources import AuthorizationPolicy, Ref, View, Workload

_OWN_HOST = frozenset({"host", ":authority"})
_UNKNOWN = StringMatch("unknown")
_Routed = tuple[EffectiveRoute, Sequence[str]]


class NeverSent(NamedTuple):
    """A value that no routed request has: its place, what is asked, what is sent instead."""

    place: Ref
    what: str
    sent: tuple[str, ...]


class _Sent(NamedTuple):
    """What a route sends: a path, a method, and the hosts it may have; empty for any.

    ``cut`` is the prefix that the gateway takes off the path.
    """

    path: StringMatch
    method: StringMatch | None
    hosts: tuple[str, ...]
    cut: str = ""


class _Led(NamedTuple):
    """What a gateway leads to: routes by host, hosts of connections, and whether to any host."""

    routes: Mapping[str, Sequence[_Routed]]
    connections: frozenset[str]
    passes_all: bool


def _led(effective: EffectiveGateway) -> _Led:
    routes: dict[str, list[_Routed]] = {}
    for hosts in effective.route_configs.values():
        for virtual_host in hosts:
            for route in virtual_host.routes:
                routed = route, virtual_host.domains
                for host in {to.host for to in route.targets}:
                    routes.setdefault(host, []).append(routed)
    chains = [chain for listener in effective.listeners for chain in listener.chains]
    connections = frozenset(to.host for chain in chains for to in chain.targets)
    return _Led(routes, connections, any(chain.upstream is not None for chain in chains))


class RoutedRequests:
    """Answers for AuthorizationPolicies."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._read: dict[EffectiveGateway, _Led] = {}

    def never_sent(self, policy: AuthorizationPolicy) -> Iterator[NeverSent]:
        """Walk the paths, methods and hosts of rules for gateways alone that nothing sends."""
        asked = [rule for rule in policy.rules if rule.operations and rule.sources]
        workloads = self._parts.security.authorization.reached(policy) if asked else ()
        for entry in asked:
            sent = self._sent(entry.sources, workloads)
            for operation in entry.operations if sent else ():
                yield from _unmet(operation, sent)

    def _sent(self, sources: Sequence[View], workloads: Sequence[Workload]) -> list[_Sent]:
        """List what the gateways that some sources name send to workloads; empty where unknown."""
        domain = self._parts.config.trust_domain
        found: list[_Sent] = []
        for workload in workloads:
            pods = [one for one, _ in self._parts.reachability.ingress_paths.gateway_pods(workload)]
            names = {f"{domain}/ns/{pod.namespace}/sa/{pod.service_account}": pod for pod in pods}
            for source in sources:
                wanted = source.texts("principals")
                if not wanted or not set(wanted) <= names.keys():
                    return []
                for name in wanted:
                    sent = self._routed(names[name], workload)
                    if sent is None:
                        return []
                    found += sent
        return found

    def _routed(self, pod: Workload, workload: Workload) -> list[_Sent] | None:
        effective = self._parts.gateways.for_workload(pod.key_name)
        if effective is None:
            return None
        reached = {host.host for host in self._parts.workloads.container_ports.hosts(workload)}
        if effective.like not in self._read:
            self._read[effective.like] = _led(effective)
        led = self._read[effective.like]
        if led.passes_all or reached & led.connections:
            return None
        routes = {id(one): one for host in reached for one in led.routes.get(host, ())}
        return [_of_route(route, domains) for route, domains in routes.values()]


def _of_route(route: EffectiveRoute, domains: Sequence[str]) -> _Sent:
    rewrite = route.rule.action.child("rewrite")
    path, uri, cut = route.request.path, rewrite.text("uri"), ""
    if rewrite.data.get("uriRegexRewrite") or path.ignore_case:
        path = _UNKNOWN
    elif uri and path.kind in {"prefix", "exact", "any"}:
        cut = path.value if path.kind == "prefix" and path.value.startswith(uri) else ""
        path = StringMatch("exact" if path.kind == "exact" else "prefix", uri)
    elif uri:
        path = _UNKNOWN
    hosts = (rewrite.text("authority"),) if rewrite.text("authority") else tuple(domains)
    return _Sent(path, route.request.method, () if _sets_host(route) else hosts, cut)


def _sets_host(route: EffectiveRoute) -> bool:
    if route.rule.action.child("rewrite").has("authorityRegexRewrite"):
        return True
    several: Iterable[View] = (route.rule.action, *route.rule.action.routes)
    return any(
        name.lower() in _OWN_HOST
        for view in several
        for key in ("set", "add")
        for name in view.child("headers", "request", key).names()
    )


def _unmet(operation: View, sent: Sequence[_Sent]) -> Iterator[NeverSent]:
    for index, value in enumerate(operation.texts("paths")):
        if not any(_may_be_path(one.path, value) and not _is_cut(one, value) for one in sent):
            shown = tuple(dict.fromkeys(str(one.path) for one in sent))
            yield NeverSent(operation.at("paths", index), "path", shown)
    for index, value in enumerate(operation.texts("methods")):
        if "*" not in value and not any(_may_be(one.method, value) for one in sent):
            shown = tuple(dict.fromkeys(str(one.method) for one in sent))
            yield NeverSent(operation.at("methods", index), "method", shown)
    for index, value in enumerate(operation.texts("hosts")):
        host = value.rpartition(":")[0] if value.rpartition(":")[2].isdecimal() else value
        if "*" not in host and not any(_may_be_host(one.hosts, host.lower()) for one in sent):
            shown = tuple(dict.fromkeys(name for one in sent for name in one.hosts))
            yield NeverSent(operation.at("hosts", index), "host", shown)


def _may_be(known: StringMatch | None, value: str) -> bool:
    return known is None or known.kind != "exact" or known.value == value


def _may_be_host(hosts: Sequence[str], value: str) -> bool:
    return not hosts or any(covers(host.partition(":")[0].lower(), value) for host in hosts)


def _is_cut(sent: _Sent, asked: str) -> bool:
    """Does a path begin with what the gateway takes off? It would have to be there twice."""
    return len(sent.cut) > len(sent.path.value) and asked.startswith(sent.cut)


def _may_be_path(sent: StringMatch, asked: str) -> bool:
    """May a path that is sent meet a path of a policy, which is exact, a prefix or a suffix?"""
    if sent.kind not in {"exact", "prefix"} or asked.startswith("*") or "{" in asked:
        return True
    text = sent.value.partition("?")[0]
    if asked.endswith("*"):
        start = asked[:-1]
        return text.startswith(start) or (sent.kind == "prefix" and start.startswith(text))
    return asked == text if sent.kind == "exact" else asked.startswith(text)
