"""The Secret with the certificate of a server doesn't exist.

istiod has nothing to send for `credentialName`, so the listener waits for it: clients' handshakes
are cut off. A Gateway that names an unknown Secret is accepted without a word.

Fix: create the Secret in the namespace of the gateway's pods, or correct
`tls.credentialName` of the server.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, quoted, shortened


@rule(on=Gateway, severity=Severity.ERROR, equivalents=("IST0101",), since="0.1.0")
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report names that no Secret of any namespace has, if the input shows Secrets at all."""
    pods = mesh.gateways.namespaces_of(gateway)
    if None in pods:
        return
    for server in gateway.servers:
        for name, ref in server.credentials if server.terminates_tls else ():
            if not pods or mesh.registry.secrets.called(name):
                continue
            homes = mesh.gateways.homes_of(gateway)
            close = mesh.registry.secrets.close_to(name, homes)
            hint = f"; did you mean {quoted(close)}?" if close else ""
            has_all = mesh.knows.everywhere("Secret")
            if not has_all and not close:
                yield NotChecked(has_all.reason)
                continue
            yield Finding(
                ref,
                f"there is no Secret {quoted(name)} in {shortened(homes, MOST_LISTED)}, where the gateway's pods "
                f"run{hint}",
                severity=None if mesh.has_all("Secret") else Severity.WARNING,
            )
