"""A route attaches to a Gateway that nobody serves.

For class `istio-remote`, which is for gateways of another cluster, istiod accepts the Gateway and
generates nothing; for a class that doesn't exist nobody does anything. The route has no parent in
its status.

Fix: write `gatewayClassName: istio` in the Gateway, or attach the route to another one by
`parentRefs`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=KubernetesRoute, severity=Severity.ERROR, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report Gateways of class istio-remote, and in a whole mesh of classes that aren't there."""
    api = mesh.gateway_api
    for parent in route.parents if api.reads(route.kind) else ():
        gateway = mesh.reference_grants.gateway(parent) if parent.kind == "Gateway" else None
        if gateway is None:
            continue
        name, read = gateway.class_name, api.gateway(gateway)
        if read is not None and read.is_remote:
            text = f"istiod generates nothing for class {name} of {gateway.title}"
        elif read is None and not api.classes.is_written(name):
            known = mesh.knows.everywhere("GatewayClass")
            if not known:
                yield NotChecked(known.reason)
                continue
            text = f"there is no GatewayClass {quoted(name)}, so nobody serves {gateway.title}"
        else:
            continue
        yield Finding(parent.at("name"), text).also(
            gateway.spec.at("gatewayClassName"), "the class of the Gateway"
        )
