"""A route sends requests to, or attaches to, a Service that isn't there or may not be used.

Requests for a missing backend, or for one of another namespace without a ReferenceGrant, are
answered with `500`.

Fix: correct the name (without dots) or namespace, or write a ReferenceGrant in the namespace of the
Service.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute, ObjectReference
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=KubernetesRoute, severity=Severity.ERROR, equivalents=("KIA1402",), since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report Services that are known to be missing, and backends that no grant allows."""
    for reference in (*route.parents, *route.backends):
        if (reference.group, reference.kind) == ("", "Service") and reference.name:
            yield from _missing(reference, mesh)
    for backend in route.backends:
        if backend.kind != "Service" or mesh.reference_grants.allows_backend(backend):
            continue
        if mesh.reference_grants.is_known(backend.namespace):
            yield Finding(
                backend.at("namespace"),
                f"no ReferenceGrant of namespace {backend.namespace} lets routes of "
                f"{route.namespace} use its Services",
            )
        else:
            yield NotChecked(f"no ReferenceGrant of namespace {backend.namespace} is in the input")


def _missing(reference: ObjectReference, mesh: Mesh) -> Iterator[Outcome]:
    name, namespace = reference.name, reference.namespace
    if "." in name:
        yield Finding(
            reference.at("name"), f"{name!r} is no name of a Service; give name and namespace apart"
        )
    elif not mesh.registry.at(mesh.registry.fqdn(name, namespace)):
        if mesh.is_whole or namespace in mesh.registry.namespaces_with_services:
            yield Finding(reference.at("name"), f"namespace {namespace} has no Service {name!r}")
        else:
            yield NotChecked(f"no Service of namespace {namespace} is in the input")
