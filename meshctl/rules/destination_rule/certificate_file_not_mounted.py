"""A DestinationRule names certificate files that no proxy has.

`caCertificates`, `clientCertificate` and `privateKey` are paths inside the container of the proxy,
not of the application. The file gets there by a volume that the proxy mounts: by the annotations
`sidecar.istio.io/userVolume` and `userVolumeMount` of the pods, or by the container of a gateway.
Without it the proxy waits for the certificate and connects to nobody: `503 UF`.

Fix: mount the Secret into the proxies that call the host, or use `credentialName`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import originations
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted

_FILES = ("caCertificates", "clientCertificate", "privateKey")


@rule(on=DestinationRule, severity=Severity.WARNING, since="0.1.0", holds=_FILES)
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first file of each block below which no proxy of the input mounts anything."""
    for tls, _ in originations(destination_rule):
        key = mesh.injection.proxy_mounts.first_lacking(tls, _FILES)
        if key is None:
            continue
        known = mesh.knows.everywhere("Pod")
        if not known:
            yield NotChecked(known.reason)
            continue
        yield Finding(
            tls.at(key),
            f"no proxy mounts a volume with {quoted(tls.text(key))}: proxies wait for this file and "
            f"connect to nobody at {destination_rule.host}",
        )
