"""A BackendTLSPolicy opens TLS on a port to which clients with a sidecar speak TLS themselves.

Sidecars read the policy, too: what an application sends as `https://` is encrypted once more on its way. The server opens the
outer layer and finds another handshake instead of a request: `400`, `wrong version number` or a reset.

Fix: let the clients call `http://` on a port that is declared HTTP and leads to the same port of the pods, or name by
`sectionName` the ports that gateways alone use.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership, TrafficCapture
from meshctl.resources import BackendTlsPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=BackendTlsPolicy, severity=Severity.WARNING, since="0.1.0", needs=("BackendTLSPolicy",))
def check(policy: BackendTlsPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first client of each target, as the URLs in its settings tell."""
    if mesh.traffic.backend_tls.bad_authority(policy) is not None:
        return  # sidecars then send what they get
    for followed in mesh.traffic.backend_tls.followed_of(policy):
        if any(mesh.traffic.destination_rules.covering(followed.host.host)):
            continue
        for caller in mesh.sidecar_scope.declared_callers.of_host(followed.host):
            port, client = caller.port, caller.workload
            if port is None or not port.protocol.is_tls or not caller.call.speaks_tls:
                continue
            has_sidecar = mesh.workloads.membership(client) is Membership.SIDECAR
            is_past = port.number in TrafficCapture(client).past_sidecar
            if (
                has_sidecar
                and not is_past
                and mesh.traffic.backend_tls.opens(followed.host, port.name)
            ):
                yield Finding(
                    followed.target.at("name"),
                    f"{client.title} speaks TLS to {followed.host.host}:{port.number} itself, and by this policy its "
                    "sidecar encrypts that again",
                ).also(caller.call.place, "calls it")
                break
