"""ALLOW policies open a workload for its metrics, and thereby close it for everybody else.

As long as no ALLOW policy selects a workload, everything is let in. The first one turns this
round: what no rule of it matches gets `403 RBAC: access denied`, on every port. A policy that was
meant to let Prometheus in so locks out all callers of the Service.

Fix: write a second ALLOW policy for the callers of the Service, or a rule for its port.
"""

from collections.abc import Iterator

from meshctl.istio.protocols import Protocol
from meshctl.mesh import Mesh
from meshctl.mesh.authorization import admits_requests_to, is_dry_run
from meshctl.mesh.workloads import Membership, TrafficCapture
from meshctl.resources import AuthorizationPolicy, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule

_IN_MESH = {Membership.SIDECAR, Membership.AMBIENT}


@rule(on=AuthorizationPolicy, severity=Severity.WARNING, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first workload of a policy whose Services nobody may call."""
    if policy.action != "ALLOW" or not policy.rules or policy.target_refs or is_dry_run(policy):
        return
    if any(not one.operations and not one.conditions for one in policy.rules):
        return  # it lets somebody in on every port
    for workload in mesh.security.authorization.reached(policy):
        if mesh.workloads.membership(workload) not in _IN_MESH:
            continue
        several = [
            one
            for one in mesh.decisions.policies_of(workload)
            if one.action == "ALLOW" and not is_dry_run(one)
        ]
        port = _closed(several, workload, mesh)
        if port:
            yield Finding(
                policy.spec.key("rules"),
                f"this lets in requests for metrics, or to ports of no Service, and nothing else: "
                f"{workload.title} refuses all other requests, on port {port} of its Service too",
            ).also(workload.at("metadata", "name"), "nobody may call it")
            return


def _closed(policies: list[AuthorizationPolicy], workload: Workload, mesh: Mesh) -> int | None:
    """Find a container port of a Service, if requests can get to none of them."""
    capture, found = TrafficCapture(workload), None
    named = {number for name, number in workload.named_ports.items() if "metrics" in name}
    dialled = {text for one in policies for each in one.operations for text in each.texts("ports")}
    for port, target in mesh.workloads.container_ports.in_front_of(workload):
        is_for_metrics = "metrics" in port.name or target in named
        if is_for_metrics or port.protocol is Protocol.UDP or not capture.includes(target):
            continue
        if admits_requests_to(policies, target) or str(port.number) in dialled - {str(target)}:
            return None
        found = found or target
    return found
