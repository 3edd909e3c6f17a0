"""A Sidecar is for workloads of ambient mode.

They have no sidecar proxy that it could configure. ztunnel and waypoints don't read Sidecars, so
neither its egress hosts nor its outbound policy hold.

Fix: remove the Sidecar; to limit what ambient workloads may call, write AuthorizationPolicies at the
servers or an egress gateway.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import age
from meshctl.mesh.workloads import Membership
from meshctl.resources import Sidecar
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Sidecar, severity=Severity.WARNING, equivalents=("IST0167",), since="0.1.0")
def check(sidecar: Sidecar, mesh: Mesh) -> Iterator[Outcome]:
    """Report Sidecars whose workloads, or whose namespace, are all in ambient mode."""
    picked = mesh.workloads.sidecars.picked(sidecar)
    modes = mesh.workloads.memberships(sidecar.workload_selector, sidecar.namespace)
    only_ambient = modes <= {Membership.AMBIENT, Membership.NONE} and Membership.AMBIENT in modes
    if sidecar.workload_selector:
        if only_ambient:
            first = min(picked, key=age)
            yield Finding(
                sidecar.spec.key("workloadSelector"),
                f"{first.title} is in ambient mode, so no proxy reads this Sidecar",
            ).also(first.at("metadata", "name"), "is selected")
    elif mesh.ambient.is_on(sidecar.namespace) and (not picked or only_ambient):
        yield Finding(
            sidecar.at("metadata", "name"),
            f"namespace {sidecar.namespace} is in ambient mode, so no proxy reads this Sidecar",
        )
