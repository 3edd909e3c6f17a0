"""An endpoint of a ServiceEntry is a name of the cluster, and there is no such Service.

The proxy asks the cluster's DNS for the name and gets no answer: the host has one endpoint less, or
none (`503 UH no healthy upstream`).

Fix: write the name of a Service, `<name>.<namespace>.svc.cluster.local`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import ServiceEntry
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=ServiceEntry, severity=Severity.ERROR, since="0.1.0", holds=("endpoints",))
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report full names of Services that the input shows not to be there."""
    for endpoint in entry.endpoints:
        namespace = mesh.registry.home(endpoint.address)
        if namespace is None or mesh.registry.has(endpoint.address):
            continue
        known = mesh.knows.all_of("Service", namespace)
        if not known:
            yield NotChecked(known.reason)
            continue
        yield Finding(
            endpoint.at("address"),
            f"namespace {namespace} has no Service {quoted(endpoint.address.partition('.')[0])}, so that "
            "DNS has no address for this endpoint",
        )
