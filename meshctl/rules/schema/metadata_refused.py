"""The metadata of an object is not what Kubernetes takes.

The API server refuses the object because of its name, its namespace, a label or an annotation.

Fix: keep to lower-case letters, digits and dashes in names, and to 63 characters in labels.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.validation.faults import fix_of


@rule(on=Resource, severity=Severity.ERROR, since="0.1.0")
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report names, labels and annotations that are refused."""
    for fault in mesh.verdict(resource).of("metadata"):
        yield Finding(fault.at(resource), fault.message, fix=fix_of(fault, resource))
