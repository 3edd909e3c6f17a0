"""Checks the listeners of a Sidecar.

Mirrors ValidateSidecar, pkg/config/validation/validation.go, Istio 1.31.
"""

import re
from collections.abc import Iterator, Sequence

from meshctl.resources.view import Ref, View
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse, warn
from meshctl.validation.webhook.destination.connection_pools import check_connection_pool
from meshctl.validation.webhook.edges.server_tls import check_server_tls
from meshctl.validation.webhook.fields.addresses import UNIX, split_port, why_not_ip, why_not_socket
from meshctl.validation.webhook.fields.hosts import check_scoped_host
from meshctl.validation.webhook.fields.ports import (
    HTTP_PROTOCOLS,
    TLS_PROTOCOLS,
    check_name,
    check_number,
    check_protocol,
    protocol_of,
    why_not_port,
)
from meshctl.words import quoted

LOCAL_ADDRESSES = ("127.0.0.1", "0.0.0.0", "::1", "::", "")  # noqa: S104

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_UNSUPPORTED_TLS = (
    "subjectAltNames", "httpsRedirect", "credentialName", "credentialNames", "tlsCertificates",
)  # fmt: skip


def check_ingress(listeners: Sequence[View]) -> Iterator[Fault]:
    """Check the listeners for what arrives at the workload."""
    numbers: set[int] = set()
    for listener in listeners:
        port = listener.child("port")
        yield from _check_port(port)
        yield from check_number(port)
        if bind := listener.text("bind"):
            yield from _check_bind(listener.at("bind"), bind)
        yield from _check_unique(port, numbers)
        endpoint = listener.text("defaultEndpoint")
        if endpoint and (why := _why_not_endpoint(endpoint)):
            yield refuse(listener.at("defaultEndpoint"), why)
        if listener.has("tls"):
            yield from _check_tls(listener)
        yield from check_connection_pool(listener)
        pool = listener.child("connectionPool")
        if pool.has("http") and protocol_of(port) not in HTTP_PROTOCOLS:
            spoken = port.text("protocol") or "no protocol that is written"
            yield warn(pool.key("http"), f"the port speaks {spoken}, so only tcp applies")


def check_egress(listeners: Sequence[View]) -> Iterator[Fault]:
    """Check the listeners for what leaves the workload."""
    numbers: set[int] = set()
    sockets = set()
    for at, listener in enumerate(listeners):
        if not listener.has("port"):
            if at + 1 < len(listeners):
                yield refuse(
                    listener.at(), "a listener without port takes the rest, so it is the last"
                )
        else:
            port, bind = listener.child("port"), listener.text("bind")
            yield from _check_port(port)
            if port.number("number"):
                yield from check_number(port)
                if bind:
                    yield from _check_bind(listener.at("bind"), bind)
                yield from _check_unique(port, numbers)
            else:
                yield from _check_socket(listener)
                if bind in sockets:
                    yield refuse(listener.at("bind"), f"two listeners are bound to {quoted(bind)}")
                sockets.add(bind)
        yield from _check_hosts(listener)


def _check_port(port: View) -> Iterator[Fault]:
    if port.number("targetPort"):
        yield refuse(port.key("targetPort"), "a Sidecar's port has no targetPort; remove it")
    if name := port.text("name"):
        yield from check_name(port.at("name"), name)
    yield from check_protocol(port)


def _check_bind(place: Ref, bind: str) -> Iterator[Fault]:
    if why := why_not_ip(bind):
        yield refuse(place, why)


def _check_unique(port: View, numbers: set[int]) -> Iterator[Fault]:
    number = port.number("number") or 0
    if number in numbers:
        yield refuse(port.at("number"), f"two listeners have port {number}")
    numbers.add(number)


def _check_socket(listener: View) -> Iterator[Fault]:
    bind, mode = listener.text("bind"), listener.text("captureMode")
    if not bind.startswith(UNIX):
        yield refuse(listener.at("port"), "port 0 is for a Unix socket: bind: unix:///path")
    elif why := why_not_socket(bind.removeprefix(UNIX)):
        yield refuse(listener.at("bind"), why)
    if mode not in {"", "DEFAULT", "NONE"}:
        yield refuse(
            listener.at("captureMode"), f"{mode} cannot capture the traffic of a Unix socket"
        )


def _why_not_endpoint(endpoint: str) -> str | None:
    if endpoint.startswith(UNIX):
        return why_not_socket(endpoint.removeprefix(UNIX))
    parts = split_port(endpoint)
    if parts is None or parts[0] not in LOCAL_ADDRESSES:
        allowed = "127.0.0.1:PORT, 0.0.0.0:PORT, [::1]:PORT, [::]:PORT or unix:///path"
        return f"{quoted(endpoint)} is not an endpoint of this pod: {allowed}"
    if not _INTEGER.fullmatch(parts[1]):
        return f"{quoted(parts[1])} in {quoted(endpoint)} is not the number of a port"
    return why_not_port(int(parts[1]))


def _check_tls(listener: View) -> Iterator[Fault]:
    tls, port = listener.child("tls"), listener.child("port")
    for key in filter(tls.data.get, _UNSUPPORTED_TLS):
        yield refuse(tls.key(key), f"a Sidecar cannot have {key}")
    if tls.text("mode") in {"ISTIO_MUTUAL", "AUTO_PASSTHROUGH"}:
        yield refuse(tls.at("mode"), f"a Sidecar cannot have the mode {tls.text('mode')}")
    if protocol_of(port) not in TLS_PROTOCOLS:
        yield refuse(listener.key("tls"), "the port does not speak HTTPS or TLS, so it has no tls")
    yield from check_server_tls(tls)


def _check_hosts(listener: View) -> Iterator[Fault]:
    hosts = listener.texts("hosts")
    if not hosts:
        yield refuse(listener.at("hosts"), "a listener for egress needs at least one host")
    seen: dict[str, set[str]] = {}
    for at, host in enumerate(hosts):
        place = listener.at("hosts", at)
        namespace, slash, name = host.partition("/")
        if slash and not namespace.startswith("~"):
            known = seen.setdefault(
                listener.resource.namespace if namespace == "." else namespace, set()
            )
            if name in known or "*" in known or (name == "*" and known):
                yield warn(place, f"{host} repeats what another host of the listener imports")
            known.add(name)
        yield from check_scoped_host(place, host, kind="Sidecar")
    if "*" in seen.get("*", ()) and len(seen) > 1:
        yield warn(listener.at("hosts"), "*/* imports everything, so the other hosts add nothing")
