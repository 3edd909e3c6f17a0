"""A route attaches to a Gateway or listener that isn't there, or doesn't take it.

The route is not accepted, so its host answers `404`, or whatever another route says.

Fix: correct `parentRefs`; for a route of another namespace let the listener take it with
`allowedRoutes.namespaces`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.gateway_api import Admission
from meshctl.resources import KubernetesGateway, KubernetesRoute, ObjectReference
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, put, rule
from meshctl.words import MOST_LISTED, all_of, quoted, shortened


@rule(on=KubernetesRoute, severity=Severity.ERROR, equivalents=("KIA1401",), since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report parents of kind Gateway that are missing, lack the listener, or refuse the route."""
    for parent in route.parents:
        if parent.kind != "Gateway":
            continue
        if (gateway := mesh.reference_grants.gateway(parent)) is not None:
            yield from _refusal(route, parent, gateway, mesh)
        elif known := mesh.knows.all_of("Gateway", parent.namespace):
            name = f"{parent.namespace}/{parent.name}"
            text = f"there is no Gateway {name}, so nobody serves this route there"
            yield Finding(parent.at("name"), text)
        else:
            yield NotChecked(known.reason)


def _refusal(
    route: KubernetesRoute, parent: ObjectReference, gateway: KubernetesGateway, mesh: Mesh
) -> Iterator[Outcome]:
    several, api, place = gateway.listeners, mesh.gateway_api, parent.at("name")
    text = f"{gateway.title} takes no routes of namespace {route.namespace}"
    if parent.section and all(one.name != parent.section for one in several):
        names = shortened([quoted(one.name) for one in several], MOST_LISTED)
        missing = f"{gateway.title} has no listener {quoted(parent.section)}; it has {names}"
        edits = [put(parent.at("sectionName"), one.name) for one in several if len(several) == 1]
        yield Finding(parent.at("sectionName"), missing).fixed_by(*edits, safe=False)
    elif not api.may_have(parent, gateway):
        ports = all_of([*dict.fromkeys(str(one.port) for one in several)])
        missing = f"{gateway.title} has no such listener on port {parent.port}, only on {ports}"
        edits = [put(parent.at("port"), one.port) for one in several if len(several) == 1]
        yield Finding(parent.at("port"), missing).fixed_by(*edits, safe=False)
    elif (refusing := api.refused_namespace(route, parent)) is not None:
        yield Finding(place, text).also(refusing.at("allowedRoutes"), "who it takes routes of")
    elif (unfit := api.unfit_listener(route, parent)) is not None:
        text = f"no host name here fits to listener {quoted(unfit.name)} ({unfit.hostname})"
        yield Finding(parent.at("sectionName" if parent.section else "name"), text)
    elif api.conflicting(parent, gateway) is None and several:
        match mesh.reference_grants.admits(gateway, route, parent.section):
            case Admission.NO:
                listeners = gateway.spec.key("listeners")
                yield Finding(place, text).also(listeners, "allowedRoutes say which ones it takes")
            case Admission.UNKNOWN:
                yield NotChecked(f"Namespace {route.namespace}, whose labels decide, is missing")
