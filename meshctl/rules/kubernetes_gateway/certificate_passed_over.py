"""One of two certificates of a listener is bad, and istiod says nothing about it.

As long as one reference is good, the status tells of no fault. If the bad one comes first, the
listener presents the gateway's own mesh certificate, which no browser trusts; if it comes second,
only the first certificate is used.

Fix: correct the bad entry of the listener's `tls.certificateRefs`, or remove it.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesGateway
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=KubernetesGateway, severity=Severity.ERROR, since="0.1.0")
def check(gateway: KubernetesGateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report bad references beside a good one."""
    read = mesh.gateway_api.gateway(gateway)
    for listener in read.all_listeners if read is not None else ():
        for fault in listener.tls.hidden if listener.is_valid else ():
            if listener.tls.presents_mesh_certificate:
                effect = "so it presents the gateway's own mesh certificate"
                severity = None
            elif fault.reason == "RefNotPermitted":
                continue  # has a rule of its own
            else:
                effect, severity = "so only its other certificate is used", Severity.WARNING
            text = f"{fault.text}; listener {quoted(listener.listener.name)} is served all the same, {effect}"
            yield Finding(fault.ref, text, severity)
