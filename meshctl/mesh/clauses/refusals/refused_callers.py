"""Clients that the mesh leads to workloads, and whom their AuthorizationPolicies refuse.

Workloads share answers where the same policies hold for them, the same clients come, and what they
say of their own ports is the same; policies do that select the same workloads.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from meshctl.mesh.authorization.decision import is_dry_run
from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.security.peer_authentication import Mode
from meshctl.mesh.security.tls_connection import ClientKind
from meshctl.mesh.sidecar_scope.declared_callers import DeclaredCaller
from meshctl.mesh.workloads.membership import Membership
from meshctl.mesh.workloads.traffic_capture import TrafficCapture
from meshctl.resources import AuthorizationPolicy, Ref, Service, Workload

_WITH_IDENTITY = {ClientKind.SIDECAR, ClientKind.ZTUNNEL}
_IN_MESH = {Membership.SIDECAR, Membership.AMBIENT}


class RefusedCaller(NamedTuple):
    """A client that is refused at a workload; no principal is one without a certificate."""

    workload: Workload
    client: Workload
    principal: str | None
    place: Ref
    call: DeclaredCaller | None = None


class _Refusals:
    """The clients that workloads alike refuse: since nothing admits them, or by a denial."""

    def __init__(self) -> None:
        self.not_admitted: list[RefusedCaller] = []
        self.denied: dict[AuthorizationPolicy, list[RefusedCaller]] = {}

    def add(self, found: RefusedCaller, by: Sequence[AuthorizationPolicy]) -> None:
        if by and by[0].action == "DENY":
            self.denied.setdefault(by[0], []).append(found)
        elif by:
            self.not_admitted.append(found)

    def by(self, policy: AuthorizationPolicy) -> Sequence[RefusedCaller]:
        return self.not_admitted if policy.action == "ALLOW" else self.denied.get(policy, ())


_Members = dict[Workload, int]
"""The workloads of one kind, each with its place among those that a policy reaches."""
_Find = Callable[[Workload], Iterable[RefusedCaller]]


def _firsts(
    members: _Members, refused: Sequence[RefusedCaller]
) -> Iterator[tuple[int, RefusedCaller]]:
    """Give the first other client that is refused, for the first workload and where it differs."""
    asked = list(members)[:2]
    if refused and refused[0].client in members:
        asked.append(refused[0].client)
    for workload in dict.fromkeys(asked):
        first = next(
            (one for one in refused if one.client is not workload or _are_peers(one)), None
        )
        if first is not None:
            yield members[workload], first._replace(workload=workload)


def _are_peers(refused: RefusedCaller) -> bool:
    """Do the pods of a StatefulSet call one another by the Service that names them?"""
    source = refused.call.call.host.source if refused.call is not None else None
    are_named = isinstance(source, Service) and source.is_headless
    replicas = refused.client.spec.number("replicas") or 1
    return are_named and refused.client.kind == "StatefulSet" and replicas > 1


class RefusedCallers:
    """Refused clients by policy."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._known: dict[object, _Refusals] = {}
        self._alike: dict[object, list[tuple[_Members, _Refusals]]] = {}
        self._kept: list[object] = []

    def callers(self, policy: AuthorizationPolicy) -> Iterator[RefusedCaller]:
        """Walk the first refused caller of each kind of workload that a policy is for.

        Callers are workloads whose settings name a Service in front of it.
        """
        found = self._of(policy, self._parts.sidecar_scope.declared_callers.of, self._called)
        for members, refusals in found:
            yield from (
                refused_caller for _, refused_caller in _firsts(members, refusals.by(policy))
            )

    def gateway(self, policy: AuthorizationPolicy) -> RefusedCaller | None:
        """Find the first gateway that routes to a workload and that a policy keeps out of it."""
        pods = self._parts.reachability.ingress_paths.clients
        found = self._of(policy, pods, self._routed)
        firsts = (
            one for members, refusals in found for one in _firsts(members, refusals.by(policy))
        )
        first = min(firsts, key=lambda one: one[0], default=None)
        return first[1] if first is not None else None

    def _of(
        self, policy: AuthorizationPolicy, clients: Callable[[Workload], Sequence[object]],
        ask: _Find,
    ) -> Sequence[tuple[_Members, _Refusals]]:  # fmt: skip
        if is_dry_run(policy):
            return ()
        reached = self._parts.security.authorization.reached(policy)
        key = id(reached), clients.__name__, ask.__name__
        if key not in self._alike:
            self._kept.append(reached)
            self._alike[key] = self._group(reached, clients, ask)
        return self._alike[key]

    def _group(
        self, workloads: Sequence[Workload], clients: Callable[[Workload], Sequence[object]],
        ask: _Find,
    ) -> list[tuple[_Members, _Refusals]]:  # fmt: skip
        found: dict[object, _Members] = {}
        for place, workload in enumerate(workloads):
            several = clients(workload)
            if several:
                key = ask.__name__, id(several), *self._kind(workload)
                if key not in self._known:
                    self._kept.append(several)
                    self._known[key] = self._ask(workload, ask)
                found.setdefault(key, {})[workload] = place
        return [(members, self._known[key]) for key, members in found.items()]

    def _kind(self, workload: Workload) -> tuple[object, ...]:
        """Give what decides about clients beside themselves."""
        policies = self._parts.decisions.policies_of(workload)
        modes = self._parts.security.peer_authentications
        self._kept.append(policies)
        return (
            id(policies), self._parts.workloads.membership(workload), modes.alike(workload),
            tuple(workload.named_ports.items()), TrafficCapture(workload).inbound,
        )  # fmt: skip

    def _ask(self, workload: Workload, ask: _Find) -> _Refusals:
        found = _Refusals()
        for refused_caller in ask(workload):
            port = self._port(workload, refused_caller.call)
            found.add(
                refused_caller,
                self._parts.decisions.shut_out(workload, refused_caller.principal, port),
            )
        return found

    def _port(self, workload: Workload, caller: DeclaredCaller | None) -> int | None:
        port = caller.port if caller is not None else None
        return self._parts.workloads.target_port(workload, port) if port is not None else None

    def _called(self, workload: Workload) -> Iterator[RefusedCaller]:
        if self._parts.workloads.membership(workload) not in _IN_MESH:
            return
        capture = TrafficCapture(workload)
        for caller in self._parts.sidecar_scope.declared_callers.of(workload):
            if self._parts.ambient.comes_by_waypoint(caller.call.host.source, workload):
                continue  # waypoint-refused
            found, principal = self._identity(caller.workload)
            port = self._port(workload, caller)
            if not found or (port and not capture.includes(port)):
                continue
            strict = self._parts.security.peer_authentications.of_port(workload, port or 0)
            if principal is not None or strict.mode is not Mode.STRICT:
                # Where there is no certificate, strict TLS refuses before any policy is asked.
                place = caller.call.place
                yield RefusedCaller(workload, caller.workload, principal, place, caller)

    def _identity(self, caller: Workload) -> tuple[bool, str | None]:
        """Is the identity of a caller known, and which is it?"""
        proxy = self._parts.security.mtls.client(caller).proxy
        if proxy in _WITH_IDENTITY:
            return True, self._principal(caller)
        return proxy is ClientKind.NONE, None

    def _routed(self, workload: Workload) -> Iterator[RefusedCaller]:
        if self._parts.workloads.membership(workload) is Membership.AMBIENT and any(
            self._parts.ambient.api.ingress_label(service)
            for service in self._parts.workloads.container_ports.services(workload)
        ):
            return  # gateways send to the waypoint, whose identity is another one
        for gateway, place in self._parts.reachability.ingress_paths.clients(workload):
            yield RefusedCaller(workload, gateway, self._principal(gateway), place)

    def _principal(self, client: Workload) -> str:
        return str(self._parts.registry.service_accounts.of_workload(client))
