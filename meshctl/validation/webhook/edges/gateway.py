"""Checks Gateways.

Mirrors ValidateGateway, pkg/config/validation/validation.go, Istio 1.31. The CRD refuses servers
that are null and servers without a port.
"""

from collections.abc import Iterator

from meshctl.resources.resource import Resource
from meshctl.resources.view import View, views
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse, warn
from meshctl.validation.webhook.edges.server_tls import PASSTHROUGH_MODES, check_server_tls, mode_of
from meshctl.validation.webhook.fields.addresses import UNIX, why_not_ip, why_not_socket
from meshctl.validation.webhook.fields.hosts import check_scoped_host, is_label
from meshctl.validation.webhook.fields.ports import (
    HTTP_PROTOCOLS,
    TLS_PROTOCOLS,
    check_number,
    protocol_of,
    why_not_protocol,
)
from meshctl.words import quoted

CONVERTED = ("internal.istio.io/gateway-semantics", "gateway")
"""The annotation of a Gateway that istiod made from one of the Gateway API."""


def check(resource: Resource) -> Iterator[Fault]:
    """Check one Gateway."""
    converted = resource.annotations.get(CONVERTED[0]) == CONVERTED[1]
    if not converted and not is_label(resource.name):
        yield refuse(
            resource.child("metadata").at("name"),
            f"{quoted(resource.name)} cannot name a Gateway; allowed: letters, digits and inner dashes",
        )
    servers = views(resource.spec, "servers", View)
    if not servers:
        yield refuse(resource.spec.at("servers"), "a Gateway needs at least one server")
    names = set()
    for server in servers:
        yield from _check_server(server, converted=converted)
        port = server.child("port")
        name = port.text("name")
        if name in names:
            yield refuse(port.at("name"), f"two servers have a port named {quoted(name)}")
        names.add(name)
        if server.child("tls").flag("httpsRedirect") and protocol_of(port) not in HTTP_PROTOCOLS:
            yield warn(
                server.at("tls", "httpsRedirect"),
                f"httpsRedirect redirects HTTP; this port speaks {port.text('protocol')}",
            )


def _check_server(server: View, *, converted: bool) -> Iterator[Fault]:
    hosts = server.texts("hosts")
    if not hosts:
        yield refuse(server.at("hosts"), "a server needs at least one host")
    for at, host in enumerate(hosts):
        yield from check_scoped_host(
            server.at("hosts", at), host, kind="Gateway", converted=converted
        )
    port_faults = list(_check_port(server))
    yield from port_faults
    yield from _check_bind(server)
    if server.has("tls"):
        yield from check_server_tls(server.child("tls"))
    if not port_faults:
        yield from _check_tls_of_port(server)


def _check_port(server: View) -> Iterator[Fault]:
    port = server.child("port")
    # Unlike elsewhere, an empty protocol is wrong, too.
    if why := why_not_protocol(port.text("protocol")):
        yield refuse(port.at("protocol"), why)
    if port.number("number") or not server.text("bind").startswith(UNIX):
        yield from check_number(port)
    if port.number("targetPort"):
        yield refuse(port.key("targetPort"), "a Gateway's port has no targetPort; remove it")
    if not port.text("name"):
        yield refuse(port.at("name"), "the port of a server needs a name")


def _check_bind(server: View) -> Iterator[Fault]:
    bind = server.text("bind")
    if bind.startswith(UNIX):
        if why := why_not_socket(bind.removeprefix(UNIX)):
            yield refuse(server.at("bind"), why)
        if number := server.child("port").number("number"):
            yield refuse(
                server.at("port", "number"),
                f"a Unix socket has no port; it is 0 then, not {number}",
            )
    elif bind and (why := why_not_ip(bind)):
        yield refuse(server.at("bind"), why)


def _check_tls_of_port(server: View) -> Iterator[Fault]:
    """Check that a port has TLS settings if it speaks TLS, and none if it does not."""
    port, tls = server.child("port"), server.child("tls")
    protocol, written = protocol_of(port), port.text("protocol")
    if protocol in TLS_PROTOCOLS:
        if not server.has("tls"):
            yield refuse(server.at(), f"a server that speaks {written} needs tls")
    elif server.has("tls"):
        if protocol not in HTTP_PROTOCOLS:
            yield refuse(
                server.key("tls"), f"a port that speaks {written} has no tls; HTTPS and TLS do"
            )
        elif mode_of(tls) not in PASSTHROUGH_MODES or any(
            tls.text(key) for key in ("caCertificates", "privateKey", "serverCertificate")
        ):
            yield refuse(
                server.key("tls"),
                f"a port that speaks {written} ends no TLS; of tls, it may have httpsRedirect",
            )
