"""A server asks clients for certificates, and has no authority to check them by.

With MUTUAL and OPTIONAL_MUTUAL the gateway needs `ca.crt` (or `cacert`), in the Secret of `credentialName` or in one
of that name with `-cacert` behind it. istiod has nothing to send without it, so the listener waits: clients'
handshakes are cut off.

Fix: put the authority of the clients into the Secret as `ca.crt`, or create the Secret NAME-cacert.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, Outcome, Severity, rule

_ASKING = frozenset({"MUTUAL", "OPTIONAL_MUTUAL"})


@rule(
    on=Gateway, severity=Severity.ERROR, since="0.1.0", needs=("credentialName", "credentialNames")
)
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report the Secrets of such servers that surely hold no authority."""
    homes = mesh.gateways.namespaces_of(gateway)
    credentials = mesh.reachability.client_credentials
    for server in gateway.servers:
        if server.tls_mode not in _ASKING or server.tls.has("caCertCredentialName"):
            continue
        for name, ref in server.credentials:
            lacking = credentials.first_lacking_ca(name, homes)
            if lacking is not None:
                known = mesh.knows.all_of("Secret", lacking)
                yield Finding(
                    ref,
                    f"Secret {lacking}/{name} has no `ca.crt`, and there is no Secret {name}-cacert: "
                    "clients' certificates can't be checked, and handshakes are cut off",
                    severity=None if known else Severity.WARNING,
                )
