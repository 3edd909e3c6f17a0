"""Two clusters of a mesh declare the same Service in different ways.

istiod joins the Services of one name and namespace from all clusters and takes type, ports and
addresses from one of them. Clients of the other cluster then dial ports that aren't there, or get
no address at all.

Clusters are told apart by the names that `--cluster-name` or the config file gives them; this rule
runs then. Without names the files of one directory are those of one cluster. Two directories are
often two environments instead of two clusters of one mesh, so that the rule has to be selected.

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
    """Report a Service that differs from the first of its name, in another cluster."""
    first = mesh.first_of(service)
    if not isinstance(first, Service) or _is_of_one_cluster(first, service):
        return
    found = ", ".join(differences(first, service))
    if found:
        names = f"{first.cluster} and {service.cluster}" if service.cluster else "clusters"
        how = "" if service.cluster else "; each directory counts as the files of one cluster"
        yield Finding(
            service.at("metadata", "name"),
            f"{service.title} differs between {names} in {found}{how}",
        ).also(first.at("metadata", "name"), "the other cluster's Service")


def _is_of_one_cluster(service: Service, other: Service) -> bool:
    if service.cluster or other.cluster:
        return service.cluster == other.cluster
    return service.directory == other.directory
