"""A server has a TLS setting that its mode doesn't read.

SIMPLE asks clients for no certificate: an authority, names or hashes to check one by let everybody in all the
same. PASSTHROUGH leaves TLS to the workload behind it, so that versions and cipher suites at the gateway
hold for nobody.

Fix: write `mode: MUTUAL` where clients have to show a certificate, or remove the setting.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.gateways import unread_settings
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Gateway, severity=Severity.WARNING, since="0.1.0", holds=("tls",))
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report each such setting; whether the server is served at all is for others to say."""
    del mesh
    for server in gateway.servers:
        for key, why in unread_settings(server):
            yield Finding(server.tls.key(key), f"{why}, so {key} has no effect")
