"""A BackendTLSPolicy opens TLS towards workloads with a sidecar.

Proxies, sidecars too, then bring ordinary TLS in place of the mesh's own. A STRICT server refuses it, a
DISABLE server has no chain for TLS, and on an HTTP port even a PERMISSIVE one has no filter chain that
matches: every connection is reset. Only a TCP or TLS port of a PERMISSIVE server passes the bytes on to the
application.

Fix: name by `sectionName` the ports on which the application itself opens TLS, or take the target out of
the policy: the mesh encrypts what goes to its own workloads.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import ClientTlsCause
from meshctl.resources import BackendTlsPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=BackendTlsPolicy, severity=Severity.ERROR, since="0.1.0")
def check(policy: BackendTlsPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the sidecars that refuse the TLS this policy opens."""
    for conflict in mesh.security.tls_conflicts.of(policy):
        upstream = conflict.first.upstream
        if upstream.cause is not ClientTlsCause.POLICY:
            continue
        finding = Finding(
            conflict.place,
            f"TLS goes to {conflict.where} by this policy, but the sidecar of {conflict.server} is "
            f"{conflict.first.mode} on that {upstream.port.protocol} port and takes no TLS from outside "
            f"the mesh: the connections of {conflict.who} are reset{conflict.doubt}",
            severity=None if conflict.is_certain else Severity.WARNING,
        )
        if conflict.demand is not None:
            finding = finding.also(conflict.demand, f"decides that it is {conflict.first.mode}")
        yield finding
