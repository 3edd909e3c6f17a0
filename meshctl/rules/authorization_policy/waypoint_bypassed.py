"""A policy holds at a waypoint, and requests from an ingress gateway go past it.

An ingress gateway connects to the pods of a Service directly, also in ambient mode, unless the
Service or its namespace has the label `istio.io/ingress-use-waypoint`. What the waypoint would
refuse comes through, and its ztunnel can't enforce the part of a policy that reads requests.

Fix: label the Service `istio.io/ingress-use-waypoint: "true"`, or put the policy at the gateway too.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_LABEL = "istio.io/ingress-use-waypoint"


@rule(on=AuthorizationPolicy, severity=Severity.ERROR, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report policies for Services that a gateway routes to past their waypoint."""
    for index, target in enumerate(policy.target_refs):
        found = mesh.clauses.waypoint_bypass.bypassed(policy.namespace, target)
        if found is not None:
            service, path = found
            use = mesh.ambient.waypoint_use(service)
            name = use.key_name if use is not None else ""
            yield (
                Finding(
                    policy.spec.at("targetRefs", index),
                    f"requests that gateway {path.gateway} sends to {service.title} go past "
                    f"waypoint {name}, so this policy doesn't hold for them",
                )
                .also(path.place, "routes there")
                .also(service.at("metadata", "name"), "has no label istio.io/ingress-use-waypoint")
                .fixed_by(put(service.at("metadata", "labels", _LABEL), "true"), safe=False)
            )
