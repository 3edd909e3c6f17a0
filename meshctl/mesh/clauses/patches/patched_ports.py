"""The ports that EnvoyFilters look for, by the numbers that they have in a context.

Mirrors listenerMatch and filterChainMatch (listener_patch.go), clusterMatch (cluster_patch.go) and
routeConfigurationMatch (rc_patch.go) of pilot/pkg/networking/core/envoyfilter, Istio 1.31: inbound
chains, routes and clusters are named by the container's port, outbound ones by the Service's.
"""

from collections.abc import Sequence
from typing import NamedTuple

from meshctl.istio.annotation_names import INTERCEPTION_MODE, PROXY_CONFIG
from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.resources import (
    ConfigPatch,
    EnvoyFilter,
    KubernetesGateway,
    Service,
    Sidecar,
    View,
    Workload,
)
from meshctl.resources.cached_property import cached_property

_OF_ALL = {"SIDECAR_INBOUND": 15006, "SIDECAR_OUTBOUND": 15001}
"""Where the traffic of a sidecar is redirected to."""
_OF_PROXIES = frozenset(_OF_ALL.values()) | {15000, 15002, 15003, 15008, 15020, 15021, 15053, 15090}
"""The ports of every proxy, whatever is served."""


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
        asked = patch.child("match", part)
        number = asked.number("portNumber") or 0
        is_unread = part == "cluster" and bool(asked.text("name"))
        if not number or number in _OF_ALL.values() or is_unread:
            return None
        if patch.context == "SIDECAR_INBOUND" and patch.apply_to != "LISTENER":
            reached = self._parts.workloads.envoy_filters.reached(envoy_filter)
            return self.behind_service(reached, number)
        if patch.context == "GATEWAY" and part == "listener":
            return self._gateway(envoy_filter, number)
        if patch.context == "SIDECAR_OUTBOUND" and not patch.child("match", part).has("service"):
            return self._outbound(number)
        return None

    def is_of_listener_itself(self, patch: ConfigPatch) -> bool:
        """Does a patch look for HTTP on the port that all of a sidecar's traffic is redirected to?

        What is sent to that port itself has a filter chain of its own, without HTTP (buildInboundBlackhole and
        blackholeFilterChain, pilot/pkg/networking/core, Istio 1.31); others are found by their own ports.
        """
        number = patch.child("match", "listener").number("portNumber")
        return patch.apply_to == "HTTP_FILTER" and number == _OF_ALL.get(patch.context, 0)

    def instead(self, envoy_filter: EnvoyFilter, patch: ConfigPatch, part: str) -> list[int]:
        """List the ports there are where a patch surely finds none; empty where it may find one."""
        number = patch.child("match", part).number("portNumber") or 0
        reached = self._parts.workloads.envoy_filters.reached(envoy_filter)
        is_of_proxies = number in _OF_PROXIES and (
            patch.context != "GATEWAY" or number not in _OF_ALL.values()
        )
        if not number or is_of_proxies or not reached:
            return []
        is_inbound = patch.context == "SIDECAR_INBOUND" and self._parts.is_whole
        if patch.context == "GATEWAY":
            found = self._served(reached)
        elif is_inbound and patch.apply_to == "LISTENER" and not self.has_own_listeners:
            found = {_OF_ALL[patch.context]}
        elif is_inbound:
            found = self._listened(reached)
        elif patch.context == "SIDECAR_OUTBOUND" and self._parts.is_whole:
            found = self._called()
        else:
            return []
        return sorted(found) if found and number not in found else []

    def served(self, gateways: Sequence[Workload]) -> frozenset[int] | None:
        """The ports of the servers of gateways, by both numbers; ``None`` where some may be unknown."""
        found = [self._served([workload]) for workload in gateways]
        return frozenset().union(*found) if all(found) else None

    def called(self) -> frozenset[int] | None:
        """The ports of all hosts, to which sidecars listen; ``None`` where some may be unknown."""
        return (frozenset(self._called()) or None) if self._parts.is_whole else None

    def listened(self, sidecars: Sequence[Workload]) -> frozenset[int] | None:
        """The container ports of some sidecars with chains of their own; ``None`` where some may be unknown."""
        return (frozenset(self._listened(sidecars)) or None) if self._parts.is_whole else None

    def _served(self, reached: Sequence[Workload]) -> set[int]:
        """The ports of the servers of gateways, by both numbers; none where some may be unknown."""
        complete = self._parts.knows.everywhere("Gateway") and not self._parts.of(KubernetesGateway)
        found: set[int] = set()
        for workload in reached if complete else ():
            gateway = self._parts.gateways.for_workload(workload.key_name)
            if is_gateway(workload) and gateway is not None:
                for server in gateway.servers:
                    found |= {server.server.port or 0, server.target}
        return found

    def _listened(self, reached: Sequence[Workload]) -> set[int]:
        """The container ports that have filter chains of their own, at the sidecars among some workloads."""
        return (
            set()
            if self.has_own_listeners
            else {*self.of_services(reached), *self._singled(reached)}
        )

    def of_services(self, reached: Sequence[Workload]) -> set[int]:
        """The container ports that Services lead to, at the sidecars among some workloads."""
        ports = self._parts.workloads.container_ports
        several = (one for one in reached if not is_gateway(one))
        return {target for workload in several for _, target in ports.in_front_of(workload)}

    def _singled(self, reached: Sequence[Workload]) -> set[int]:
        """The ports that PeerAuthentications have a mode for.

        Those have filter chains of their own, too (ForPassthrough, pilot/pkg/security/authn/policy_applier.go,
        Istio 1.31).
        """
        policies = self._parts.security.peer_authentications
        found = (policy for workload in reached for policy in policies.for_workload(workload))
        return {number for policy in found for number in policy.port_modes}

    def _called(self) -> set[int]:
        """The ports of all hosts."""
        if self.has_own_listeners:
            return set()
        return {port.number for host in self._parts.registry for port in host.ports}

    @cached_property
    def has_own_listeners(self) -> bool:
        """Does any Sidecar write listeners of its own, or any proxy have one for each port (interceptionMode NONE)?"""
        return any(
            sidecar.spec.has("ingress") or any(entry.has("port") for entry in sidecar.egress)
            for sidecar in self._parts.of(Sidecar)
        ) or any(_may_be_without_capture(workload) for workload in self._parts.of(Workload))

    def behind_service(self, reached: Sequence[Workload], number: int) -> MeantPort | None:
        """Say which container's port was meant where a number is a Service's at all sidecars."""
        found: MeantPort | None = None
        for workload in reached:
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
            named = [
                merged_server
                for merged_server in servers
                if merged_server.server.port == number != merged_server.target
            ]
            if not named or any(merged_server.target == number for merged_server in servers):
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


def _may_be_without_capture(workload: Workload) -> bool:
    """Do the annotations of a pod say that nothing is redirected to its proxy?"""
    annotations = workload.pod_annotations
    is_told = annotations.get(INTERCEPTION_MODE) == "NONE"
    return is_told or "NONE" in annotations.get(PROXY_CONFIG, "")
