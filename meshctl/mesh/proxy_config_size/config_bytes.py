"""Estimates the bytes that a proxy is sent, from what was counted.

The figures are a least-squares fit of what istiod 1.31 serializes in made-up meshes of 5 to 200
Services, with default settings and names of ordinary length: nine of ten proxies within 3 %, all of
them within 10 % in sum. Telemetry, EnvoyFilters and long routes make more.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.proxy_config_size.config_size import ConfigCounts
from meshctl.mesh.registry.services import NO_ADDRESS
from meshctl.mesh.request_path.client_clusters import DNS, EDS, ClientCluster
from meshctl.mesh.request_path.outbound_hosts import OutboundHost, OutboundHosts
from meshctl.mesh.request_path.outbound_listeners import WILDCARD, OutboundListener
from meshctl.mesh.request_path.proxy_services import ProxyService
from meshctl.mesh.security.tls_connection import ClientTls
from meshctl.resources import AuthorizationPolicy

_MUTUAL = {EDS: 9310, DNS: 5490}
_PLAIN = {EDS: 4240, DNS: 5490}
_KEEPS_ADDRESS = {True: 7160, False: 3340}
_LETTER_OF_CLUSTER = 57
"""Of clusters and routes in tenths of bytes, so that sums are exact in any order."""
INBOUND_CLUSTER, _FIXED_CLUSTERS = 292, 6990
_ENDPOINT_SET, _ENDPOINT = 59.6, 145.4
_OUTBOUND_HTTP, _OUTBOUND_TCP, _DEFAULT_CHAIN = 2089, 265, 223
_INBOUND_HTTP, _INBOUND_TCP, _CATCH_ALL, _FIXED_LISTENERS = 2387, 574, 985, 2792
_POLICY_FILTER, _POLICY_RULE = 80, 128
_GATEWAY_CHAIN, _GATEWAY_LISTENERS = 2324.5, -316
_ROUTE_CONFIGURATION, _DOMAIN_LETTER, _OWN_ROUTE, _WRITTEN_ROUTE = 624, 13, 3157, 4295
_ANY = "*"
_GATEWAY_CONFIGURATION, _GATEWAY_HOST, _GATEWAY_ROUTE, _TARGET_LETTER = 30, 25, 368, 1.9


def cluster_tenths(cluster: ClientCluster) -> int:
    """Estimate ten times the size of a cluster: by kind, TLS and the length of its host's name."""
    has_tls = cluster.upstream.tls is not ClientTls.PLAINTEXT
    size = (_MUTUAL if has_tls else _PLAIN).get(cluster.kind, _KEEPS_ADDRESS[has_tls])
    return size + len(cluster.service.host) * _LETTER_OF_CLUSTER


def cluster_bytes(tenths: int, *, is_gateway: bool) -> int:
    """Estimate the size of outbound clusters, given in tenths, with those that a sidecar always has."""
    return round((tenths if is_gateway else tenths + _FIXED_CLUSTERS) / 10)


def endpoint_bytes(counts: ConfigCounts) -> int:
    """Estimate the size of endpoints: so much for a set, so much for each endpoint."""
    return round(counts.endpoint_sets * _ENDPOINT_SET + counts.endpoints * _ENDPOINT)


def listener_bytes(listeners: Iterable[OutboundListener]) -> int:
    """Estimate the size of outbound listeners."""
    total = 0
    for listener in listeners:
        http = sum(chain.is_http for chain in listener.chains)
        total += http * _OUTBOUND_HTTP + (len(listener.chains) - http) * _OUTBOUND_TCP
        if listener.address == WILDCARD and listener.default is None:
            total += _DEFAULT_CHAIN
    return total


class Guards(NamedTuple):
    """The AuthorizationPolicies of a workload: their actions, and how many rules all have."""

    actions: frozenset[str]
    rules: int


def guards_of(policies: Iterable[AuthorizationPolicy]) -> Guards:
    """Count policies; one without rules counts as one with one."""
    several = list(policies)
    rules = sum(max(len(policy.rules), 1) for policy in several)
    return Guards(frozenset(policy.action for policy in several), rules)


class InboundSize(NamedTuple):
    """What the pod of a sidecar needs: its named ``ports``, and filter chains.

    ``http`` and ``tcp`` are those for named ports, ``catch_all`` counts those for the rest.
    """

    ports: int
    http: int
    tcp: int
    catch_all: int

    @property
    def chains(self) -> int:
        """Count the filter chains."""
        return self.http + self.tcp + self.catch_all


