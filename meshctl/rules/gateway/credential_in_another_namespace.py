"""The Secret with the certificate is in another namespace than the gateway's pods.

A gateway reads the Secret of `credentialName` from the namespace in which its pods run, not from
that of the Gateway or of the application. While it is missing there, the listener has no
certificate: clients' handshakes are cut off, and the gateway logs that it waits for the secret.

Fix: create the Secret (or the Certificate that makes it) in the namespace of the gateway's pods.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, quoted, shortened


@rule(on=Gateway, severity=Severity.WARNING, equivalents=("IST0101",), since="0.1.0")
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report credentials that the input has, though in none of the gateway's namespaces."""
    homes = mesh.gateways.namespaces_of(gateway)
    if not homes or None in homes:
        return
    for server in gateway.servers:
        for name, place in server.credentials if server.terminates_tls else ():
            found = mesh.registry.secrets.called(name)
            if not found or not homes.isdisjoint(found) or mesh.registry.secrets.is_copied(name):
                continue
            where = shortened(mesh.gateways.homes_of(gateway), MOST_LISTED)
            finding = Finding(
                place,
                f"the gateway's pods run in {where} and look for Secret {quoted(name)} there; "
                f"the input has that Secret in {shortened(sorted(found), MOST_LISTED)}",
                severity=Severity.ERROR if mesh.has_all("Secret") else None,
            )
            for ref in list(found.values())[:3]:
                finding = finding.also(ref, "isn't seen by the gateway")
            yield finding
