"""A number, a text or a list is smaller or larger than its field takes.

The API server refuses the object, for instance for the port 70000 or an empty list of hosts.

Fix: keep within the bounds that the message names.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.validation.faults import fix_of


@rule(on=Resource, severity=Severity.ERROR, since="0.1.0", equivalents=("IST0106",))
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report numbers, texts and lists outside their bounds."""
    for fault in mesh.verdict(resource).of("out-of-bounds"):
        yield Finding(fault.at(resource), fault.message, fix=fix_of(fault, resource))
