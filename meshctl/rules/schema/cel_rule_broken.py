"""An object breaks a rule that its resource definition states in CEL.

The API server refuses the object. Such rules compare fields with each other or read inside a text,
which types cannot: durations of at least 1ms, port numbers that differ, a selector or targetRefs
but not both.

Fix: give the field of the finding a value that its resource definition takes: durations of at least
1ms, port numbers that differ, either `selector` or `targetRefs`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.validation.faults import fix_of


@rule(on=Resource, severity=Severity.ERROR, since="0.1.0", equivalents=("IST0106",))
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report what the CEL rules of the kind refuse."""
    verdict = mesh.verdict(resource)
    for fault in verdict.of("cel-rule"):
        yield Finding(fault.at(resource), fault.message, fix=fix_of(fault, resource))
    for reason in verdict.not_checked:
        yield NotChecked(reason)
