"""A ServiceEntry has no endpoint, because it lists none or its `workloadSelector` picks nothing.

The endpoints of a selector are the pods and the WorkloadEntries of the entry's own namespace that
have all the labels. With `resolution: STATIC` and no selector they are those under `endpoints`; no
name server is asked. Without any, Envoy answers `503 UH` (no healthy upstream).

Fix: correct the labels, create the WorkloadEntry in the namespace of the ServiceEntry, list
`endpoints`, or write `resolution: DNS` for a host that a name server knows.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import is_wildcard
from meshctl.mesh.registry import RegisteredHost
from meshctl.resources import ServiceEntry
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, put, rule


@rule(on=ServiceEntry, severity=Severity.ERROR, since="0.1.0")
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report entries of which the input shows that nothing stands behind them."""
    selects = bool(entry.workload_selector)
    if entry.resolution == "NONE" or not (selects or entry.resolution == "STATIC"):
        return
    for host in mesh.registry.of(entry)[:1]:
        is_empty = mesh.workloads.endpoints.is_empty(host)
        if is_empty is None:
            yield NotChecked("the input has no workload and no WorkloadEntry of a ServiceEntry")
        elif not is_empty or (not selects and _has_others(host, mesh)):
            return
        elif selects:
            yield Finding(
                entry.spec.at("workloadSelector"),
                f"no pod and no WorkloadEntry of namespace {entry.namespace} has these labels: "
                f"requests to {host.host} get 503 no healthy upstream",
                severity=None if mesh.is_whole else Severity.WARNING,
            )
        else:
            finding = Finding(
                entry.spec.at("resolution"),
                f"STATIC takes the endpoints that are listed, and none is: requests to {host.host} "
                "get 503 no healthy upstream",
                severity=None if mesh.is_whole else Severity.WARNING,
            )
            if not any(map(is_wildcard, entry.hosts)):
                finding = finding.fixed_by(put(entry.spec.at("resolution"), "DNS"), safe=False)
            yield finding


def _has_others(host: RegisteredHost, mesh: Mesh) -> bool:
    """May its requests go elsewhere: to another object of the host, or where a route leads?"""
    is_empty = mesh.workloads.endpoints.is_empty
    if any(is_empty(one) is not True for one in mesh.registry.at(host.host)):
        return True
    service = mesh.traffic.routes.of_mesh_host(host.host, host.namespace)
    if service is None:
        return False
    host_of = mesh.reachability.clusters.host_of
    return all(host_of(one) != host.host for route in service.routes for one in route.destinations)
