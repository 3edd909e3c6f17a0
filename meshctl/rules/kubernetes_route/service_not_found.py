"""A route sends requests to, or attaches to, a Service that isn't there.

Requests for a missing backend are answered with `500`; of several backends only its share. A mirror
that is missing is left out. A route for a missing Service does nothing.

Fix: correct `name` or `namespace` of the reference, or create the Service.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute, ObjectReference
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=KubernetesRoute, severity=Severity.ERROR, equivalents=("KIA1402",), since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report Services that are known to be missing, as parents, backends and mirrors."""
    hosts = {backend.path for backend in route.backends if backend.kind == "Hostname"}
    for fault in mesh.gateway_api.faults(route):
        if fault.reason == "BackendNotFound" and fault.ref.path[:-1] not in hosts:
            yield Finding(fault.ref, fault.text)
    for parent in route.parents:
        if parent.mesh_kind == "Service" and parent.name:
            yield from _missing(parent, mesh)
    for backend in route.backends:
        known = mesh.knows.all_of("Service", backend.namespace)
        if backend.kind == "Service" and not known:
            yield NotChecked(known.reason)


def _missing(reference: ObjectReference, mesh: Mesh) -> Iterator[Outcome]:
    name, namespace = reference.name, reference.namespace
    if "." in name:
        text = f"{quoted(name)} is no name of a Service; give name and namespace apart"
        yield Finding(reference.at("name"), text)
    elif not mesh.registry.at(mesh.registry.fqdn(name, namespace)):
        if known := mesh.knows.all_of("Service", namespace):
            yield Finding(
                reference.at("name"), f"namespace {namespace} has no Service {quoted(name)}"
            )
        else:
            yield NotChecked(known.reason)
