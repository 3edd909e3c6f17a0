"""A DestinationRule accepts only servers of a name that none of them shows.

`subjectAltNames` are compared with the names in the server's certificate, letter by letter. In the
mesh that is one name, `spiffe://<trust domain>/ns/<namespace>/sa/<service account>` of its pods; a
server outside shows names of hosts. Where none is equal, every handshake fails: `503 UF` with
`CERTIFICATE_VERIFY_FAILED`.

Fix: write the identity of the server's service account, or the server's host name; or remove
`subjectAltNames`, since proxies know the service accounts behind a Service by themselves.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import written_policies
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=DestinationRule, severity=Severity.ERROR, since="0.1.0", holds=("subjectAltNames",))
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report lists of names of which no known server shows one."""
    for policy in written_policies(destination_rule):
        tls = policy.child("tls")
        shown = mesh.security.server_names.instead_of(destination_rule, tls)
        if shown is not None:
            names = ", ".join(quoted(name) for name in tls.texts("subjectAltNames"))
            yield Finding(
                tls.at("subjectAltNames"),
                f"no server shows {names}: {shown}, so that every handshake fails",
            )
