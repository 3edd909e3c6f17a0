"""An object lacks a field that its kind needs.

The API server refuses the object. A field whose value is empty (`host:` with nothing behind it)
reads as null and counts as missing.

Fix: write the field that the message names, with a value.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.validation.faults import fix_of


@rule(on=Resource, severity=Severity.ERROR, since="0.1.0", equivalents=("IST0106",))
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report required fields that are not written."""
    for fault in mesh.verdict(resource).of("missing-field"):
        yield Finding(fault.at(resource), fault.message, fix=fix_of(fault, resource))