def inbound_bytes(inbound: InboundSize, guards: Guards) -> int:
    """Estimate the size of the two listeners that each sidecar has, with their inbound chains.

    Each chain repeats the AuthorizationPolicies of its workload, in a filter for each action.
    """
    each = len(guards.actions) * _POLICY_FILTER + guards.rules * _POLICY_RULE
    named = inbound.http * _INBOUND_HTTP + inbound.tcp * _INBOUND_TCP
    return _FIXED_LISTENERS + named + inbound.catch_all * _CATCH_ALL + inbound.chains * each


class SentHost(NamedTuple):
    """A virtual host, and the table that it is of.

    One that is alone in its route configuration, that of a port without a protocol, is for ``*``
    (buildSidecarOutboundHTTPRouteConfig, pilot/pkg/networking/core/httproute.go, Istio 1.31).
    """

    table: OutboundHosts
    host: OutboundHost
    is_alone: bool


class RouteBytes:
    """Estimates the size of a sidecar's routes: by the domains and routes of virtual hosts."""

    def __init__(self, hosts: Iterable[SentHost], configurations: int, domain: str) -> None:
        self.tenths = configurations * _ROUTE_CONFIGURATION
        short: Counter[str] = Counter()
        self._short = [(1, short)]
        for table, host, is_alone in hosts:
            service = host.service
            names = [_ANY] if is_alone else [host.name]
            if service is not None and not is_alone:
                names = _domains(service, domain)
                short.update(_short_letters(service, domain))
            letters = len(host.name) + sum(map(len, names))
            routes = host.virtual_service
            own = _OWN_ROUTE if routes is None else len(table.routes_of(routes)) * _WRITTEN_ROUTE
            self.tenths += letters * _DOMAIN_LETTER + own

    def changed(self, more: "RouteBytes", less: "RouteBytes") -> "RouteBytes":
        """Give the size with more routes and without others."""
        found = RouteBytes((), 0, "")
        found.tenths = self.tenths + more.tenths - less.tenths
        gone = [(-times, short) for times, short in less._short]  # noqa: SLF001 - of its own class
        found._short = [*self._short, *more._short, *gone]  # noqa: SLF001 - of its own class
        return found

    def in_namespace(self, namespace: str, less: int = 0) -> int:
        """Estimate the size for clients of a namespace, who call its services by name alone.

        ``less`` are the tenths of the routes which one of them doesn't have.
        """
        letters = sum(times * short[namespace] for times, short in self._short)
        return round((self.tenths - less + letters * _DOMAIN_LETTER) / 10)


def gateway_bytes(gateway: EffectiveGateway | None, names: Sequence[str]) -> tuple[int, int]:
    """Estimate the sizes of a gateway's listeners and of its routes."""
    chains = (
        sum(len(listener.chains) for listener in gateway.listeners) if gateway is not None else 0
    )
    listeners = round(chains * _GATEWAY_CHAIN + _GATEWAY_LISTENERS) if chains else 0
    routes = len(names) * float(_GATEWAY_CONFIGURATION)
    configurations = gateway.route_configs if gateway is not None else {}
    for name in names:
        for host in configurations.get(name, ()):
            routes += _GATEWAY_HOST + sum(map(len, host.domains))
            for route in host.routes:
                letters = sum(
                    len(target.host) + len(target.subset or "") for target in route.targets
                )
                routes += _GATEWAY_ROUTE + letters * _TARGET_LETTER
    return listeners, round(routes)


def _domains(service: ProxyService, domain: str) -> list[str]:
    """List the domains of a service's virtual host (generateVirtualHostDomains, httproute.go).

    The name alone, which clients of its own namespace have as well, is none of them.
    """
    found: list[str] = []
    for host in (service.host, *service.aliases):
        found += [host, f"{host}."]
        stem = host.removesuffix(f".svc.{domain}")
        if stem != host:
            found += [stem, f"{stem}.svc"]
    if service.is_passthrough and service.is_kubernetes:
        found += [f"*.{name}" for name in found]
    return found if service.address == NO_ADDRESS else [*found, service.address]


def _short_letters(service: ProxyService, domain: str) -> Counter[str]:
    """Count the letters of the names alone, by the namespace whose clients have them."""
    found: Counter[str] = Counter()
    for host in (service.host, *service.aliases):
        stem = host.removesuffix(f".svc.{domain}")
        if stem != host:
            name, _, home = stem.partition(".")
            wild = service.is_passthrough and service.is_kubernetes
            found[home] += 2 * len(name) + len("*.") if wild else len(name)
    return found
