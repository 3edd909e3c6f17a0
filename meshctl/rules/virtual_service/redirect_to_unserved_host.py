"""A route redirects plain requests to HTTPS, and the gateway takes no TLS for the host.

The gateway opens TLS for other hosts, so it is the gateway that clients come back to, and there the
handshake is cut off, or shows a certificate of another host. Nobody gets past the redirect.

Fix: add the host to a server of protocol HTTPS, or redirect to a host that has one.
"""

from collections.abc import Iterator

from meshctl.istio.protocols import parse_protocol
from meshctl.mesh import Mesh
from meshctl.mesh.core import covers
from meshctl.mesh.gateways import server_hosts
from meshctl.resources import Gateway, Route, Server, VirtualService
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted

_BY_HEADER = ("headers", "withoutHeaders")  # such as x-forwarded-proto of a load balancer


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", holds=("redirect",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report redirects of hosts for which no other server of the same gateways is."""
    routes = [route for route in service.http if _to_https(route)]
    for name in mesh.traffic.routes.gateways_of(service) if routes else ():
        gateway = mesh.gateways.find(name)
        if gateway is None or not any(server.terminates_tls for server in gateway.servers):
            continue
        known = mesh.knows.everywhere("Gateway")
        if not known:
            yield NotChecked(known.reason)
            return
        for index, host in enumerate(service.hosts):
            if any(_is_left(server, host, gateway, mesh) for server in gateway.servers):
                yield Finding(
                    routes[0].key("redirect"),
                    f"requests for {quoted(host)} are sent to https, and no server of {gateway.title} "
                    "takes TLS for it: the connection is cut off",
                ).also(service.spec.at("hosts", index), "the host")


def _to_https(route: Route) -> bool:
    redirect = route.child("redirect")
    is_plain = redirect.text("scheme") == "https" and not redirect.has("authority")
    return is_plain and not any(match.has(key) for match in route.matches for key in _BY_HEADER)


def _is_left(server: Server, host: str, gateway: Gateway, mesh: Mesh) -> bool:
    """Does a plain server have a host that nothing else of the gateway's pods has?"""
    protocol = parse_protocol(server.protocol)
    is_plain = not server.is_tls and protocol is not None and protocol.is_http
    serves = any(covers(one, host) for _, one in server_hosts(server))
    return is_plain and serves and not mesh.gateways.has_target(server, host)
