"""Which proxies are picked, in which order, which are in trouble, and how do rows look?"""

import pytest
from syncz import answer, entry, not_sent, rejected, stale, synced

from meshctl.cluster.istiod import IstiodAnswer
from meshctl.errors import UsageError
from meshctl.inspect.proxies.selection import FailOn, ProxySelection, find_proxy
from meshctl.inspect.proxies.sync import ProxySync, read_answers
from meshctl.output.proxies.form import rows


def proxies(*entries: dict, version: str = "1.31.0") -> list[ProxySync]:
    return read_answers([answer(*entries, version=version)]).proxies


MESH = proxies(
    entry("web-6d7944df59-8zz5j.shop", CDS=synced("2026-03-01T08:00:00Z")),
    entry("web-0.shop", LDS=rejected()),
    entry("web-0.old", "1.9.3", CDS=stale()),
    entry("gw.v2.infra", "1.30.10", kind="router", CDS=synced(), SDS=not_sent()),
)


def names(found: list[ProxySync]) -> list[str]:
    return [one.name for one in found]


def test_a_namespace_and_labels_pick() -> None:
    assert ["web-0.shop", "web-6d7944df59-8zz5j.shop"] == names(ProxySelection(("shop",)).of(MESH))
    assert ["web-0.old"] == names(ProxySelection().of(MESH, {"web-0.old", "gone.shop"}))
    assert [] == names(ProxySelection(("shop",)).of(MESH, {"web-0.old"}))


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("name", "gw.v2.infra"),
        ("status", "web-0.shop"),
        ("age", "web-6d7944df59-8zz5j.shop"),
        ("version", "web-0.old"),
        ("istiod", "gw.v2.infra"),
    ],
)
def test_orders(sort: str, first: str) -> None:
    assert first == names(ProxySelection(sort=sort).of(MESH))[0]


def test_an_order_that_does_not_exist() -> None:
    with pytest.raises(UsageError, match="--sort 'size' is not one of name, status, age"):
        ProxySelection(sort="size")


@pytest.mark.parametrize(
    ("states", "failing"),
    [
        (None, ["web-0.old", "web-0.shop"]),
        (["stale"], ["web-0.old", "web-0.shop"]),
        (["not-sent"], ["gw.v2.infra"]),
        (["skew"], ["gw.v2.infra", "web-0.old"]),
        (["stale", "skew"], ["gw.v2.infra", "web-0.old", "web-0.shop"]),
        (["never"], []),
        (["stale", "never"], []),
    ],
)
def test_what_fails(states: list[str] | None, failing: list[str]) -> None:
    fail_on = FailOn(states)
    assert failing == names([one for one in MESH if fail_on.fails(one)])
    troubled = {one.name for one in MESH if fail_on.is_troubled(one)}
    assert troubled == {"web-0.old", "web-0.shop", *failing}


def test_a_state_that_does_not_exist() -> None:
    with pytest.raises(UsageError, match="--fail-on 'old' is not one of stale, not-sent, skew"):
        FailOn(["old"])


@pytest.mark.parametrize(
    ("name", "namespace", "found"),
    [
        ("web-0.shop", "", "web-0.shop"),
        ("web-0", "shop", "web-0.shop"),
        ("gw.v2.infra", "shop", "gw.v2.infra"),
        ("gw.v2", "shop", "gw.v2.infra"),
        ("gw.v2", "", "gw.v2.infra"),
        ("web-6d7944df59-8zz5j", "default", "web-6d7944df59-8zz5j.shop"),
    ],
)
def test_a_pod_is_found_with_and_without_its_namespace(
    name: str, namespace: str, found: str
) -> None:
    assert found == find_proxy(MESH, name, namespace).name


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("web-0", "several proxies 'web-0': web-0.old, web-0.shop; name one in full"),
        ("web", "no istiod knows a proxy 'web'.*there are: web-0.old, web-0.shop, web-6d79"),
        ("nobody", "no istiod knows a proxy 'nobody'; name it as POD.NAMESPACE$"),
    ],
)
def test_a_pod_that_is_not_found(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        find_proxy(MESH, name, "default")


def test_a_row_has_every_type_of_an_envoy() -> None:
    [row] = rows(proxies(entry("a.x", "1.30.1", CDS=synced(), LDS=rejected("no"))))
    assert {
        "proxy": "a.x",
        "cluster": "Kubernetes",
        "istiod": "istiod-a",
        "version": "1.30.1",
        "types": {
            "CDS": {"status": "SYNCED", "since": "2026-03-01T10:00:01.500000Z"},
            "LDS": {"status": "ERROR", "since": "2026-03-01T10:00:01.500000Z", "reason": "no"},
            "EDS": {"status": "IGNORED", "since": None},
            "RDS": {"status": "IGNORED", "since": None},
        },
        "status": "ERROR",
        "proxy_type": "sidecar",
        "revision": "default",
        "istiod_version": "1.31.0",
        "skew": "minor",
        "also_on": [],
        "error": None,
    } == row


def test_a_ztunnel_has_the_types_of_ambient_alone() -> None:
    [row] = rows(proxies(entry("z.x", kind="ztunnel", WDS=synced(), WADS=synced())))
    assert ["WDS", "WADS"] == list(row["types"])


def test_a_dead_istiod_is_a_row_without_proxy() -> None:
    row, dead = rows(MESH[:1], [IstiodAnswer("istiod-b", "canary", error="refused")])
    assert list(row) == list(dead)
    told = {key: value for key, value in dead.items() if value}
    assert {"istiod": "istiod-b", "revision": "canary", "error": "refused"} == told
