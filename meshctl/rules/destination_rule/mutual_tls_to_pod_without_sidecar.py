"""A DestinationRule sends the mesh's mutual TLS to pods without a sidecar.

ISTIO_MUTUAL is for sidecars: it uses their certificates and their ALPN names. An application that
gets it reads garbage instead of a request and hangs up; clients see `503 UF` or `UC`. Where a part
of the pods has a sidecar, a part of the requests fails.

Fix: remove every `tls` block of the rule, since auto mTLS sends plaintext to pods without a sidecar, or inject
the sidecar into them.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import ClientTls, ServerMode
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=DestinationRule, severity=Severity.ERROR, since="0.1.0")
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report the pods without a sidecar that this rule sends mutual TLS to."""
    for conflict in mesh.security.tls_conflicts.of(destination_rule):
        first = conflict.first
        is_mutual = first.upstream.tls in (ClientTls.ISTIO_MUTUAL, ClientTls.AUTO)
        if not is_mutual or first.mode is not ServerMode.NONE or first.server is None:
            continue
        workload, bypass = first.server.workload, first.server.bypass
        lack = "lead this port past their sidecar" if bypass else "have no sidecar"
        finding = Finding(
            conflict.place,
            f"ISTIO_MUTUAL goes to {conflict.where}, but the pods of {workload.title} {lack}: the "
            f"requests of {conflict.who} fail{conflict.doubt}",
            severity=None if conflict.is_certain else Severity.WARNING,
        ).also(bypass or workload.at("metadata", "name"), f"these pods {lack}")
        if conflict.place.path[-1] == "mode":
            finding = finding.fixed_by(put(conflict.place, "DISABLE"), safe=False)
        yield finding
