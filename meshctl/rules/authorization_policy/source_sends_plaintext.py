"""A rule names clients by identity, and their own DestinationRule sends plaintext.

A client has a principal and a namespace only through the certificate of its sidecar. With
`tls.mode: DISABLE`, or with auto mTLS off, the sidecar sends none. A permissive server takes the
connection, but an ALLOW rule by namespace or principal doesn't let it in (`403 RBAC: access
denied`), and a DENY rule doesn't refuse it.

Fix: remove `tls` from the DestinationRule, or set `tls.mode` to ISTIO_MUTUAL.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import named_sources
from meshctl.resources import AuthorizationPolicy, PeerAuthentication, Resource
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=AuthorizationPolicy, severity=Severity.WARNING, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report exact sources whose connections to a workload of the policy all lack TLS."""
    if policy.target_refs:
        return
    for source in named_sources(policy, mesh.config.trust_domain):
        clients = mesh.security.client_identity.sidecars_of(source.namespace, source.account)
        if clients is None:
            continue
        for workload, [found, *_] in mesh.security.authorization.asked(
            policy, clients.plaintext_to
        ):
            if found.upstream.ref is None:
                continue
            host, decider = found.upstream.host.host, found.upstream.ref.resource
            yield Finding(
                source.ref,
                f"clients in {source.namespace} send plaintext to {host}, so {workload.title} "
                "doesn't know who they are",
                fix=_fix(decider),
            ).also(found.upstream.ref, "makes them send plaintext")
            break


def _fix(decider: Resource) -> str | None:
    """Name what decides where that is no DestinationRule."""
    if isinstance(decider, PeerAuthentication):
        return f"set the mode of {decider.title} to PERMISSIVE or STRICT"
    if decider.kind == "ConfigMap":
        return f"remove enableAutoMtls: false from the mesh settings of {decider.title}"
    return None
