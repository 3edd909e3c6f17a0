"""Converts Policies and MeshPolicies of authentication.istio.io/v1alpha1."""

from collections.abc import Sequence

from meshctl.migrate.authentication.peers import Peers, mode_of
from meshctl.migrate.authentication.targets import targets
from meshctl.migrate.authentication.tokens import convert_tokens, jwts
from meshctl.migrate.drafts import Draft
from meshctl.migrate.known import Known
from meshctl.resources import AuthorizationPolicy, Resource

GROUP = "authentication.istio.io"
_FIELDS = frozenset({
    "targets", "peers", "peerIsOptional", "origins", "originIsOptional", "principalBinding",
})  # fmt: skip


def convert(several: Sequence[tuple[Resource, Draft]], known: Known) -> None:
    """Convert all of them: policies for the same pods become one PeerAuthentication."""
    peers = Peers(known)
    for policy, draft in several:
        if policy.kind not in {"Policy", "MeshPolicy"}:
            draft.lost(f"{GROUP} never had a kind {policy.kind}", instead="correct the kind")
            continue
        for key in policy.spec.names():
            if key not in _FIELDS:
                draft.lost(
                    f"a Policy has no field {key}", policy.spec.at(key), instead="correct the field"
                )
        mode = mode_of(policy.spec, draft)
        for target in targets(policy, draft, known):
            if mode:
                peers.add(draft, target, mode)
            convert_tokens(policy.spec, draft, target, known)
        _tell_binding(policy, draft, known)
    peers.write()


def _tell_binding(policy: Resource, draft: Draft, known: Known) -> None:
    """Say what becomes of ``principalBinding: USE_ORIGIN``, which has no successor."""
    if policy.spec.text("principalBinding") != "USE_ORIGIN" or not jwts(policy.spec):
        return
    place = policy.spec.at("principalBinding")
    asking = [
        *known.of_kind("rbac.istio.io", "ServiceRoleBinding"),
        *known.mesh.of(AuthorizationPolicy),
    ]
    concerned = [resource for resource in asking if policy.kind == "MeshPolicy"
                 or resource.namespace in {policy.namespace, known.root}]  # fmt: skip
    if concerned:
        draft.near(
            f"source.principal was the token's and is the workload's today, which may concern "
            f"{concerned[0].title}", place,
            instead="where the token was meant, write requestPrincipals (issuer/subject)",
        )  # fmt: skip
    else:
        draft.exact("rules name the token by requestPrincipals (issuer/subject) today", place)
