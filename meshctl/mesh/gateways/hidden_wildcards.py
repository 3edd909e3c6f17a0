"""Requests that get 404 because a closer virtual host hides the routes of a wildcard host.

Envoy chooses the virtual host with the closest domain and looks at no other: routes for
``*.example.com`` are not asked for a request to ``a.example.com`` once that has a virtual host.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meshctl.mesh.core.hosts import HostIndex, is_wildcard
from meshctl.mesh.matching.request_match import covered_by_any
from meshctl.mesh.traffic.route_matches import RouteMatch, RouteMatches
from meshctl.resources import VirtualService

if TYPE_CHECKING:
    from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
    from meshctl.mesh.gateways.virtual_hosts import VirtualHost
    from meshctl.mesh.traffic.routes import Routes


@dataclass(frozen=True, slots=True, eq=False)
class HiddenWildcard:
    """A match for a wildcard host that requests for one host below it never get to."""

    host: str
    wildcard: str
    hidden: RouteMatch


class HiddenWildcards:
    """All of them, filed under the VirtualService that gives the host a virtual host."""

    def __init__(
        self, gateways: Iterable[EffectiveGateway], routes: Routes, alternatives: RouteMatches
    ) -> None:
        self._routes = routes
        self._alternatives = alternatives
        self._found: dict[VirtualService, dict[VirtualService, HiddenWildcard]] = {}
        for effective in gateways:
            if self._has_wildcards(effective):
                for hosts in effective.route_configs.values():
                    self._add(hosts)

    def of(self, service: VirtualService) -> Iterable[HiddenWildcard]:
        """List what a VirtualService hides, once for each other VirtualService."""
        return self._found.get(service, {}).values()

    def _has_wildcards(self, effective: EffectiveGateway) -> bool:
        """Does any VirtualService have routes there for a wildcard? Few have, and routes cost a lot."""
        return any(
            is_wildcard(host)
            for gateway in effective.gateways
            for service in self._routes.naming(gateway.key_name)
            for host in service.hosts
        )

    def _add(self, hosts: Sequence[VirtualHost]) -> None:
        index: HostIndex[VirtualHost] = HostIndex()
        for virtual_host in hosts:
            for domain in virtual_host.domains:
                index.add(domain, virtual_host)
        for virtual_host in hosts:
            if (
                virtual_host.routes
                and not virtual_host.redirects
                and not virtual_host.routes[-1].is_catch_all
            ):
                for domain in virtual_host.domains:
                    above = [wide for found in index.covering(domain) for wide in found]
                    nearest = next((wide for wide in above if wide is not virtual_host), None)
                    if nearest is not None:
                        self._file(virtual_host, domain, nearest)

    def _file(self, virtual_host: VirtualHost, domain: str, wide: VirtualHost) -> None:
        own = list(self._read(virtual_host))
        services = {alternative.service.key_name: alternative.service for alternative in own}
        for hidden in self._read(wide):
            asked = hidden.at("", any_port=True).request
            here = (alternative.at("", any_port=True).request for alternative in own)
            if hidden.service.key_name not in services and not covered_by_any(here, asked):
                wildcard = next(name for name in wide.domains if domain.endswith(name[1:]))
                found = HiddenWildcard(domain, wildcard, hidden)
                for service in list(services.values())[:1]:
                    self._found.setdefault(service, {}).setdefault(hidden.service, found)
                return

    def _read(self, host: VirtualHost) -> Iterator[RouteMatch]:
        found = (self._alternatives.find(route) for route in host.routes)
        return (match for match in found if match is not None)
