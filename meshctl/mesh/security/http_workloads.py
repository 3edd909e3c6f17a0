"""Ports of guarded workloads that speak HTTP, and those on which rules about requests see none.

Sidecars learn what a port speaks from the Services in front of it, gateways from their servers: a
server that passes TLS through, or opens it for another protocol than HTTPS, carries connections
(buildGatewayListeners, pilot/pkg/networking/core/gateway.go, Istio 1.31).
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.gateways.gateway_index import Gateways
from meshctl.mesh.gateways.server_merge import MergedServer
from meshctl.mesh.security.authorization import Authorization
from meshctl.mesh.workloads.container_ports import ContainerPorts
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.resources import AuthorizationPolicy, Ref, Workload


class Layer4Port(NamedTuple):
    """A container port without requests: its number, what it speaks, and where that is written."""

    target: int
    protocol: str
    ref: Ref


class HttpWorkloads:
    """Answers for policies, one for all that select the same, and for workloads."""

    def __init__(self, policies: Authorization, ports: ContainerPorts, gateways: Gateways) -> None:
        self._policies = policies
        self._ports = ports
        self._gateways = gateways
        self._known: dict[tuple[str, frozenset[tuple[str, str]]], bool] = {}
        self._at_gateways: dict[EffectiveGateway, tuple[Layer4Port, ...]] = {}

    def are_all_guarded_by(self, policy: AuthorizationPolicy) -> bool:
        """Are all workloads of a policy known, with all of their ports, and those are HTTP?"""
        if policy.target_refs:
            return False
        key = policy.namespace, frozenset(policy.selector.items())
        if key not in self._known:
            guarded = self._policies.reached(policy)
            self._known[key] = bool(guarded) and all(map(self._gets_http_alone, guarded))
        return self._known[key]

    def _gets_http_alone(self, workload: Workload) -> bool:
        if not is_gateway(workload):
            return self._ports.are_http(workload)
        gateway = self._gateways.for_workload(workload.key_name)
        servers = gateway.servers if gateway is not None else []
        return bool(servers) and all(server.routes_http for server in servers)

    def has_requests(self, workload: Workload) -> bool:
        """May a workload get requests on any port?"""
        if not is_gateway(workload):
            known = {port for port, _ in self._ports.layer4(workload)}
            return any(port not in known for port, _ in self._ports.in_front_of(workload))
        gateway = self._gateways.for_workload(workload.key_name)
        servers = gateway.servers if gateway is not None else []
        return any(server.drop is None and server.routes_http for server in servers)

    def layer4(self, workload: Workload) -> Iterator[Layer4Port]:
        """Walk the ports of a sidecar or gateway on which there surely are connections alone."""
        if not is_gateway(workload):
            for port, target in self._ports.layer4(workload):
                yield Layer4Port(target, str(port.protocol), port.view.at("name"))
            return
        gateway = self._gateways.for_workload(workload.key_name)
        if gateway is None:
            return
        like = gateway.like  # many workloads are sent the same
        if like not in self._at_gateways:
            self._at_gateways[like] = tuple(_layer4(like.servers))
        yield from self._at_gateways[like]


def _layer4(servers: Iterable[MergedServer]) -> Iterator[Layer4Port]:
    for server in servers:
        if server.drop is None and server.protocol is not None and not server.routes_http:
            mode = f" in mode {server.server.tls_mode}" if server.has_tls else ""
            where = server.server.at("port", "protocol")
            yield Layer4Port(server.target, f"{server.protocol}{mode}", where)
