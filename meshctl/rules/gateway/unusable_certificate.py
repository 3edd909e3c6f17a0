"""The Secret of a server has no certificate that the gateway can present.

istiod sends a gateway no Secret without `tls.crt` and `tls.key` (or `cert` and `key`), and none
whose certificate can't be read, has expired or isn't valid yet; Envoy refuses a private key that
belongs to another certificate. The listener waits for it: clients' handshakes are cut off, at the
latest when the gateway is restarted.

Fix: put the current certificate and its own private key into the Secret.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, amount, shortened


@rule(on=Gateway, severity=Severity.ERROR, equivalents=("IST0161",), since="0.1.0")
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report the Secrets that a gateway can see, but not use."""
    homes = mesh.gateways.namespaces_of(gateway)
    for server in gateway.servers:
        for name, ref in server.credentials if server.terminates_tls else ():
            found = mesh.registry.secrets.unusable(name, homes)
            if not found:
                continue
            secret, wrong = found[0]
            others = amount(len(found) - 1, "other namespace")
            yield Finding(
                ref,
                f"{secret.title} {wrong.text}, so the gateway has no certificate for "
                f"{shortened(server.hosts, MOST_LISTED) or 'this server'}"
                f"{f'; {others} of its pods have none either' if found[1:] else ''}",
            ).also(wrong.ref, "is what the gateway should present")
