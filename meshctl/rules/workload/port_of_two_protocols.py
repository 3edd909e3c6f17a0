"""The settings of a proxy list one port number for TCP and for UDP.

A container called `istio-proxy` is merged with what the injector adds, its ports by number alone,
whatever their protocol. Of two entries, as for HTTPS beside HTTP/3, the last one comes out twice.
When it has a name the API server refuses the pod for having two ports of that name; without a name
the other protocol is no longer declared.

Fix: declare the number once. Ports of containers are only information, so that the proxy listens
on both all the same; the Service lists both protocols.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.injection import ports_of_two_protocols
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule


@rule(on=Workload, severity=Severity.ERROR, since="0.1.0", hazard=True)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report the second entry of a number; without a name it is only a warning."""
    if not mesh.workloads.is_to_be_injected(workload):
        return
    for port, first in ports_of_two_protocols(workload):
        name = port.text("name")
        effect = (
            f"two ports called {name}, which the API server refuses" if name else "that port twice"
        )
        yield (
            Finding(
                port.at("containerPort"),
                f"the injector merges ports by number, so that {port.number('containerPort')}/"
                f"{port.text('protocol') or 'TCP'} replaces the other protocol: the pod has {effect}",
                severity=None if name else Severity.WARNING,
            )
            .also(first.at("containerPort"), "replaced by the other protocol")
            .fixed_by(delete(port.at()), safe=False)
        )
