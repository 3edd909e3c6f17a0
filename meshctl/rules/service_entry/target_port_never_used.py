"""A port of a ServiceEntry has a `targetPort` that no sidecar dials.

With `resolution: NONE` the sidecar passes a connection on to the address and the port that the application dialled,
so the server has to listen on the `number` of the port. An endpoint with a port of its own under `ports` gets the
requests there, whatever `targetPort` says.

Fix: write `resolution: DNS` (or STATIC with `endpoints`) where the port has to change, or remove `targetPort`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.registry import unused_targets
from meshctl.resources import ServiceEntry
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=ServiceEntry, severity=Severity.WARNING, since="0.1.0", holds=("targetPort",))
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report targets that differ from the number, and where requests go instead."""
    del mesh
    for port, why in unused_targets(entry):
        severity = Severity.INFO if entry.endpoints else None
        yield Finding(
            port.at("targetPort"), f"{why}: {port.target} is never used", severity=severity
        )
