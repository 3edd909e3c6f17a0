"""Istio's validating webhook accepts an object with a warning.

`kubectl apply` prints the warning and stores the object, which probably does something else than
it says.

Fix: replace a deprecated field by the one that the message names, and remove what has no effect.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import AuthorizationPolicy, Ref, Resource, Sidecar
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=Resource, severity=Severity.WARNING, since="0.1.0", equivalents=("IST0133",),
    alone_but_for=("AuthorizationPolicy",),
)  # fmt: skip
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report what the webhook warns about."""
    for fault in mesh.verdict(resource).of("webhook", is_warning=True):
        place = fault.at(resource)
        if not _is_moot(place, mesh):
            yield Finding(place, fault.message)


def _is_moot(place: Ref, mesh: Mesh) -> bool:
    """Does the webhook, which sees one object alone, warn of what can't happen in this mesh?"""
    resource = place.resource
    if isinstance(resource, Sidecar) and "hosts" in place.path:
        # The default of all namespaces: `./*` is another namespace for each of them.
        is_root = resource.namespace == mesh.config.root_namespace
        return is_root and not resource.workload_selector
    if isinstance(resource, AuthorizationPolicy) and "rules" in place.path:
        return mesh.security.http_workloads.are_all_guarded_by(resource)
    return False
