"""A server of a Gateway listens on the loopback address of its pods.

`bind` is the address that the gateway's Envoy listens on, in place of all of them. What a Service or a load balancer sends to
a pod comes to the pod's own address, where nothing listens then: connections are refused, though Gateway and routes look
right.

Fix: leave `bind` out.
"""

from collections.abc import Iterator
from ipaddress import ip_address

from meshctl.mesh import Mesh
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule


@rule(on=Gateway, severity=Severity.WARNING, since="0.1.0", holds=("bind",))
def check(gateway: Gateway, _: Mesh) -> Iterator[Outcome]:
    """Report servers that nobody outside the pod can connect to."""
    for server in gateway.servers:
        if _is_loopback(server.bind):
            yield Finding(
                server.at("bind"),
                f"the gateway listens on {server.bind}:{server.port} of its own pod alone: connections from outside "
                "the pod are refused",
            ).fixed_by(delete(server.at("bind")), safe=False)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
