"""Groups failing connections of ``tls-check`` by their cause, with the way to mend each."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from meshctl.engine.locations import locate
from meshctl.engine.registry import load_family
from meshctl.inspect.tls.rows import TlsRow, deciders, is_conflict, reason
from meshctl.mesh.security.tls_connection import (
    ClientKind,
    ClientTls,
    ClientTlsCause,
    Connection,
    ServerMode,
)
from meshctl.resources import Ref
from meshctl.sources.live_object import ObjectDocument

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
_FOREIGN = "destination-rule/foreign-tls-to-mesh-workload"
_PAST_SIDECAR = "workload/mutual-tls-past-sidecar"
_HEADLESS = "peer-authentication/plaintext-port-of-headless-service"
_OUTSIDE = (
    "give the client a sidecar, or make the server's PeerAuthentication PERMISSIVE for as long as "
    "clients outside the mesh call it."
)
_PAST_ITS_OWN = (
    "take the port out of the client's excludeOutboundPorts, or make the server's "
    "PeerAuthentication PERMISSIVE."
)


class TlsFailure(NamedTuple):
    """Connections that fail for the same reason: the first of them, and how many there are."""

    row: TlsRow
    number: int


def failures(rows: Iterable[TlsRow]) -> list[TlsFailure]:
    """Group the conflicts among rows by what decides them, in the order of the rows."""
    found: dict[object, TlsFailure] = {}
    for row in rows:
        if is_conflict(row.data):
            key = tuple(deciders(row.connection)), reason(row.connection)
            first = found.get(key, TlsFailure(row, 0))
            found[key] = first._replace(number=first.number + 1)
    return list(found.values())


def rule_of(connection: Connection) -> str:
    """Name the rule that explains a conflict; empty where the mesh does what both sides say."""
    upstream, server = connection.upstream, connection.server
    if upstream.tls in (ClientTls.SIMPLE, ClientTls.MUTUAL):
        return _FOREIGN
    if connection.rule_place is not None:
        return _BY_MODE.get(connection.mode, "") if connection.mode is not None else ""
    if server is not None and server.bypass is not None:
        return _PAST_SIDECAR
    if upstream.cause is ClientTlsCause.ALL_OR_NOTHING and connection.mode is ServerMode.DISABLE:
        return _HEADLESS
    return _BY_CAUSE.get(upstream.cause, "")


def fix_of(connection: Connection) -> str:
    """Say what to do about a conflict, as the rule does that finds it."""
    name = rule_of(connection)
    if name:
        family = name.partition("/")[0].replace("-", "_")
        return next(rule.fix for rule in load_family(family) if rule.id == name)
    if connection.upstream.cause is ClientTlsCause.PAST_SIDECAR:
        return _PAST_ITS_OWN
    return _OUTSIDE if connection.upstream.client.proxy is ClientKind.NONE else ""


def lines(failure: TlsFailure) -> Iterator[str]:
    """Write a failure for people: who, why, the objects of both sides with their place, the fix."""
    data, connection = failure.row
    more = f" and {failure.number - 1} more like it" if failure.number > 1 else ""
    subset = f" subset {data['subset']}" if data["subset"] else ""
    yield f"{data['client']} -> {data['host']}:{data['port']}{subset}{more}"
    yield f"  {data['reason']}"
    sides = dict(deciders(connection))
    for side in ("client", "server"):
        ref = sides.get(side)
        yield f"  {side}: {_place(ref) if ref is not None else _default(side, connection)}"
    if fix := fix_of(connection):
        rule = rule_of(connection)
        yield f"  fix: {fix}" + (f" [{rule}]" if rule else "")


def _place(ref: Ref) -> str:
    place = locate(ref)
    if isinstance(ref.resource.document, ObjectDocument):
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
