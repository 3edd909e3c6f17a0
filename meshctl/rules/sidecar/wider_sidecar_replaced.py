"""A Sidecar replaces a wider one and leaves out what that one says.

Sidecars are not merged. The one that selects a workload counts alone, else that of the namespace,
else that of the root namespace: egress hosts of the wider one, such as `istio-system/*` for
telemetry, are lost, and so is its outboundTrafficPolicy.

Fix: repeat what is still needed in the narrower Sidecar.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Sidecar
from meshctl.rules.api import Finding, Outcome, Severity, append, put, rule

_SHOWN = 3


@rule(on=Sidecar, severity=Severity.INFO, since="0.1.0")
def check(sidecar: Sidecar, mesh: Mesh) -> Iterator[Outcome]:
    """Report lost hosts of certain namespaces; warn when REGISTRY_ONLY is lost."""
    wider = mesh.sidecar_scope.replaced_by(sidecar)
    if wider is None or wider is sidecar:
        return
    lost = [f"{entry.namespace}/{entry.host}" for entry in mesh.sidecar_scope.lost(sidecar, wider)]
    if lost:
        more = f" and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
        finding = Finding(
            sidecar.spec.key("egress"),
            f"this Sidecar replaces {wider.title} for its workloads: {', '.join(lost[:_SHOWN])}{more} "
            "can't be reached by them as hosts of the mesh",
        ).also(wider.spec.key("egress"), "doesn't hold for these workloads")
        if len(sidecar.egress) == 1 and all("." in name or name.endswith("*") for name in lost):
            hosts = sidecar.egress[0].at("hosts")
            finding = finding.fixed_by(*(append(hosts, name) for name in lost), safe=False)
        yield finding
    policy = wider.spec.child("outboundTrafficPolicy")
    is_closed = policy.data and policy.text("mode", "REGISTRY_ONLY") == "REGISTRY_ONLY"
    if (
        is_closed
        and not sidecar.spec.has("outboundTrafficPolicy")
        and not mesh.config.registry_only
    ):
        yield (
            Finding(
                sidecar.at("metadata", "name"),
                f"this Sidecar replaces {wider.title} and has no outboundTrafficPolicy, so that REGISTRY_ONLY "
                "is lost: its workloads may call anything",
                severity=Severity.WARNING,
            )
            .also(policy.at("mode"), "doesn't hold for these workloads")
            .fixed_by(
                put(sidecar.spec.at("outboundTrafficPolicy"), {"mode": "REGISTRY_ONLY"}), safe=False
            )
        )
