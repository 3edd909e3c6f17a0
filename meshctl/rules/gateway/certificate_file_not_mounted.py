"""A server of a Gateway names certificate files that its pods don't have.

`serverCertificate`, `privateKey` and `caCertificates` are paths in the container of the gateway. Without such a file
the proxy waits for the certificate: clients' handshakes are cut off, or the listener never opens.

Fix: mount the Secret into the container `istio-proxy` of the gateway, or name it by `credentialName`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted

_FILES = ("serverCertificate", "privateKey", "caCertificates")


@rule(on=Gateway, severity=Severity.WARNING, since="0.1.0", holds=_FILES)
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first file of each server that is kept and below which no proxy of the input mounts anything."""
    for server in gateway.servers:
        tls = server.tls
        key = mesh.injection.proxy_mounts.first_lacking(tls, _FILES)
        if key is None or not any(fate.drop is None for _, fate in mesh.gateways.fates(server)):
            continue
        known = mesh.knows.everywhere("Pod")
        if not known:
            yield NotChecked(known.reason)
            continue
        yield Finding(
            tls.at(key),
            f"no proxy mounts a volume with {quoted(tls.text(key))}: the gateway waits for this file, and no client "
            f"gets through to port {server.port}",
        )
