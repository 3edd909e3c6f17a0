"""A policy that looks into requests selects workloads of ambient mode by labels.

Waypoints take policies by `targetRefs` alone, and ztunnel can't look into requests. It doesn't get
such rules of an ALLOW policy, so that everything is refused. Of a DENY policy it gets what is left:
with ports or sources in the same entry more is refused, without any nothing is. It ignores tokens,
plugins and logs altogether.

Fix: attach the policy by `targetRefs` to a Service, or to the waypoint's Gateway.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import layer7_part
from meshctl.mesh.workloads import Membership
from meshctl.resources import Policy, Telemetry
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=Policy, severity=Severity.WARNING,
    equivalents=("KIA0110", "KIA1115", "KIA1116", "KIA1117", "KIA1317"), since="0.1.0",
)  # fmt: skip
def check(policy: Policy, mesh: Mesh) -> Iterator[Outcome]:
    """Report policies without targets for pods that are all in ambient mode."""
    if policy.target_refs or (isinstance(policy, Telemetry) and not policy.selector):
        return  # waypoints do read the Telemetry of their namespace
    part = layer7_part(policy)
    home = None if mesh.security.authorization.is_wide_by_labels(policy) else policy.namespace
    modes = mesh.workloads.memberships(policy.selector, home)
    all_ambient = modes <= {Membership.AMBIENT, Membership.NONE}
    in_ambient = mesh.ambient.is_on(policy.namespace) or Membership.AMBIENT in modes
    if part is None or not in_ambient or not all_ambient:
        return
    yield Finding(
        part,
        f"the workloads are in ambient mode, where this part of the {policy.kind} needs a "
        "waypoint, and waypoints only take policies with targetRefs",
    )
