"""A DestinationRule originates ordinary TLS towards workloads of the mesh.

SIMPLE and MUTUAL bring no certificate of the mesh and none of its ALPN names. A STRICT server
refuses them, a DISABLE server has no chain for TLS, and on an HTTP port even a PERMISSIVE one has
no filter chain that matches: every connection is reset. Only a TCP or TLS port of a PERMISSIVE
server passes the bytes on to the application.

Fix: set the tls mode to ISTIO_MUTUAL, or to DISABLE where the server's PeerAuthentication says so;
or remove every `tls` block of the rule, so that auto mTLS chooses. SIMPLE and MUTUAL are for servers
outside the mesh, and for applications that open TLS themselves on a port named `tls` or `https`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import ClientTls, ServerMode
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(
    on=DestinationRule,
    severity=Severity.ERROR,
    since="0.1.0",
    renamed_from=("destination-rule/foreign-tls-to-mesh-workload",),
)
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report the sidecars that refuse the TLS this rule originates."""
    for conflict in mesh.security.tls_conflicts.of(destination_rule):
        upstream = conflict.first.upstream
        if upstream.tls not in (ClientTls.SIMPLE, ClientTls.MUTUAL):
            continue
        protocol = upstream.port.protocol
        finding = Finding(
            conflict.place,
            f"tls mode {upstream.setting.mode} goes to {conflict.where}, but the sidecar of "
            f"{conflict.server} is {conflict.first.mode} on that {protocol} port and takes no TLS "
            f"from outside the mesh: the connections of {conflict.who} are reset{conflict.doubt}",
            severity=None if conflict.is_certain else Severity.WARNING,
        )
        tls = upstream.setting.tls
        if tls is not None:
            mode = "DISABLE" if conflict.first.mode is ServerMode.DISABLE else "ISTIO_MUTUAL"
            finding = finding.fixed_by(put(tls.at(), {"mode": mode}), safe=False)
        if conflict.demand is not None:
            finding = finding.also(conflict.demand, f"decides that it is {conflict.first.mode}")
        yield finding
