"""A listener of a Sidecar reads another protocol than the ports it is for.

The protocol that is written here counts, not that of the Service. An HTTP port read as TCP has no
routes, no retries and no HTTP conditions of policies; a TCP port read as HTTP breaks the connection
with `400` or a codec error.

Fix: write the protocol of the Service's port.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Sidecar
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=Sidecar, severity=Severity.WARNING, since="0.1.0", holds=("protocol",))
def check(sidecar: Sidecar, mesh: Mesh) -> Iterator[Outcome]:
    """Report listeners none of whose ports speaks what they read."""
    for other in mesh.sidecar_scope.listener_ports.in_other_protocol(sidecar):
        host = other.port.view.resource
        yield (
            Finding(
                other.place,
                f"this listener reads {other.read}, and port {other.port.number} of {host.title} "
                f"speaks {other.port.protocol}",
            )
            .also(other.port.view.at(), "declares the protocol")
            .fixed_by(put(other.place, str(other.port.protocol)), safe=False)
        )
