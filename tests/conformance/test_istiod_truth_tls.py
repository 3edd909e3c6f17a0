"""Does the model of TLS agree with what real istiod sends? Every row of every scenario counts.

The data are recordings of istiod 1.31; each scenario adds objects to one base mesh. Agreement is
printed by field, and every floor only rises.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshctl.mesh import Mesh
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.security.tls_conflicts import ANY_OTHER
from meshctl.mesh.security.tls_connection import Connection
from meshctl.resources import make_resource
from meshctl.sources.documents import Document

SHARED = Path(os.environ.get("MESHCTL_SHARED") or Path(__file__).parents[2] / "../shared")
DATA = SHARED / "data/istiod-truth"
FIELDS = ("client_tls", "sni", "endpoint_mtls", "server_port", "server_mode", "result")
FLOOR = 1.0

needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the recordings of istiod are not in {DATA}: nothing was compared"
)


def resource(data: dict[str, Any]) -> Any:
    return make_resource(Document("data", 1, "", data), data, (), "default")


def is_compared(mesh: Mesh, connection: Connection) -> bool:
    """The recordings leave out the control plane's own Services."""
    source = connection.upstream.host.source
    return source.kind != "Service" or not (
        source.namespace == mesh.config.root_namespace or source.name == "kubernetes"
    )


def to_row(connection: Connection) -> dict[str, Any]:
    upstream, server = connection.upstream, connection.server
    return {
        "client": upstream.client.name,
        "host": upstream.host.host,
        "port": upstream.port.number,
        "subset": upstream.subset.name if upstream.subset else None,
        "client_tls": upstream.tls.value,
        "sni": upstream.sni,
        "endpoint_mtls": connection.endpoint_mtls,
        "server_pod": server.workload.key_name if server else None,
        "server_port": server.port if server else None,
        "server_mode": connection.mode.value if connection.mode else None,
        "result": connection.result.value,
    }


Key = tuple[Any, ...]


def by_key(rows: Iterator[dict[str, Any]]) -> dict[Key, dict[str, Any]]:
    keys = ("client", "host", "port", "subset", "server_pod")
    return {tuple(row[key] for key in keys): row for row in rows}


def rows_of(mesh: Mesh, clients: set[str]) -> Iterator[dict[str, Any]]:
    for workload in mesh.workloads:
        if workload.key_name in clients:
            for connection in mesh.security.mtls.connections(mesh.security.mtls.client(workload)):
                if is_compared(mesh, connection):
                    yield to_row(connection)


def scenarios() -> Iterator[tuple[str, Mesh, list[dict[str, Any]]]]:
    base = [
        resource(data)
        for data in yaml.load_all((DATA / "tls-base.yaml").read_text(), yaml.CSafeLoader)
    ]
    for line in (DATA / "tls-s1.jsonl").read_text().splitlines():
        scenario = json.loads(line)
        added = [resource(data) for data in scenario["manifests"]]
        config = MeshConfig(auto_mtls=scenario.get("enableAutoMtls", True))
        yield scenario["id"], Mesh([*base, *added], config), scenario["truth"]


@needs_data
def test_every_row_agrees_with_istiod(capsys: pytest.CaptureFixture[str]) -> None:
    total: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    differences: list[str] = []
    for name, mesh, truth in scenarios():
        expected = by_key(iter(truth))
        actual = by_key(rows_of(mesh, {row["client"] for row in truth}))
        total["rows"] += len(expected.keys() | actual.keys())
        agreed["rows"] += len(expected.keys() & actual.keys())
        differences += [f"{name} {key}" for key in expected.keys() ^ actual.keys()]
        for key in expected.keys() & actual.keys():
            for field in FIELDS:
                want, got = expected[key].get(field), actual[key].get(field)
                total[field] += 1
                agreed[field] += want == got
                if want != got:
                    differences.append(f"{name} {key} {field}: istiod {want}, model {got}")
    with capsys.disabled():
        for field, count in total.items():
            print(f"\n{field}: {agreed[field]} of {count}", end="")  # noqa: T201 - the figures
    shares = {field: agreed[field] / count for field, count in total.items()}
    assert {} == {field: share for field, share in shares.items() if share < FLOOR}, "\n".join(
        differences[:20]
    )


Place = tuple[str, str, int, str]


def conflicts_of(truth: list[dict[str, Any]]) -> set[Place]:
    """What fails for clients with a proxy, on the way to a host as a whole."""
    return {
        (row["client"].partition("/")[0], row["host"], row["port"], row["server_pod"])
        for row in truth
        if row["result"] == "conflict" and row["client"] != "legacy/sleep" and not row["subset"]
    }


def reported(mesh: Mesh, clients: set[str] | None = None) -> set[Place]:
    """What the model files; a namespace may be asked through another client than was recorded."""
    found = set()
    for conflict in (
        conflict
        for resource in mesh.resources
        for conflict in mesh.security.tls_conflicts.of(resource)
    ):
        for first in conflict.connections:
            name = first.upstream.client.name
            asked = clients is None or "/" not in name or name in clients
            for connection in alike(mesh, first) if asked else ():
                upstream, server = connection.upstream, connection.server
                if server and upstream.subset is None and is_compared(mesh, connection):
                    place = (upstream.host.host, upstream.port.number, server.workload.key_name)
                    found.add((upstream.client.namespace, *place))
    return found


def alike(mesh: Mesh, first: Connection) -> Iterator[Connection]:
    """Walk the connections that one stands for: to the pods that take the same for the same reason."""
    upstream, server = first.upstream, first.server
    for connection in mesh.security.mtls.connections_to(upstream.client, upstream.host):
        other = connection.server
        same_way = connection.upstream.port, connection.upstream.subset
        if server is None or other is None or same_way != (upstream.port, upstream.subset):
            continue
        if (other.port, other.mode, other.demand) == (server.port, server.mode, server.demand):
            yield connection


@needs_data
def test_every_conflict_is_filed_under_an_object_and_nothing_else_is() -> None:
    for name, mesh, truth in scenarios():
        clients = {row["client"] for row in truth}
        namespaces = {client.partition("/")[0] for client in clients}
        expected, actual = conflicts_of(truth), reported(mesh)
        by_anyone = {place for place in expected if (ANY_OTHER, *place[1:]) in actual}
        assert (name, set()) == (name, expected - actual - by_anyone)
        named = {place for place in reported(mesh, clients) if place[0] in namespaces}
        assert (name, set()) == (name, named - expected)
