"""An egress listener of a Sidecar is for a port that none of its hosts has.

A listener with a port shows the hosts that have this very port, that of the Service, not of the
container. Here none has it, so the proxy gets no listener: the entry imports nothing.

Fix: write the port of the Service, or remove `port`, so that the listener is for all of them.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Sidecar
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=Sidecar, severity=Severity.WARNING, since="0.1.0", holds=("port",))
def check(sidecar: Sidecar, mesh: Mesh) -> Iterator[Outcome]:
    """Report listeners whose hosts are there, with other ports alone."""
    for scope in mesh.sidecar_scope.listener_ports.without_host(sidecar):
        if scope.written is None:
            continue
        homes = (None if name == "*" else name for name in scope.hosts)
        answers = (mesh.knows.all_of("Service", home) for home in homes)
        unknown = next((one for one in answers if not one), None)
        if unknown is not None:
            yield NotChecked(unknown.reason)
            continue
        yield Finding(
            scope.written.child("port").at("number"),
            f"none of the hosts that this listener names has port {scope.port}: it imports nothing",
        )
