"""Two clusters of a mesh declare the same Service in different ways.

istiod joins the Services of one name and namespace from all clusters and takes type, ports and
addresses from one of them. Clients of the other cluster then dial ports that aren't there, or get
no address at all.

Clusters are told apart by directory: the files of one directory are those of one cluster. Two
directories are often two environments instead of two clusters of one mesh, so this rule runs only
when it is selected.

Fix: make the Services equal in type, ports and `clusterIP: None`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import differences
from meshctl.resources import Service
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=Service, severity=Severity.WARNING, equivalents=("IST0170",), since="0.1.0",
    optional=True, compares_copies=True,
)  # fmt: skip
def check(service: Service, mesh: Mesh) -> Iterator[Outcome]:
    """Report a Service that differs from the first of its name, in another directory."""
    first = mesh.first_of(service)
    if not isinstance(first, Service) or first.directory == service.directory:
        return
    found = ", ".join(differences(first, service))
    if found:
        yield Finding(
            service.at("metadata", "name"),
            f"{service.title} differs between clusters in {found}; each directory counts as the "
            "files of one cluster",
        ).also(first.at("metadata", "name"), "the other cluster's Service")
