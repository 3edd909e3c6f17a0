"""The ports that EnvoyFilters look for, by the numbers that they have in a context.

Mirrors listenerMatch and filterChainMatch (listener_patch.go), clusterMatch (cluster_patch.go) and
routeConfigurationMatch (rc_patch.go) of pilot/pkg/networking/core/envoyfilter, Istio 1.31: inbound
chains, routes and clusters are named by the container's port, outbound ones by the Service's.
"""

from typing import NamedTuple

from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.resources import ConfigPatch, EnvoyFilter, Service, View

_INBOUND_LISTENERS = frozenset({15006, 15001})


class MeantPort(NamedTuple):
    """The port that was meant: how it was named, its number in the context, where it is declared."""

    what: str
    number: int
    view: View


class PatchedPorts:
    """Answers for the patches of EnvoyFilters."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def meant(self, envoy_filter: EnvoyFilter, patch: ConfigPatch, part: str) -> MeantPort | None:
        """Say which port was meant where a patch surely finds none; ``part`` is of its match."""
        number = patch.child("match", part).number("portNumber") or 0
        if not number or number in _INBOUND_LISTENERS:
            return None
        if patch.context == "SIDECAR_INBOUND":
            return self._inbound(envoy_filter, number)
        if patch.context == "GATEWAY" and part == "listener":
            return self._gateway(envoy_filter, number)
        if patch.context == "SIDECAR_OUTBOUND" and not patch.child("match", part).has("service"):
            return self._outbound(number)
        return None

    def _inbound(self, envoy_filter: EnvoyFilter, number: int) -> MeantPort | None:
        found: MeantPort | None = None
        for workload in self._parts.workloads.envoy_filters.reached(envoy_filter):
            if is_gateway(workload):
                continue
            only = self._parts.workloads.container_ports.only_of_service(workload, number)
            if only is None:
                return None
            found = found or MeantPort("the Service's port", only[1], only[0])
        return found

    def _gateway(self, envoy_filter: EnvoyFilter, number: int) -> MeantPort | None:
        found: MeantPort | None = None
        for workload in self._parts.workloads.envoy_filters.reached(envoy_filter):
            gateway = self._parts.gateways.for_workload(workload.key_name)
            servers = gateway.servers if is_gateway(workload) and gateway is not None else []
            named = [one for one in servers if one.server.port == number != one.target]
            if not named or any(one.target == number for one in servers):
                return None
            server = named[0]
            found = found or MeantPort(
                "the server's port", server.target, server.server.at().resource
            )
        return found

    def _outbound(self, number: int) -> MeantPort | None:
        if not self._parts.is_whole:
            return None
        found: MeantPort | None = None
        for host in self._parts.registry:
            for port in host.ports:
                if port.number == number:
                    return None
                if port.target == number and isinstance(host.source, Service) and found is None:
                    found = MeantPort("a container's port", port.number, port.view)
        return found
