"""A listener refers to a certificate that isn't there, or can't be used.

The listener is not programmed: connections to its port are reset, and routes that attach to it,
though accepted, get nothing.

Fix: create a Secret of type `kubernetes.io/tls` with a certificate and its own key; a listener takes
one or two of them.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesGateway
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted

_REASONS = frozenset(
    {"InvalidCertificateRef", "InvalidCACertificateRef", "InvalidCACertificateKind"}
)


@rule(on=KubernetesGateway, severity=Severity.ERROR, since="0.1.0")
def check(gateway: KubernetesGateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report the reference by which a listener of the Gateway has no certificate."""
    read = mesh.gateway_api.gateway(gateway)
    for listener in read.all_listeners if read is not None else ():
        fault = listener.tls.fault
        if fault is not None and fault.reason in _REASONS:
            name = listener.listener.name
            yield Finding(fault.ref, f"{fault.text}, so listener {quoted(name)} is not programmed")
