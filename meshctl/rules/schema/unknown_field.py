"""An object has a field that its kind does not know.

The API server refuses the object when validation is strict, as `kubectl` asks by default. A tool
that applies without strict validation drops the field, so that what it should set is never set.

Fix: spell the field as its kind has it, or indent it so that it stands where it belongs;
`meshctl schema KIND` prints what there is.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Outcome, Severity, finding_of, rule


@rule(on=Resource, severity=Severity.ERROR, since="0.1.0", equivalents=("IST0106",))
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report fields that the schema of the kind does not have."""
    for fault in mesh.verdict(resource).of("unknown-field"):
        yield finding_of(fault, resource)
