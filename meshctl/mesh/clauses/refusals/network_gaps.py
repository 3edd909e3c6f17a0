"""What NetworkPolicies keep out though the mesh leads there: clients, and ports of Services.

Workloads that share their policies, their clients and their ports share the answers.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from meshctl.mesh.authorization.network_peers import peer_of
from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.sidecar_scope.declared_callers import DeclaredCaller
from meshctl.mesh.workloads.membership import Membership, is_gateway
from meshctl.mesh.workloads.network_policies import EGRESS, INGRESS
from meshctl.resources import MadeWorkload, NetworkPolicy, Ref, View, Workload


class RefusedClient(NamedTuple):
    """A client that no NetworkPolicy lets in (or a server: out to), what leads there, and the ports."""

    client: Workload
    place: Ref
    ports: frozenset[int]


class ClosedPort(NamedTuple):
    """A workload that listens on another port than the one its Service has, which is closed."""

    workload: Workload
    port: View
    target: int


class NetworkGaps:
    """What the NetworkPolicies of a workload leave out."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._policies = parts.workloads.network_policies
        self._refused: dict[object, RefusedClient | None] = {}
        self._unreachable: dict[object, RefusedClient | None] = {}
        self._closed = IdentityCache(self._first_closed)
        self._mapped = IdentityCache(self._ports_elsewhere)
        self._kept: list[object] = []

    def refused_client(self, workload: Workload) -> RefusedClient | None:
        """Find the first client of a workload that nothing lets in.

        Clients are the gateways that route to it, and workloads whose settings name it.
        """
        pods = self._parts.reachability.ingress_paths.clients(workload)
        callers = self._parts.sidecar_scope.declared_callers.of(workload)
        if not pods and not callers:
            return None
        ports = {one for _, one in self._parts.workloads.container_ports.in_front_of(workload)}
        alike, names = self._policies.alike(workload), tuple(workload.named_ports.items())
        key = alike, id(pods), id(callers), frozenset(ports), names
        if key not in self._refused:
            self._kept.append((pods, callers))  # an identity means something while it is alive
            self._refused[key] = self._find(workload, frozenset(ports), None)
        found = self._refused[key]
        if found is not None and found.client is workload:  # as the first of those alike it is not
            return self._find(workload, frozenset(ports), workload)
        return found

    def _find(
        self, workload: Workload, ports: frozenset[int], without: Workload | None
    ) -> RefusedClient | None:
        for client, place in self._parts.reachability.ingress_paths.clients(workload):
            if self._comes_by_tunnel(workload, client):
                continue
            if client is not without and self._is_refused(workload, client, ports):
                return RefusedClient(client, place, ports)
        for caller in self._parts.sidecar_scope.declared_callers.of(workload):
            known = self._target(workload, caller)
            called = ports if known is None else frozenset({known})
            if self._comes_by_tunnel(workload, caller.workload):
                continue
            if caller.workload is not without and self._is_refused(
                workload, caller.workload, called
            ):
                return RefusedClient(caller.workload, caller.call.place, called)
        return None

    def _comes_by_tunnel(self, workload: Workload, client: Workload) -> bool:
        """May a client of the mesh come in on port 15008, whatever it dials?"""
        membership = self._parts.workloads.membership
        is_ambient = membership(workload) is Membership.AMBIENT
        is_outside = membership(client) is Membership.NONE and not is_gateway(client)
        return is_ambient and (not is_outside or isinstance(client, MadeWorkload))

    def _is_refused(
        self, workload: Workload, client: Workload, ports: frozenset[int], way: str = INGRESS
    ) -> bool:
        peer = peer_of(client)
        answers = {self._policies.admits(workload, way, peer, port) for port in ports}
        return answers == {False}

    def unreachable_server(self, pods: Workload) -> RefusedClient | None:
        """Find the first workload that a gateway routes to, and that nothing lets its pods out to."""
        gateway = self._parts.gateways.for_workload(pods.key_name) if is_gateway(pods) else None
        if gateway is None:
            return None
        key = self._policies.alike(pods), gateway.like
        if key not in self._unreachable:
            refused = (
                server
                for server in self._routed(gateway)
                if self._is_refused(pods, server.client, server.ports, EGRESS)
            )
            self._unreachable[key] = next(refused, None)
        return self._unreachable[key]

    def _routed(self, gateway: EffectiveGateway) -> Iterator[RefusedClient]:
        """Walk the workloads that a gateway routes to and dials on the ports of their containers."""
        for one in gateway.gateways:
            for server, place in self._parts.reachability.ingress_paths.behind(one):
                if self._parts.workloads.membership(server) is Membership.AMBIENT:
                    continue  # gateways dial port 15008
                found = self._parts.workloads.container_ports.in_front_of(server)
                ports = frozenset(target for _, target in found)
                if ports:
                    yield RefusedClient(server, place, ports)

    def _target(self, workload: Workload, caller: DeclaredCaller) -> int | None:
        port = caller.port
        return self._parts.workloads.target_port(workload, port) if port is not None else None

    def closed_port(self, policy: NetworkPolicy, number: int) -> ClosedPort | None:
        """Find a workload of a policy whose Service leads a port to another one that is closed."""
        return self._closed.of(self._policies.selected(policy), number)

    def _first_closed(self, workloads: Sequence[Workload], number: int) -> ClosedPort | None:
        return next(
            (one for one in self._mapped.of(workloads).get(number, ()) if self._is_closed(one)),
            None,
        )

    def _is_closed(self, port: ClosedPort) -> bool:
        return self._policies.admits(port.workload, INGRESS, None, port.target) is False

    def _ports_elsewhere(self, workloads: Sequence[Workload]) -> Mapping[int, list[ClosedPort]]:
        """The ports of Services that land on others, by number, at the first of the workloads that are alike."""
        found: dict[int, list[ClosedPort]] = {}
        known: set[object] = set()
        for workload in workloads:
            mapped = self._parts.workloads.container_ports.all_only_of_service(workload)
            names = tuple(workload.named_ports.items())
            key = id(mapped), self._policies.alike(workload), names
            if key not in known:
                known.add(key)
                for number, (port, target) in mapped.items():
                    found.setdefault(number, []).append(ClosedPort(workload, port, target))
        return found
