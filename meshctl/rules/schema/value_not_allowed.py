"""A value is none of those that its field takes, or excludes another one.

The API server refuses the object: the word is not in the list of the field, the text has not the
form it needs, an item of a list is there twice, or two fields stand side by side of which only one
may be written.

Fix: take one of the values that the message names, or keep one of the fields.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Outcome, Severity, finding_of, rule


@rule(on=Resource, severity=Severity.ERROR, since="0.1.0", equivalents=("IST0106",))
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report values and combinations that the schema excludes."""
    for fault in mesh.verdict(resource).of("value-not-allowed"):
        yield finding_of(fault, resource)
