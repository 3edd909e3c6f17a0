"""Groups the connections that fail by what decides them, and says how each is mended."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from meshctl.engine.locations import locate
from meshctl.engine.registry import load_family
from meshctl.inspect.shown import is_live
from meshctl.inspect.tls.rows import TlsRow, deciders, reason
from meshctl.mesh.security.tls_connection import (
    ClientKind,
    ClientTls,
    ClientTlsCause,
    Connection,
    ServerMode,
)
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.resources import Ref

_BY_CAUSE = {
    ClientTlsCause.AUTO_MTLS_OFF: "peer-authentication/strict-without-auto-mtls",
    ClientTlsCause.NAMESPACE_DISABLED: "peer-authentication/strict-below-disable",
    ClientTlsCause.PODS_WITHOUT_SIDECAR: "peer-authentication/strict-for-half-headless-service",
}
_BY_MODE = {
    ServerMode.STRICT: "destination-rule/plaintext-to-strict-workload",
    ServerMode.DISABLE: "destination-rule/mutual-tls-to-plaintext-workload",
    ServerMode.NONE: "destination-rule/mutual-tls-to-pod-without-sidecar",
}
_FOREIGN = {
    ClientTlsCause.RULE: "destination-rule/simple-tls-to-sidecar",
    ClientTlsCause.POLICY: "backend-tls-policy/tls-to-sidecar",
    ClientTlsCause.AUTHORITY_MISSING: "backend-tls-policy/authority-not-found",
}
"""What opens TLS that is not the mesh's own, by why the client does."""
_PAST_SIDECAR = "workload/mutual-tls-past-sidecar"
_HEADLESS = "peer-authentication/plaintext-port-of-headless-service"
_OUTSIDE = (
    "give the client a sidecar, or make the server's PeerAuthentication PERMISSIVE for as long as "
    "clients outside the mesh call it."
)
_PAST_ITS_OWN = (
    "take the port out of the client's excludeOutboundPorts, or an empty includeOutboundIPRanges away, "
    "or make the server's PeerAuthentication PERMISSIVE."
)


_AT_GATEWAY = (
    "set mode and sni below trafficPolicy.tls of a DestinationRule for {host} as the gateway's "
    "server demands, or change tls.mode of that server in its Gateway."
)


class TlsFailure(NamedTuple):
    """Connections that fail for the same reason: the first of them, and how many there are.

    ``client`` and ``server`` name what decides each side, with its place; ``fix`` and ``rule``
    are empty where the mesh does what both sides say.
    """

    row: TlsRow
    number: int
    client: str
    server: str
    fix: str
    rule: str


def failures(rows: Iterable[tuple[TlsRow, int]]) -> list[TlsFailure]:
    """Group the conflicts among rows, each with its number of clients, by what decides them."""
    first: dict[object, TlsRow] = {}
    numbers: Counter[object] = Counter()
    for row, number in rows:
        if row.line.is_conflict:
            key = tuple(deciders(row.connection)), reason(row.connection)
            first.setdefault(key, row)
            numbers[key] += number
    return [_failure(row, numbers[key]) for key, row in first.items()]


def _failure(row: TlsRow, number: int) -> TlsFailure:
    connection = row.connection
    sides = dict(deciders(connection))
    client, server = (
        _place(sides[side]) if side in sides else _default(side, connection)
        for side in ("client", "server")
    )
    return TlsFailure(row, number, client, server, fix_of(connection), rule_of(connection))


def rule_of(connection: Connection) -> str:
    """Name the rule that explains a conflict; empty where the mesh does what both sides say."""
    upstream, server = connection.upstream, connection.server
    if server is not None and is_gateway(server.workload):
        return ""
    if upstream.tls in (ClientTls.SIMPLE, ClientTls.MUTUAL):
        return _FOREIGN[upstream.cause]
    if connection.rule_place is not None:
        return _BY_MODE.get(connection.mode, "") if connection.mode is not None else ""
    if server is not None and server.bypass is not None:
        return _PAST_SIDECAR
    if upstream.cause is ClientTlsCause.ALL_OR_NOTHING and connection.mode is ServerMode.DISABLE:
        return _HEADLESS
    return _BY_CAUSE.get(upstream.cause, "")


def fix_of(connection: Connection) -> str:
    """Say what to do about a conflict, as the rule does that finds it."""
    server = connection.server
    if server is not None and is_gateway(server.workload):
        return _AT_GATEWAY.format(host=connection.upstream.host.host)
    name = rule_of(connection)
    if name:
        family = name.partition("/")[0].replace("-", "_")
        return next(rule.fix for rule in load_family(family) if rule.id == name)
    if connection.upstream.cause is ClientTlsCause.PAST_SIDECAR:
        return _PAST_ITS_OWN
    return _OUTSIDE if connection.upstream.client.proxy is ClientKind.NONE else ""


def _place(ref: Ref) -> str:
    place = locate(ref)
    if is_live(ref):
        return f"{ref.resource.title} in the cluster, {place.path}"
    return f"{ref.resource.title}, {place.file}:{place.line}"


def _default(side: str, connection: Connection) -> str:
    """Name what stands for an object where none decides: the workload, or Istio's default."""
    server = connection.server
    if side == "client":
        return f"{connection.upstream.client.name}, no object decides what it sends"
    if server is None:
        return "no object decides what it takes"
    if server.bypass is not None:
        return _place(server.bypass)
    lack = "it has no sidecar" if connection.mode is ServerMode.NONE else "no object decides"
    return f"{server.workload.title}, {lack}"
