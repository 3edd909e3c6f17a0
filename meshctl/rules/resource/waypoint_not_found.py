"""A label asks for a waypoint that isn't there, or for a Gateway that is none.

As long as there is no such waypoint its policies are enforced by nobody: traffic goes straight to
the pods and is let in.

Fix: correct the label `istio.io/use-waypoint` (and `istio.io/use-waypoint-namespace` if the waypoint is
in another namespace), or
deploy a Gateway of class `istio-waypoint`.
"""

from collections.abc import Iterator

from meshctl.istio.labels import USE_WAYPOINT
from meshctl.mesh import Mesh
from meshctl.mesh.ambient import own_waypoint
from meshctl.resources import Namespace, Resource, Service, ServiceEntry
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(
    on=Resource, severity=Severity.ERROR, equivalents=("KIA1313",), since="0.1.0",
    holds=(USE_WAYPOINT,),
)  # fmt: skip
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report labels of Namespaces, Services and ServiceEntries, where the Gateways are known."""
    if not isinstance(resource, Namespace | Service | ServiceEntry):
        return
    use = own_waypoint(resource)
    if use is None or use.name == "none":
        return
    gateway = mesh.ambient.waypoint(use)
    if gateway is not None and not gateway.is_waypoint:
        yield Finding(
            use.ref,
            f"Gateway {use.key_name} is of class {quoted(gateway.class_name)} and no waypoint",
        ).also(gateway.spec.at("gatewayClassName"), "is not istio-waypoint")
    elif mesh.ambient.lacks_waypoint(use):
        yield Finding(
            use.ref,
            f"there is no waypoint {use.key_name}, so traffic passes without its policies",
            severity=None if mesh.is_whole else Severity.WARNING,  # istioctl may have made it
        )
