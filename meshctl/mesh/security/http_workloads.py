"""Policies that guard only workloads whose ports are all HTTP.

What a rule about HTTP does on other ports is no danger then. Sidecars learn what a port speaks from
the Services in front of it, gateways from their servers.
"""

from meshctl.mesh.gateways.gateway_index import Gateways
from meshctl.mesh.security.authorization import Authorization
from meshctl.mesh.workloads.container_ports import ContainerPorts
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.resources import AuthorizationPolicy, Workload


class HttpWorkloads:
    """Answers for policies, one for all that select the same."""

    def __init__(self, policies: Authorization, ports: ContainerPorts, gateways: Gateways) -> None:
        self._policies = policies
        self._ports = ports
        self._gateways = gateways
        self._known: dict[tuple[str, frozenset[tuple[str, str]]], bool] = {}

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
