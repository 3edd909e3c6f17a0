"""A ServiceEntry declares the name of a Kubernetes Service.

There are then two hosts of one name. Since Istio 1.30 clients use the Service and what the entry
says is lost; before, it was the older one or that of their own namespace. Short forms of the name
(`reviews.shop`) are aliases of the Service in every proxy's routes, so that the entry's host is
left out there.

Fix: give the entry a host of its own; machines beside the pods of a Service join it as
WorkloadEntries whose labels its selector picks.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import is_visible_to
from meshctl.resources import ServiceEntry
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=ServiceEntry,
    severity=Severity.WARNING,
    since="0.1.0",
    renamed_from=("service-entry/host-of-a-service",),
)
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report hosts that are the full name of a Service, or one that clients shorten it to."""
    for index, host in enumerate(entry.hosts):
        name = mesh.registry.unshortened(host, entry.namespace)
        for service, visible in mesh.registry.services_at(name):
            if service.external_name:
                continue
            if not is_visible_to(visible, entry.namespace):
                continue  # its owner keeps it from the mesh, so that the entry can stand for it
            what = "the name" if name == host else "a short form of the name"
            overrides = mesh.registry.service_entries.visible(entry) == {entry.namespace}
            yield Finding(
                entry.spec.at("hosts", index),
                f"{host} is {what} of {service.title}: clients use that Service, and this entry "
                "has no effect for them",
                severity=Severity.INFO if overrides else None,
            ).also(service.at("metadata", "name"), "has this name")
