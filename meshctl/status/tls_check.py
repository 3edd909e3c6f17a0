"""Which TLS does each client use to each server, do they fit, and which objects decide it?"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from meshctl.engine.locate import identify, locate
from meshctl.errors import UsageError
from meshctl.mesh import Mesh
from meshctl.mesh.connections import Client, Connection, Result
from meshctl.resources import Ref

COLUMNS = (
    "client",
    "host:port",
    "subset",
    "server",
    "client tls",
    "server mode",
    "result",
    "decided by",
)


class TlsCheck:
    """The connections of a mesh as rows for ``tls-check``; one row a client, upstream and server."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._decisions: dict[tuple[str, Ref], dict[str, Any]] = {}

    def rows(self, client: str | None = None) -> Iterator[dict[str, Any]]:
        """Walk the rows of one client (``namespace/workload``), or of every workload by name."""
        for _, clients in groupby(self._clients(client), lambda one: one.namespace):
            known: dict[object, list[dict[str, Any]]] = {}
            for one in clients:
                alike = self._alike(one)
                if alike not in known:
                    known[alike] = list(map(self._row, self._mesh.mtls.connections(one)))
                for row in known[alike]:
                    yield {**row, "client": one.name}

    def _alike(self, client: Client) -> object:
        """What clients of one namespace share whose rows differ in the name alone."""
        differ = self._mesh.traffic_policies.tell_apart(client.namespace)
        return client.proxy, tuple(sorted(client.labels.items())) if differ else ()

    def _clients(self, name: str | None) -> list[Client]:
        workloads = [one for one in self._mesh.workloads if name in (None, one.key_name)]
        if name is not None and not workloads:
            raise UsageError(
                f"the input has no workload {name!r}; name a client as namespace/workload, "
                "such as shop/cart"
            )
        found = {one.key_name: self._mesh.mtls.client(one) for one in workloads}
        return sorted(found.values(), key=lambda one: (one.namespace, one.name))

    def _row(self, connection: Connection) -> dict[str, Any]:
        upstream, server = connection.upstream, connection.server
        return {
            "client": upstream.client.name,
            "host": upstream.host.host,
            "port": upstream.port.number,
            "subset": upstream.subset.name if upstream.subset is not None else None,
            "server": server.workload.key_name if server is not None else None,
            "server_port": server.port if server is not None else None,
            "client_tls": upstream.tls.value,
            "sni": upstream.sni,
            "endpoint_mtls": connection.endpoint_mtls,
            "server_mode": connection.mode.value if connection.mode is not None else None,
            "result": connection.result.value,
            "decided_by": list(self._decided_by(connection)),
            "reason": _reason(connection),
            "order_known": connection.order_known,
        }

    def _decided_by(self, connection: Connection) -> Iterator[dict[str, Any]]:
        demand = connection.server.demand if connection.server is not None else None
        client = connection.upstream.ref or connection.rule_place
        for side, ref in (("client", client), ("server", demand.ref if demand else None)):
            if ref is not None:
                known = self._decisions.get((side, ref))
                if known is None:
                    known = self._decisions[side, ref] = _decision(side, ref)
                yield known


def is_conflict(row: dict[str, Any]) -> bool:
    """Does this row say that client and server can't talk?"""
    return bool(row["result"] == Result.CONFLICT)


def _decision(side: str, ref: Ref) -> dict[str, Any]:
    resource, place = identify(ref.resource), locate(ref)
    return {
        "side": side,
        "resource": {
            "apiVersion": resource.api_version,
            "kind": resource.kind,
            "namespace": resource.namespace,
            "name": resource.name,
        },
        "location": {
            "file": place.file,
            "line": place.line,
            "column": place.column,
            "end_line": place.end_line,
            "end_column": place.end_column,
            "path": place.path,
        },
    }


def _reason(connection: Connection) -> str:
    cause = connection.upstream.cause.value
    text = f"{cause}; {connection.reason}" if connection.reason else cause
    return text if connection.order_known else f"{text} (another order of creation may change it)"


def cells(row: dict[str, Any]) -> tuple[object, ...]:
    """Pick what the table shows of a row."""
    deciders = (
        f"{one['resource']['kind']} {one['resource']['namespace']}/{one['resource']['name']}"
        for one in row["decided_by"]
    )
    return (
        row["client"], f"{row['host']}:{row['port']}", row["subset"], row["server"],
        row["client_tls"], row["server_mode"], row["result"], ", ".join(dict.fromkeys(deciders)),
    )  # fmt: skip
