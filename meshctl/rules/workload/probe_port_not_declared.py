"""A probe names a port that its container doesn't declare.

The kubelet looks the name up in the ports of the same container, and doesn't find it: a readiness
probe never succeeds. With a sidecar it gets worse. The injector sends the probe to its agent, which
was told of no such probe and answers 404: liveness kills the container again and again.

Fix: declare the port with that name in the container, or write the number, without quotes.
"""

from collections.abc import Iterator

from meshctl.istio.names import PROXY_CONTAINER
from meshctl.mesh import Mesh
from meshctl.resources import PROBES, Workload
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.spelling import CloseNames
from meshctl.words import quoted, whole_number


@rule(on=Workload, severity=Severity.ERROR, since="0.1.0", hazard=True, holds=PROBES)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report names that are not among the ports of the very container."""
    if workload not in mesh.workloads:
        return
    for container in (*workload.containers, *workload.init_containers):
        names = CloseNames(port.text("name") for port in container.ports)
        for _, probe in container.probes if container.name != PROXY_CONTAINER else ():
            for action in ("httpGet", "tcpSocket"):
                name = probe.child(action).text("port")
                if name and name not in names:
                    finding = Finding(
                        probe.child(action).at("port"),
                        f"container {container.name} declares no port called {quoted(name)}, so that "
                        "this probe never succeeds",
                    )
                    if (number := whole_number(name)) is not None:
                        finding = finding.fixed_by(put(finding.ref, number))
                    elif meant := names.only(name):
                        finding = finding.fixed_by(put(finding.ref, meant), safe=False)
                    yield finding
