"""A policy selects, by labels, pods that belong to a Gateway of the Gateway API.

Waypoints ignore selectors: nothing is enforced there. Other gateways of the Gateway API obey them while
istiod's `ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY` is on, which it is unless somebody turns it off; for them it is an
info, since `targetRefs` are the form that stays (ShouldAttachPolicy, pilot/pkg/model/policyattachment.go, Istio 1.31).

Fix: replace `selector` by `targetRefs` with the Gateway's name.
"""

from collections.abc import Iterator

from meshctl.istio.labels import GATEWAY_NAME
from meshctl.mesh import Mesh
from meshctl.resources import Policy
from meshctl.rules.api import Finding, Outcome, Severity, put, rename, rule

_GROUP = "gateway.networking.k8s.io"
_VARIABLE = "ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY"


@rule(on=Policy, severity=Severity.WARNING, equivalents=("IST0166",), since="0.1.0")
def check(policy: Policy, mesh: Mesh) -> Iterator[Outcome]:
    """Report selectors that pick pods of Gateways, or would by the label itself."""
    if not policy.selector or policy.target_refs:
        return
    picked = mesh.workloads.find(policy.selector, policy.namespace)
    named = [policy.selector[GATEWAY_NAME]] if GATEWAY_NAME in policy.selector else []
    gateways = sorted(mesh.workloads.gateways_among(picked).union(named))
    if gateways:
        finding = Finding(
            policy.spec.key("selector"),
            f"the pods of Gateway {', '.join(gateways)} are attached to by targetRefs; a "
            "selector may be ignored there",
            severity=Severity.INFO if _are_obeyed(gateways, policy.namespace, mesh) else None,
        )
        if len(gateways) == 1:
            target = {"group": _GROUP, "kind": "Gateway", "name": gateways[0]}
            place = policy.spec.at("selector")
            attached = rename(policy.spec.key("selector"), "targetRefs"), put(place, [target])
            finding = finding.fixed_by(*attached, safe=False)
        yield finding


def _are_obeyed(gateways: list[str], namespace: str, mesh: Mesh) -> bool:
    """Does the input show all of some Gateways, none a waypoint, and that istiod minds selectors?"""
    if mesh.injection.control_plane.variable(_VARIABLE) == "false":
        return False
    found = [list(mesh.reference_grants.named(namespace, name)) for name in gateways]
    return all(known and not any(one.is_waypoint for one in known) for known in found)
