"""A pod with a sidecar asks the DNS server of its node instead of the cluster's.

With `dnsPolicy: Default`, which is not the default, the pod has the node's `resolv.conf`. No name
of a Service resolves there, not that of istiod either: the sidecar gets no certificate and no
configuration, and never becomes ready.

Fix: remove `dnsPolicy`, so that it is `ClusterFirst`; or name the cluster's DNS server in
`dnsConfig.nameservers`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.injection import finds_istiod_by_service
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule


@rule(
    on=Workload,
    severity=Severity.WARNING,
    since="0.1.0",
    hazard=True,
    renamed_from=("workload/dns-of-node",),
)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report pods whose sidecar can only look for istiod by the name of its Service."""
    spec = workload.pod_spec
    if spec.text("dnsPolicy") != "Default" or not mesh.workloads.is_to_be_injected(workload):
        return
    has_other = spec.child("dnsConfig").has("nameservers") or spec.has("hostAliases")
    if not has_other and finds_istiod_by_service(workload, mesh.config.raw):
        yield Finding(
            spec.at("dnsPolicy"),
            "the node's DNS knows no Services, so that the sidecar doesn't find istiod and the "
            "pod never becomes ready",
        ).fixed_by(delete(spec.at("dnsPolicy")), safe=False)
