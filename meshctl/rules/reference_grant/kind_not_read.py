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
    for one in (*grant.origins, *grant.targets):
        home = reads(one.text("kind"))
        if home is not None and one.text("group") != home:
            wanted = quoted(home) if home else '"" (the core group)'
            found = Finding(_place(one), f"{one.text('kind')} belongs to group {wanted}")
            # a group with a dot may mean another kind of that name
            is_clear = "." not in one.text("group")
            yield found.fixed_by(put(one.at("group"), home), safe=is_clear)


def _place(one: View) -> Ref:
    return one.at("group") if one.has("group") else one.at("kind")
