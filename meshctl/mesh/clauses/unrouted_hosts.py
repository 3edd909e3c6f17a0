"""Hosts to which no request goes, since the routes for them lead to others.

The settings of a DestinationRule are those of the cluster of its host; a route that names another
host leads to that one's cluster, with its own rule (BuildHTTPRoutesForVirtualService,
pilot/pkg/networking/core/route/route.go, Istio 1.31).
"""

from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.core.hosts import is_wildcard
from meshctl.mesh.traffic.sidecar_routes import speaks_http
from meshctl.resources import DestinationRule, Service, VirtualService

_NOBODY = ""
"""A namespace that nothing is exported to, but what is exported to all."""


class UnroutedHosts:
    """Answers for DestinationRules."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def taken_by(self, rule: DestinationRule) -> VirtualService | None:
        """Find the VirtualService that sends all requests for the host of a rule to others.

        Not where a port speaks something else than HTTP, or where some clients may not read the
        VirtualService: their requests go to the host itself.
        """
        parts = self._parts
        host = parts.traffic.destination_rules.host_of(rule)
        declared = parts.registry.at(host)
        if is_wildcard(host) or not declared or parts.traffic.destinations.leads_to(host):
            return None
        bound = parts.sidecar_routes.bound(rule.namespace).at(host)
        if not bound or not all(
            isinstance(registered_host.source, Service)
            and registered_host.ports
            and all(map(speaks_http, registered_host.ports))
            for registered_host in declared
        ):
            return None
        service = bound[0].virtual_service
        by_all = parts.traffic.routes.is_visible(service, _NOBODY)
        ports = {port.number for registered_host in declared for port in registered_host.ports}
        all_taken = by_all and all(parts.sidecar_routes.takes_all(service, one) for one in ports)
        return service if all_taken else None
