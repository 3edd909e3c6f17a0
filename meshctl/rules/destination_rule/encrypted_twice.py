"""A DestinationRule originates TLS on a port where the applications open TLS themselves.

What a port that is declared HTTPS or TLS gets is encrypted by the client already, and the sidecar
encrypts it once more. The server opens the outer layer and finds another handshake instead of a
request: `400`, `wrong version number` or a reset. It is right where routes bring plaintext to the
port: HTTP routes of a gateway, or of sidecars from another port.

Fix: remove the `tls` block when the applications call `https://`; else let them call `http://`,
declare that port HTTP, and lead it to this one with `targetPort` or by an HTTP route.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import is_wildcard
from meshctl.mesh.security import originates
from meshctl.resources import DestinationRule, Ref, Service, View
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, delete, rule


@rule(on=DestinationRule, severity=Severity.WARNING, since="0.1.0", holds=("tls",))
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report TLS ports to which no route brings plaintext."""
    host = mesh.traffic.destination_rules.host_of(destination_rule)
    if is_wildcard(host):
        return
    for registered, port in mesh.registry.tls_ports(host):
        tls = originates(destination_rule, port.number)
        if tls is None or mesh.security.tls_conflicts.of(destination_rule):
            continue  # a conflict with a sidecar is told elsewhere
        if mesh.traffic.destinations.brings_plaintext(host, port.number):
            continue
        if isinstance(registered.source, Service) and not mesh.traffic.destinations.to(host):
            yield NotChecked("routes to Services that speak TLS may be outside the input")
            continue
        yield (
            Finding(
                tls.at("mode"),
                f"port {port.number} of {host} is {port.protocol}, so clients encrypt what they "
                f"send there, and mode {tls.text('mode')} encrypts it again",
            )
            .also(port.view.at(), f"declares port {port.number} as {port.protocol}")
            .fixed_by(delete(_block(destination_rule, tls)), safe=False)
        )


def _block(destination_rule: DestinationRule, tls: View) -> Ref:
    """Name the ``tls`` block, or the policy around it if there is nothing else in it."""
    policy = destination_rule.policy
    is_alone = policy.names() == ("tls",) and policy.tls.path == tls.path
    return policy.at() if is_alone else tls.at()
