"""The hosts that requests for a VirtualService can have, as conditions on the authority see them.

Envoy chooses the virtual host by its domains, in any case of letters and with or without a port
(getMatchingPort and virtual hosts in pilot/pkg/networking/core/gateway.go; for sidecars
generateVirtualHostDomains, httproute.go, Istio 1.31), before it asks for conditions.
"""

import re
from collections.abc import Iterator

from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.core.hosts import in_cluster, is_wildcard
from meshctl.mesh.matching.request_part import AUTHORITY
from meshctl.mesh.matching.string_match import StringMatch
from meshctl.mesh.traffic.delegates import MESH
from meshctl.resources import VirtualService

_PORT = "(:[0-9]+)?"
_HTTP = 80
_ADDRESS = r"[0-9a-fA-F.:\[\]]+"


class AskedHosts:
    """Answers for VirtualServices with hosts."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._known: dict[VirtualService, StringMatch] = {}

    def never_is(self, service: VirtualService, asked: StringMatch) -> bool:
        """Does no request for the hosts of a VirtualService have such an authority?"""
        if not service.hosts:
            return False  # a delegate has those of its root
        hosts = self._known.get(service)
        if hosts is None:
            pattern = "|".join(self._patterns(service))
            hosts = self._known[service] = StringMatch("regex", f"(?i)({pattern}){_PORT}")
        return asked.intersect(hosts, AUTHORITY) is None

    def only_with_port(self, service: VirtualService) -> int | None:
        """Give a port that clients write behind the host, where none of the hosts has port 80.

        HTTP leaves the port out of Host where it is the scheme's own; only for hosts of the mesh alone.
        """
        if set(self._parts.traffic.routes.gateways_of(service)) != {MESH}:
            return None
        numbers: list[int] = []
        for host in service.hosts:
            declared = self._parts.registry.at(self._parts.registry.fqdn(host, service.namespace))
            ports = [port.number for registered_host in declared for port in registered_host.ports]
            if not ports or _HTTP in ports:
                return None
            numbers += ports
        return numbers[0] if numbers else None

    def _patterns(self, service: VirtualService) -> Iterator[str]:
        in_mesh = MESH in self._parts.traffic.routes.gateways_of(service)
        for host in {*service.hosts, *self._parts.sidecar_routes.hosts(service)}:
            if is_wildcard(host):
                yield ".*" + re.escape(host[1:])
                continue
            yield re.escape(host) + r"\.?"
            found = in_cluster(host, self._parts.config.domain) if in_mesh else None
            if found is not None:
                name, namespace = map(re.escape, found)
                yield rf"{name}(\.{namespace}(\.svc)?)?"
        if in_mesh:
            yield _ADDRESS
