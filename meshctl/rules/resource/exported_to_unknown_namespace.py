"""`exportTo` names a namespace that doesn't exist.

The object stays invisible to everybody for whom that entry was meant. A misspelt name looks the
same as a namespace that is still to come, so this is only reported when the input is the whole
mesh.

Fix: correct the name in `exportTo`, or remove the entry; `.` stands for the object's own namespace.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted

_KINDS = frozenset({"VirtualService", "DestinationRule", "ServiceEntry"})
_SYMBOLS = frozenset({"", ".", "*", "~"})


@rule(
    on=Resource, severity=Severity.WARNING, equivalents=("KIA0005",), since="0.1.0",
    holds=("exportTo",),
)  # fmt: skip
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report each namespace in exportTo that the whole mesh doesn't have."""
    if resource.kind not in _KINDS:
        return
    for index, name in enumerate(resource.spec.texts("exportTo")):
        if name not in _SYMBOLS and mesh.namespaces.exists(name) is False:
            yield Finding(
                resource.spec.at("exportTo", index),
                f"there is no namespace {quoted(name)}, so nobody sees this {resource.kind} there",
            )
