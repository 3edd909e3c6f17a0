"""A policy on a gateway asks who the client is, and clients there show no identity.

A principal or namespace comes from the mesh's certificate. Only a server with `ISTIO_MUTUAL` asks
for it (and one with `MUTUAL` for certificates of others): behind plain HTTP, SIMPLE TLS or
PASSTHROUGH the client is nobody. An ALLOW rule by identity lets nobody in there, a DENY rule
refuses nobody, and one for all but some (`notPrincipals`, `notNamespaces`) refuses everybody.

Fix: make the server `ISTIO_MUTUAL` and send sidecars there with a DestinationRule of that mode, or
tell clients by `remoteIpBlocks` or tokens.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import identity_parts_of
from meshctl.resources import AuthorizationPolicy, AuthorizationRule
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=AuthorizationPolicy, severity=Severity.ERROR, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report identities asked for where no server of the gateways asks for certificates."""
    for entry in policy.rules:
        yield from _in_rule(policy, entry, mesh)


def _in_rule(
    policy: AuthorizationPolicy, entry: AuthorizationRule, mesh: Mesh
) -> Iterator[Outcome]:
    parts = [*identity_parts_of(entry)]
    found = mesh.clauses.client_certificates.missing(policy, entry) if parts else None
    if found is None:
        return
    without_values = {
        condition.at("key") for condition in entry.conditions if not condition.texts("values")
    }
    for ref, what in parts:
        is_negative = what.startswith("not") or ref in without_values
        if what == "connection.sni" or (is_negative and policy.action != "DENY"):
            continue
        how = "is true of everybody" if is_negative else "never matches"
        yield Finding(
            ref,
            f"{what} {how} at {found.gateway}: clients of {found.server} show no identity",
        ).also(found.ref, "doesn't ask for the mesh's certificates")
