"""A CustomResourceDefinition says something that no API server takes.

The definition is refused, or what it says there is dropped: objects of its kind can't be created,
or aren't held to what the schema was written for.

Fix: give the named field of `openAPIV3Schema` a value of its type; schemas of CustomResourceDefinitions take no `$ref`, and
`kubectl explain crd.spec.versions.schema` lists what they take.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import CustomResourceDefinition
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.validation.metaschema import quick_crd_faults


@rule(on=CustomResourceDefinition, severity=Severity.ERROR, since="0.1.0")
def check(definition: CustomResourceDefinition, mesh: Mesh) -> Iterator[Outcome]:
    """Report what the metaschema refuses; fields that are missing may just not be in the input."""
    for fault in quick_crd_faults(definition.data):
        if fault.kind != "missing-field":
            yield Finding(fault.at(definition), fault.message)
