"""An egress listener of a Sidecar is for a port that none of its hosts has, or that one lacks.

A listener with a port shows the hosts that have this very port, that of the Service, not of the
container. Where none has it, the proxy gets no listener: the entry imports nothing. A host that lacks it
is not imported by this listener.

Fix: write the port of the Service, move the host to the listener for its port, or remove `port`, so that
the listener is for all of them.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Sidecar
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import all_of


@rule(on=Sidecar, severity=Severity.WARNING, since="0.1.0", holds=("port",))
def check(sidecar: Sidecar, mesh: Mesh) -> Iterator[Outcome]:
    """Report listeners, and else whole hosts, that are there with other ports alone."""
    for entry, port, instead in mesh.sidecar_scope.listener_ports.entries_without_port(sidecar):
        ports = all_of(instead)
        text = f"{entry.host} has no port {port}, only {ports}: this listener doesn't import it"
        yield Finding(entry.ref, text)
    for scope in mesh.sidecar_scope.listener_ports.without_host(sidecar):
        if scope.written is None:
            continue
        homes = (None if name == "*" else name for name in scope.hosts)
        answers = (mesh.knows.all_of("Service", home) for home in homes)
        unknown = next((answer for answer in answers if not answer), None)
        if unknown is not None:
            yield NotChecked(unknown.reason)
            continue
        yield Finding(
            scope.written.child("port").at("number"),
            f"none of the hosts that this listener names has port {scope.port}: it imports nothing",
        )
