"""A Service leads to a named container port that none of its pods has.

Kubernetes leaves the port out of the endpoints, so the Service has none there: clients get
`503 UH no healthy upstream`.

Fix: correct `targetPort`, or name a container port so. (Numbers work whether or not a container
lists them.)
"""

from collections.abc import Iterator
from itertools import islice

from meshctl.mesh import Mesh
from meshctl.resources import Service
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import MOST_LISTED, quoted, shortened

_OF_SIDECAR = "http-envoy-prom"  # injected with the sidecar


@rule(on=Service, severity=Severity.ERROR, equivalents=("KIA0701",), since="0.1.0")
def check(service: Service, mesh: Mesh) -> Iterator[Outcome]:
    """Report names that no container of any selected workload declares."""
    if not service.selector:
        return
    pods = mesh.workloads.container_ports.pods_behind(service)
    if pods is None or pods.gets_containers:
        return
    for port in service.ports:
        if not isinstance(port.target, str) or port.target == _OF_SIDECAR:
            continue
        if port.target not in pods.names:
            known = (
                shortened([*islice(pods.names, MOST_LISTED)], MOST_LISTED, len(pods.names))
                or "none"
            )
            finding = Finding(
                port.at("targetPort"),
                f"no pod behind this Service names a port {quoted(port.target)}, so port {port.port} has "
                f"no endpoints; named are: {known}",
            ).also(pods.oldest.at("metadata", "name"), "is selected")
            meant = pods.names.only(port.target)
            edits = [put(finding.ref, meant)] if meant else []
            yield finding.fixed_by(*edits, safe=False)
