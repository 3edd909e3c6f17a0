"""Only what can hardly mean anything else is read as an address."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshctl.mesh.workloads.container_args import (
    addresses,
    loopback_ports,
    stops_sidecar,
    urls,
    uses_network,
)
from meshctl.resources import Container, Resource
from meshctl.sources.documents import Document

RESOURCE = Resource(Document("", 1, "", {}), {})


def container(**data: Any) -> Container:
    return Container(RESOURCE, (), data)


@pytest.mark.parametrize(
    "args",
    [
        ["--bind=127.0.0.1:80"],
        ["--bind", "localhost:80"],
        ["-b", "127.0.0.1:80"],
        ["--web.listen-address=[::1]:80"],
        ["--listen", "http://127.0.0.1:80/"],
    ],
)
def test_server_on_loopback(args) -> None:
    assert [80] == [port for port, _ in loopback_ports(container(args=args))]


@pytest.mark.parametrize(
    "args",
    [
        ["--bind=0.0.0.0:80"],
        ["--upstream=127.0.0.1:80"],
        ["--database", "localhost:80"],
        ["127.0.0.1:80"],
        ["--bind=127.0.0.1"],
    ],
)
def test_nothing_on_loopback(args) -> None:
    assert [] == list(loopback_ports(container(args=args)))


def test_host_and_port_in_the_environment() -> None:
    env = [{"name": "HOST", "value": "localhost"}, {"name": "PORT", "value": "3000"}]
    assert [3000] == [port for port, _ in loopback_ports(container(env=env))]
    assert [] == list(loopback_ports(container(env=env[:1])))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://stock.depot/items", [("stock.depot", 80)]),
        ("a=postgres://me:secret@db:5432/x,b=https://API.test", [("db", 5432), ("api.test", 443)]),
        ("redis://cache.shop.svc.", [("cache.shop.svc", None)]),
        ("jdbc:mysql://db:3306/x?a=b", [("db", 3306)]),
        ("no url: db:5432", []),
    ],
)
def test_urls(text, expected) -> None:
    assert expected == [(url.host, url.port) for url in urls(text, RESOURCE.at())]


def test_commands() -> None:
    assert uses_network(container(command=["sh", "-c", "curl http://db"])) is not None
    assert uses_network(container(command=["curlew", "--sync"])) is None
    assert stops_sidecar(container(args=["run && pkill -f envoy"]))
    assert not stops_sidecar(container(args=["run"], image="registry.test/kill"))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=8,
    )
)
def test_no_shape_is_too_strange(value) -> None:
    each_container = container(args=value, command=value, env=value, image=value)
    list(loopback_ports(each_container))
    uses_network(each_container)
    stops_sidecar(each_container)


@given(st.text())
def test_no_text_is_too_strange(text) -> None:
    assert all(url.host for url in urls(text, RESOURCE.at()))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("appendonly yes\nreplicaof redis-0.redis 6379\n", [("redis-0.redis", 6379)]),
        ("sentinel monitor main redis-0.redis.shop 6379 2", [("redis-0.redis.shop", 6379)]),
        ("# replicaof db 6379", []),
        ("host=db port=5432 user=shop", [("db", 5432)]),
        ("user=shop host=db.bank dbname=shop", [("db.bank", None)]),
        ("Server=db;Port=3306;Database=shop", [("db", 3306)]),
        ("--host=db --port=5432", []),
        ("host=db", []),
        ("host=10.0.0.1 port=5432", []),
    ],
)
def test_peers_of_redis_and_hosts_of_databases(text, found) -> None:
    place = container().at("env")
    assert [(one.host, one.port) for one in addresses(text, place)] == found
