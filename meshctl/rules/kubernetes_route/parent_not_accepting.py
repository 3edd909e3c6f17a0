"""A route attaches to a Gateway or listener that isn't there, or doesn't take it.

The route is not accepted, so its host answers `404`, or whatever another route says.

Fix: correct `parentRefs`; for a route of another namespace let the listener take it with
`allowedRoutes.namespaces`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.gateway_api import Admission
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=KubernetesRoute, severity=Severity.ERROR, equivalents=("KIA1401",), since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report parents of kind Gateway that are missing, lack the section, or refuse the route."""
    for parent in route.parents:
        if parent.kind != "Gateway":
            continue
        gateway = mesh.reference_grants.gateway(parent)
        title = f"Gateway {parent.namespace}/{parent.name}"
        if gateway is None:
            if mesh.reference_grants.knows_gateways_of(parent.namespace):
                yield Finding(parent.at("name"), f"there is no {title}")
            else:
                yield NotChecked(f"no Gateway of namespace {parent.namespace} is in the input")
            continue
        listeners = ", ".join(repr(listener.name) for listener in gateway.listeners)
        if parent.section and all(
            listener.name != parent.section for listener in gateway.listeners
        ):
            yield Finding(
                parent.at("sectionName"),
                f"{title} has no listener {parent.section!r}; it has {listeners}",
            )
            continue
        admission = mesh.reference_grants.admits(gateway, route, parent.section)
        if admission is Admission.NO and gateway.listeners:
            yield Finding(
                parent.at("name"), f"{title} takes no routes of namespace {route.namespace}"
            ).also(gateway.spec.key("listeners"), "allowedRoutes say which ones it takes")
        elif admission is Admission.UNKNOWN:
            yield NotChecked(f"Namespace {route.namespace}, whose labels decide, is missing")
