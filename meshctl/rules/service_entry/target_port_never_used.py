"""A port of a ServiceEntry has a `targetPort` that no sidecar dials.

An endpoint with a port of its own under `ports` gets the requests there, whatever `targetPort` says.

Fix: take the port out of the endpoints' `ports` where the target is right, or remove `targetPort`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.registry import unused_targets
from meshctl.resources import ServiceEntry
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=ServiceEntry, severity=Severity.INFO, since="0.1.0", holds=("targetPort",))
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report targets that differ from the number, and where requests go instead."""
    del mesh
    for port, why in unused_targets(entry):
        yield Finding(port.at("targetPort"), f"{why}: {port.target} is never used")
