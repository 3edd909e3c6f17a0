"""A route names a parent of a kind that its API group doesn't have.

A parent without `group` is one of `gateway.networking.k8s.io`: the API server writes that in. `kind: Service` needs `group: ""`, and
`kind: ServiceEntry` needs `group: networking.istio.io`. Otherwise istiod knows no such parent (`unsupported parent`), and nobody
follows the route.

Fix: write the group of the kind.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import quoted

_GROUPS = {
    "Service": "",
    "ServiceEntry": "networking.istio.io",
    "Gateway": "gateway.networking.k8s.io",
}


@rule(on=KubernetesRoute, severity=Severity.ERROR, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report Services, ServiceEntries and Gateways in a group of one another.

    toInternalParentReference, pilot/pkg/config/kube/gateway/conversion.go, Istio 1.31.
    """
    known = {(one.group, one.kind, one.namespace, one.name) for one in route.parents}
    for parent in route.parents:
        wanted = _GROUPS.get(parent.kind)
        if wanted is None or parent.group == wanted or parent.group not in _GROUPS.values():
            continue
        written = (
            f"group {quoted(parent.group)}"
            if parent.has("group")
            else "no group, which means that of the Gateway API"
        )
        finding = Finding(
            parent.at("kind") if parent.has("kind") else parent.at("name"),
            f"{parent.kind} is of group {quoted(wanted)}, and this parent has {written}: istiod knows no such parent",
        )
        is_twin = (wanted, parent.kind, parent.namespace, parent.name) in known
        yield finding if is_twin else finding.fixed_by(put(parent.at("group"), wanted))
