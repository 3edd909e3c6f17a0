"""A ReferenceGrant lets in a namespace that doesn't exist.

The grant has no effect, and the namespace that was meant is refused. A namespace may still be to
come, so this is only reported when the input is the whole mesh.

Fix: correct `spec.from[].namespace`, or remove the entry: whoever makes that namespace gets the access.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import ReferenceGrant
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import quoted


@rule(on=ReferenceGrant, severity=Severity.WARNING, equivalents=("KIA1601",), since="0.1.0")
def check(grant: ReferenceGrant, mesh: Mesh) -> Iterator[Outcome]:
    """Report each namespace that the whole mesh doesn't have."""
    for origin in grant.origins:
        name = origin.text("namespace")
        if name and mesh.namespaces.exists(name) is False:
            close = mesh.namespaces.close_to(name)
            edits = [put(origin.at("namespace"), close)] if close else []
            text = f"there is no namespace {quoted(name)} to let in"
            yield Finding(origin.at("namespace"), text).fixed_by(*edits, safe=False)
