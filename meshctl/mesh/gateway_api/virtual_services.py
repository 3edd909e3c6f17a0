"""The VirtualServices that istiod makes of routes, and the routes that share one.

Mirrors HTTPRouteCollection, TCPRouteCollection, TLSRouteCollection and mergeHTTPRoutes
(pilot/pkg/config/kube/gateway/route_collections.go, Istio 1.31): one for each host name and
listener, or Service with namespace and port of the route; HTTPRoutes and GRPCRoutes are merged.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from meshctl.istio.names import GENERATED
from meshctl.mesh.core.precedence import age
from meshctl.mesh.gateway_api import l4_rules
from meshctl.mesh.gateway_api.http_rules import HttpRule, in_order
from meshctl.mesh.gateway_api.parents import Attachment, route_hosts
from meshctl.resources import GeneratedVirtualService, KubernetesRoute, Ref, ServiceEntry
from meshctl.resources.view import Path

_KINDS = {"HTTPRoute": "http", "GRPCRoute": "http", "TLSRoute": "tls", "TCPRoute": "tcp"}


class ReadRoute(NamedTuple):
    """A route with its attachments and its rules: for Gateways, and for the mesh."""

    route: KubernetesRoute
    attachments: tuple[Attachment, ...]
    at_gateways: Sequence[HttpRule]
    in_mesh: Sequence[HttpRule]

    @property
    def accepted(self) -> list[Attachment]:
        """The attachments that nothing denies, in the order of what they attach to."""
        found = [attachment for attachment in self.attachments if attachment.denial is None]
        return sorted(found, key=lambda attachment: attachment.internal_name)


class _Part(NamedTuple):
    """What one route gives to one VirtualService."""

    route: KubernetesRoute
    number: int
    gateway: str
    host: str
    rules: Sequence[HttpRule]

    @property
    def order(self) -> tuple[datetime, str, str]:
        """Sort key: the oldest first, then by namespace and the name that istiod gives it."""
        name = f"{self.route.name}~{self.number}~{GENERATED}"
        return age(self.route)[0], self.route.namespace, name


class VirtualServiceMaker:
    """Makes the VirtualServices of routes; ``entries`` are the ServiceEntries by full name."""

    def __init__(self, entries: Iterable[ServiceEntry], domain: str) -> None:
        self._entries = {entry.key_name: entry for entry in entries}
        self._domain = domain

    def make(self, routes: Iterable[ReadRoute]) -> list[GeneratedVirtualService]:
        """Make all of them, merged."""
        parts: dict[str, list[_Part]] = {}
        found: list[GeneratedVirtualService] = []
        for route in routes:
            if _KINDS.get(route.route.kind) == "http":
                for key, part in self._http_parts(route):
                    parts.setdefault(key, []).append(part)
            else:
                found += self._l4(route)
        for key, several in parts.items():
            several.sort(key=lambda part: part.order)
            rules = [rule for part in several for rule in part.rules]
            if len(several) > 1:
                rules = in_order(rules)
            first = several[0]
            name = key.replace("/", "~")
            found.append(_generated(first.route, name, first.gateway, first.host, rules))
        return found

    def hosts_of_parent(self, attachment: Attachment) -> tuple[str, ...]:
        """Name the hosts of the Service or ServiceEntry that a route attaches to."""
        reference = attachment.reference
        if reference.kind == "ServiceEntry":
            entry = self._entries.get(f"{reference.namespace}/{reference.name}")
            return entry.hosts if entry is not None else ()
        return (f"{reference.name}.{reference.namespace}.svc.{self._domain}",)

    def _http_parts(self, read_route: ReadRoute) -> Iterator[tuple[str, _Part]]:
        route, count = read_route.route, 0
        at_gateways, in_mesh = in_order(read_route.at_gateways), in_order(read_route.in_mesh)
        for attachment in read_route.accepted:
            key, hosts, rules = attachment.internal_name, route_hosts(route), at_gateways
            if attachment.is_mesh:
                key, hosts, rules = route.namespace, self.hosts_of_parent(attachment), in_mesh
                port = attachment.reference.port
                if port is not None:
                    key = f"{key}/{port}"
                    rules = l4_rules.for_port(rules, port)
            for host in hosts if rules else ():
                if attachment.keeps(host):
                    part = _Part(route, count, attachment.internal_name, host, rules)
                    yield f"{key}/{host}", part
                    count += 1

    def _l4(self, read_route: ReadRoute) -> Iterator[GeneratedVirtualService]:
        route, count = read_route.route, 0
        is_tls = route.kind == "TLSRoute"
        for attachment in read_route.accepted:
            split = (
                self._tls(read_route, attachment) if is_tls else self._tcp(read_route, attachment)
            )
            for host, rules in split:
                name = f"{route.name}~{_KINDS[route.kind]}~{count}~{GENERATED}"
                yield _generated(route, name, attachment.internal_name, host, rules)
                count += 1

    def _tcp(
        self, route: ReadRoute, attachment: Attachment
    ) -> Iterator[tuple[str, Sequence[HttpRule]]]:
        if not attachment.is_mesh:
            yield "*", route.at_gateways
            return
        port = attachment.reference.port
        rules = route.in_mesh if port is None else l4_rules.for_port(route.in_mesh, port)
        for host in self.hosts_of_parent(attachment):
            yield host, rules

    def _tls(
        self, route: ReadRoute, attachment: Attachment
    ) -> Iterator[tuple[str, Sequence[HttpRule]]]:
        listener = attachment.listener
        if listener is not None:
            hosts: Sequence[str] = route_hosts(route.route)
            if listener.hostname:
                hosts = l4_rules.shared(hosts, listener.hostname)
            rules = l4_rules.at_listener(route.at_gateways, listener.hostname)
            yield from ((host, rules) for host in hosts)
            return
        port, hosts = attachment.reference.port, self.hosts_of_parent(attachment)
        for host in hosts:
            yield host, l4_rules.in_mesh(route.in_mesh, port, hosts, host)


def _generated(
    route: KubernetesRoute, name: str, gateway: str, host: str, rules: Iterable[HttpRule]
) -> GeneratedVirtualService:
    key = _KINDS[route.kind]
    origins: dict[Path, Ref] = {}
    written: list[dict[str, Any]] = []
    for index, rule in enumerate(rules):
        for path, ref in rule.origins:
            origins["spec", key, index, *path] = ref
        written.append(rule.data)
    data = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {
            "name": name,
            "namespace": route.namespace,
            "creationTimestamp": route.metadata.get("creationTimestamp"),
        },
        "spec": {"hosts": [host], "gateways": [gateway], key: written},
    }
    return GeneratedVirtualService(route, data, origins)
