"""A ReferenceGrant names a kind that istiod doesn't look for.

istiod reads grants from Gateways, ListenerSets and routes (all of group
`gateway.networking.k8s.io`) to Services, Secrets and ConfigMaps (of the core group, which is written
`""`). Another entry allows nothing.

Fix: correct `group` and `kind` of the entry of `spec.from` or `spec.to`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Ref, ReferenceGrant, View
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import quoted


@rule(on=ReferenceGrant, severity=Severity.WARNING, since="0.1.0")
def check(grant: ReferenceGrant, mesh: Mesh) -> Iterator[Outcome]:
    """Report entries with the kind of one that istiod reads, but in another group."""
    reads = mesh.reference_grants.reads
    for view in (*grant.origins, *grant.targets):
        home = reads(view.text("kind"))
        if home is not None and view.text("group") != home:
            wanted = quoted(home) if home else '"" (the core group)'
            found = Finding(_place(view), f"{view.text('kind')} belongs to group {wanted}")
            # a group with a dot may mean another kind of that name
            is_clear = "." not in view.text("group")
            yield found.fixed_by(put(view.at("group"), home), safe=is_clear)


def _place(view: View) -> Ref:
    return view.at("group") if view.has("group") else view.at("kind")
