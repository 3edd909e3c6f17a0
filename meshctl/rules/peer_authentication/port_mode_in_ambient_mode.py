"""ztunnel reads the mode of a port in another way than a sidecar does.

Of `portLevelMtls`, istiod makes exceptions for ztunnel in some cases only. DISABLE makes none from a
STRICT that is inherited. STRICT below a policy that says PERMISSIVE or DISABLE is left out where the
whole mesh is STRICT.

Fix: write PERMISSIVE where plaintext has to come in, and STRICT as the mode of the policy itself, with
PERMISSIVE for the other ports.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import Mode
from meshctl.mesh.workloads import Membership
from meshctl.resources import PeerAuthentication
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_OPEN = frozenset({"PERMISSIVE", "DISABLE"})


@rule(on=PeerAuthentication, severity=Severity.ERROR, since="0.1.0")
def check(policy: PeerAuthentication, mesh: Mesh) -> Iterator[Outcome]:
    """Report ports that ztunnel treats otherwise than written, for workloads in ambient mode."""
    if not policy.selector or policy.namespace == mesh.config.root_namespace:
        return
    for workload in mesh.security.peer_authentications.governed(policy):
        if mesh.workloads.membership(workload) is not Membership.AMBIENT:
            continue
        for port, mode in policy.port_modes.items():
            ref = policy.spec.at("portLevelMtls", str(port), "mode")
            effective = mesh.ambient.demand(workload, port)
            if mode == "STRICT" and effective.mode is not Mode.STRICT:
                text = "ztunnel gets no rule for this port, and lets plaintext in"
                yield Finding(ref, f"{workload.title} is in ambient mode: {text}")
            elif mode in _OPEN and effective.mode is Mode.STRICT:
                text = f"{mode} makes no exception there, and ztunnel refuses plaintext"
                finding = Finding(ref, f"{workload.title} is in ambient mode: {text}")
                if mode == "DISABLE":
                    finding = finding.fixed_by(put(ref, "PERMISSIVE"), safe=False)
                above = effective.ref
                yield finding.also(above, "demands mutual TLS") if above is not None else finding
        return
