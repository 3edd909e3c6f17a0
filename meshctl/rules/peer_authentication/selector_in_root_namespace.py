"""A PeerAuthentication in the root namespace selects workloads of other namespaces.

A policy in the root namespace is for the whole mesh only without a selector. With one it is for
the workloads of the root namespace itself; istiod ignores it for all others, and they stay as
open, or as closed, as they were.

Fix: move the policy into the namespace of the workloads, once for each namespace, or remove the
selector.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import PeerAuthentication
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=PeerAuthentication, severity=Severity.ERROR, equivalents=("KIA0004",), since="0.1.0")
def check(policy: PeerAuthentication, mesh: Mesh) -> Iterator[Outcome]:
    """Report a selective policy of the root namespace that picks nothing there."""
    root = mesh.config.root_namespace
    if policy.namespace != root or not policy.selector:
        return
    if mesh.workloads.find(policy.selector, root):
        return
    elsewhere = sorted(mesh.workloads.find(policy.selector), key=lambda workload: workload.key_name)
    if elsewhere:
        yield Finding(
            policy.spec.at("selector"),
            f"with a selector this policy is for workloads of {root} alone: it doesn't reach "
            f"{elsewhere[0].key_name}, and {root} has no workload with these labels",
        ).also(elsewhere[0].at("metadata", "name"), "has the labels, but isn't reached")
    elif known := mesh.knows.all_of("Pod", root):
        yield Finding(
            policy.spec.at("selector"),
            f"with a selector this policy is for workloads of {root} alone, and none has these "
            "labels: it does nothing",
            severity=Severity.WARNING,
        )
    else:
        yield NotChecked(known.reason)
