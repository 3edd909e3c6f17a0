"""A value has another type than its field takes.

The API server refuses the object. The usual cause is YAML's guessing: `8080` without quotes is a
number, `"8080"` with quotes is text, and `on` or `yes` without quotes is true.

Fix: write the value in the type that the message names, with or without quotes.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Outcome, Severity, finding_of, rule


@rule(on=Resource, severity=Severity.ERROR, since="0.1.0", equivalents=("IST0106",))
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report values whose type the schema does not take."""
    for fault in mesh.verdict(resource).of("wrong-type"):
        yield finding_of(fault, resource)
