"""Checks TLS and TCP routes.

Mirrors validateTLSRoute and validateTCPRoute, pkg/config/validation/validation.go, Istio 1.31.
"""

from collections.abc import Iterator

from meshctl.resources.istio.virtual_service import Route
from meshctl.resources.view import View
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse, warn
from meshctl.validation.webhook.destination.destinations import check_routes
from meshctl.validation.webhook.fields.addresses import is_ip, why_not_block
from meshctl.validation.webhook.fields.hosts import is_within, why_not_host, why_not_sni_host
from meshctl.validation.webhook.fields.labels import check_labels
from meshctl.validation.webhook.fields.ports import check_optional_number
from meshctl.validation.webhook.routing.gateway_names import check_gateways
from meshctl.words import quoted


class VirtualServiceHosts:
    """The hosts of a VirtualService, as many matches are compared with them."""

    def __init__(self, spec: View) -> None:
        self.for_gateways = "mesh" not in spec.texts("gateways")
        hosts = spec.texts("hosts")
        self._exact = frozenset(host for host in hosts if not host.startswith("*"))
        self._wild = [one for one in dict.fromkeys(hosts) if one.startswith("*")]

    def have(self, host: str) -> bool:
        """Is every host that one stands for among them?"""
        return host in self._exact or any(is_within(host, wide) for wide in self._wild)


def check_tls_route(
    route: Route, hosts: VirtualServiceHosts, *, converted: bool
) -> Iterator[Fault]:
    """Check one route by SNI."""
    if not route.data.get("match"):
        yield refuse(route.at("match"), "a TLS route needs a match with sniHosts")
    for match in route.matches:
        sni_hosts = match.texts("sniHosts")
        if not sni_hosts:
            yield refuse(match.at("sniHosts"), "a match of TLS needs at least one of sniHosts")
        for at, host in enumerate(sni_hosts):
            yield from _check_sni_host(match, at, host, hosts)
        yield from _check_match(match)
        yield from check_gateways(match)
    yield from _check_route(route, converted=converted)


def check_tcp_route(route: Route, *, converted: bool) -> Iterator[Fault]:
    """Check one route of plain TCP; the webhook keeps its warnings to itself."""
    for match in route.matches:
        yield from _check_match(match)
        yield from (fault for fault in check_gateways(match) if not fault.is_warning)
    yield from _check_route(route, converted=converted)


def _check_route(route: Route, *, converted: bool) -> Iterator[Fault]:
    if not route.data.get("route"):
        yield refuse(route.at("route"), "this route sends nothing anywhere; it needs a route")
    yield from check_routes(route, converted=converted)


def _check_match(match: View) -> Iterator[Fault]:
    for at, subnet in enumerate(match.texts("destinationSubnets")):
        if why := why_not_block(subnet):
            yield refuse(match.at("destinationSubnets", at), why)
    yield from check_optional_number(match, "port")
    yield from check_labels(match, "sourceLabels")


def _check_sni_host(match: View, at: int, host: str, hosts: VirtualServiceHosts) -> Iterator[Fault]:
    place = match.at("sniHosts", at)
    why = why_not_sni_host(host) if hosts.for_gateways else why_not_host(host)
    if why and is_ip(host):
        yield warn(place, f"{host} is an IP address, which clients do not send as SNI")
    elif why:
        yield refuse(place, why)
    elif not hosts.have(host):
        yield refuse(place, f"{quoted(host)} is not among the hosts of this VirtualService")
