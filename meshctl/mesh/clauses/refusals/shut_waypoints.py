"""Waypoints whose own identity no ALLOW policy of a workload in ambient mode lets in."""

from collections.abc import Iterator, Sequence

from meshctl.mesh.ambient.waypoint_use import WaypointUse
from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.registry.service_accounts import Principal
from meshctl.mesh.security.authorization_rules import may_admit
from meshctl.mesh.workloads.membership import Membership
from meshctl.resources import AuthorizationPolicy, Workload


class ShutWaypoints:
    """Answers for every workload; those that the same policies guard share what they let in."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._admit = IdentityCache(_admit)

    def before(self, workload: Workload) -> Iterator[tuple[WaypointUse, Principal]]:
        """Walk the waypoints of the Services in front of a workload that none of its policies lets in."""
        if self._parts.workloads.membership(workload) is not Membership.AMBIENT:
            return
        guarding = self._parts.security.authorization.guarding(workload)
        for use in self._parts.ambient.waypoints_before(workload):
            identity = self._parts.registry.service_accounts.of_account(use.namespace, use.name)
            is_there = self._parts.ambient.waypoint(use) is not None
            if is_there and not self._admit.of(guarding, identity):
                yield use, identity


def _admit(policies: Sequence[AuthorizationPolicy], identity: Principal) -> bool:
    return any(
        may_admit(rule, identity)
        for policy in policies
        if policy.action == "ALLOW"
        for rule in policy.rules
    )
