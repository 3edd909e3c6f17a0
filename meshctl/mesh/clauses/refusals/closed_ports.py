"""Ports of Services that ALLOW policies close for every request that isn't for metrics."""

from collections.abc import Iterator, Sequence

from meshctl.istio.protocols import Protocol
from meshctl.mesh.authorization.admitted_ports import admits_requests_to
from meshctl.mesh.authorization.decision import is_dry_run
from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.workloads.membership import Membership
from meshctl.mesh.workloads.traffic_capture import TrafficCapture
from meshctl.resources import AuthorizationPolicy, Workload
from meshctl.resources.cached_property import cached_property

_IN_MESH = frozenset({Membership.SIDECAR, Membership.AMBIENT})


class ClosedPorts:
    """Workloads none of whose Services can be called."""

    def __init__(self, parts: Parts) -> None:
        self._workloads = parts.workloads
        self._decisions = parts.decisions
        self._opened = IdentityCache(_Opened)

    def of(self, workload: Workload) -> Iterator[int]:
        """Give the first container port of a Service, if requests can get to none of them."""
        if self._workloads.membership(workload) not in _IN_MESH:
            return
        opened = self._opened.of(self._decisions.policies_of(workload))
        capture, found = TrafficCapture(workload), None
        named = {number for name, number in workload.named_ports.items() if "metrics" in name}
        for port, target in self._workloads.container_ports.in_front_of(workload):
            is_for_metrics = "metrics" in port.name or target in named
            if is_for_metrics or port.protocol is Protocol.UDP or not capture.includes(target):
                continue
            if opened.admits(port.number, target):
                return
            found = found or target
        if found:
            yield found


class _Opened:
    """What the ALLOW policies of some workloads let in, asked once for each port."""

    def __init__(self, policies: Sequence[AuthorizationPolicy]) -> None:
        self._policies = policies
        self._admitted: dict[int, bool] = {}

    def admits(self, number: int, target: int) -> bool:
        """Do they let requests to a container port in, or name its Service's port in its place?"""
        if target not in self._admitted:
            self._admitted[target] = admits_requests_to(self._allowing, target)
        return self._admitted[target] or (number != target and str(number) in self._dialled)

    @cached_property
    def _allowing(self) -> list[AuthorizationPolicy]:
        return [
            policy
            for policy in self._policies
            if policy.action == "ALLOW" and not is_dry_run(policy)
        ]

    @cached_property
    def _dialled(self) -> frozenset[str]:
        """The ports that they name."""
        return frozenset(
            text
            for policy in self._allowing
            for rule in policy.rules
            for operation in rule.operations
            for text in operation.texts("ports")
        )
