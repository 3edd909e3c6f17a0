"""The callers that the policies of a waypoint never let in.

A waypoint enforces the policies with ``targetRefs`` to itself or to a Service behind it, and sees the
identity of the client (listener_waypoint.go, pilot/pkg/networking/core, Istio 1.31).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.sidecar_scope.declared_calls import DeclaredCall
from meshctl.mesh.workloads.membership import Membership
from meshctl.resources import AuthorizationPolicy, Service, Workload
from meshctl.resources.cached_property import cached_property


class ShutOutCall(NamedTuple):
    """A call that a waypoint refuses: who calls, by which identity, and what."""

    caller: Workload
    principal: str
    call: DeclaredCall
    port: int | None = None
    """The port of the Service, which the waypoint sees, where that is why."""


class WaypointCallers:
    """Answers for policies with targetRefs."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def shut_out(self, policy: AuthorizationPolicy) -> Sequence[ShutOutCall]:
        """The calls that a policy refuses at a waypoint."""
        return self._by_policy.get(policy, ())

    @cached_property
    def _by_policy(self) -> dict[AuthorizationPolicy, list[ShutOutCall]]:
        found: dict[AuthorizationPolicy, list[ShutOutCall]] = {}
        held: dict[Service, list[AuthorizationPolicy]] = {}
        for caller, service, call in self._calls():
            if service not in held:
                held[service] = self._policies(service, call.host.host)
            principal = self._principal(caller)
            refused = self._parts.decisions.shut_out_by(held[service], principal)
            port = call.port if not refused and call.port is not None else None
            if port is not None:
                refused = self._parts.decisions.shut_out_by(held[service], principal, port)
            for policy in refused:
                found.setdefault(policy, []).append(ShutOutCall(caller, principal, call, port))
        return found

    def _calls(self) -> Iterator[tuple[Workload, Service, DeclaredCall]]:
        """Walk the calls of workloads in ambient mode to Services that use a waypoint."""
        workloads, ambient = self._parts.workloads, self._parts.ambient
        for caller in workloads:
            if workloads.membership(caller) is Membership.AMBIENT:
                for call in self._parts.sidecar_scope.declared_calls.of(caller):
                    source = call.host.source
                    if isinstance(source, Service) and ambient.waypoint_use(source) is not None:
                        yield caller, source, call

    def _policies(self, service: Service, host: str) -> list[AuthorizationPolicy]:
        ambient = self._parts.ambient
        use = ambient.waypoint_use(service)
        waypoint = ambient.waypoints.find(use.key_name) if use is not None else None
        known = ambient.api.services.get(f"{service.namespace}/{host}")
        if waypoint is None or known is None:
            return []
        return ambient.waypoint_policies.authorization_of(waypoint, known)

    def _principal(self, caller: Workload) -> str:
        account = self._parts.registry.service_accounts.of_account
        return str(account(caller.namespace, caller.service_account))
