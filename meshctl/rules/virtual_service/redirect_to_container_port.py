"""A redirect names a container port of the gateway, which clients can't dial.

A client follows the redirect to the port it names, at the address it came to: that of the gateway's
Service. 8080 and 8443 are ports of the gateway's container, and its Service leads to them from 80 and
443: the client gets no connection.

Fix: remove `port`, or write the port of the Service; `scheme: https` alone leads to 443.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", holds=("redirect",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report ports to which every Service of the gateways leads from another one."""
    for route in service.http:
        redirect = route.child("redirect")
        port = redirect.number("port")
        if port is None or redirect.has("authority"):
            continue
        exposed = mesh.gateways.exposed_instead(mesh.traffic.routes.gateways_of(service), port)
        if exposed:
            yield Finding(
                redirect.at("port"),
                f"port {port} is one of the gateway's container, and clients reach it by "
                f"{', '.join(map(str, exposed))}",
            ).fixed_by(delete(redirect.at("port")), safe=False)
