"""A rule names clients by identity that have none, as they run outside the mesh.

A client has a principal, a namespace and a service account only through the certificate that its
sidecar or ztunnel presents. What runs without them sends plaintext: an ALLOW rule by namespace or
principal doesn't let it in (`403 RBAC: access denied`), a DENY rule doesn't refuse it.

Fix: take the clients into the mesh (label their namespace for injection, and restart the pods), or
tell them by address or token.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import named_sources
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=AuthorizationPolicy, severity=Severity.WARNING, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report exact sources all of whose known workloads are surely outside the mesh."""
    effect = "refuses nobody" if policy.action == "DENY" else "lets nobody in"
    for source in named_sources(policy, mesh.config.trust_domain):
        outsiders = mesh.security.client_identity.without_identity(source.namespace, source.account)
        if not outsiders:
            continue
        who = f"service account {source.account} of " if source.account else ""
        yield Finding(
            source.ref,
            f"what runs as {who}namespace {source.namespace} has neither a sidecar nor ambient "
            f"mode and so no identity: this source {effect}",
        ).also(outsiders[0].at("metadata", "name"), "is outside the mesh")
