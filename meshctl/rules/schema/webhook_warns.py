"""Istio's validating webhook accepts an object with a warning.

`kubectl apply` prints the warning and stores the object, which probably does something else than
it says.

Fix: follow the message: it says what is allowed at this place.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Resource, severity=Severity.WARNING, since="0.1.0", equivalents=("IST0133",))
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report what the webhook warns about."""
    for fault in mesh.verdict(resource).of("webhook", is_warning=True):
        yield Finding(fault.at(resource), fault.message)
