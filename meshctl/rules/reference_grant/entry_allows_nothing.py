"""An entry of a ReferenceGrant lets nothing more in.

A grant is for objects of other namespaces, since a namespace needs none for its own. Gateways and ListenerSets refer to
Secrets and ConfigMaps, routes to Services: a grant from Gateways to Services, or from HTTPRoutes to Secrets, is never
asked. Beside an entry of `spec.to` for all objects of a kind, one with a name narrows nothing.

Fix: write the namespace and kind of what refers into `spec.from`, and the kind that it refers to into
`spec.to`; leave out the entry without a name where only the named objects are meant.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import ReferenceGrant
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=ReferenceGrant, severity=Severity.WARNING, since="0.1.0")
def check(grant: ReferenceGrant, mesh: Mesh) -> Iterator[Outcome]:
    """Report entries of spec.from and spec.to that istiod never has a use for."""
    for entry, why in mesh.reference_grants.idle(grant):
        is_own = entry.text("namespace") == grant.namespace
        yield Finding(
            entry.at("namespace" if is_own else "kind"),
            f"{why}, so that this entry lets nothing more in",
            severity=Severity.INFO if is_own else None,
        )
