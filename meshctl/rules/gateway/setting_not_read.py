"""A server of a Gateway has a setting that Istio doesn't read.

istiod makes nothing of `defaultEndpoint`: requests that no VirtualService takes get 404, and connections of TCP are
closed.

Fix: route the hosts of the server to a Service, or by a ServiceEntry to the address, with a VirtualService.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule


@rule(on=Gateway, severity=Severity.WARNING, since="0.1.0", holds=("defaultEndpoint",))
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report each endpoint."""
    for server in gateway.servers:
        if server.has("defaultEndpoint"):
            text = "Istio doesn't read defaultEndpoint, so that nothing goes there"
            place = server.at("defaultEndpoint")
            yield Finding(server.key("defaultEndpoint"), text).fixed_by(delete(place), safe=False)
