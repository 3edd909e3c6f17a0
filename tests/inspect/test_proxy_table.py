"""How do people read the state of proxies?"""

from datetime import UTC, datetime

import pytest
from syncz import answer, entry, not_sent, rejected, stale, synced

from meshctl.inspect.proxies.sync import ProxySync, read_answers
from meshctl.output.proxies.table import reasons, summary, table, wide_table, workload

NOW = datetime(2026, 3, 1, 10, 0, 34, 500000, tzinfo=UTC)


def proxies(*entries: dict, version: str = "1.31.0") -> list[ProxySync]:
    return read_answers([answer(*entries, version=version)]).proxies


MESH = proxies(
    entry("details-v1-65bd58d55f-2s7vt.default", CDS=synced(), LDS=synced()),
    entry("gateway-7d8869cb76-qrxgk.infra", kind="router", CDS=synced(), SDS=not_sent()),
    entry("reviews-v1-54465994f9-kdfm8.default", "1.30.2", CDS=synced()),
    entry("reviews-v2-577579b4c5-hn45n.default", CDS=stale(), LDS=stale("")),
    entry("reviews-v3-6d7944df59-8zz5j.default", CDS=stale(), LDS=rejected()),
    entry("young.default", CDS=not_sent(), LDS=not_sent()),
)


def test_the_table_says_the_worst_of_each() -> None:
    columns, rows = table(MESH, NOW)
    assert ("name", "cluster", "istiod", "version", "subscribed types", "status") == columns
    assert [
        ("2 (CDS,LDS)", "SYNCED"),
        ("2 (CDS,SDS)", "SYNCED, NOT SENT SDS"),
        ("1 (CDS)", "SYNCED, istiod is 1.31.0"),
        ("2 (CDS,LDS)", "STALE CDS,LDS (33s)"),
        ("2 (CDS,LDS)", "ERROR LDS (33s), STALE CDS (33s)"),
        ("2 (CDS,LDS)", "NOT SENT"),
    ] == [row[-2:] for row in rows]


def test_the_wide_table_has_a_column_for_each_type() -> None:
    columns, rows = wide_table(MESH, NOW)
    assert (
        "name", "cluster", "type", "CDS", "LDS", "SDS", "istiod", "revision", "version", "skew",
    ) == columns  # fmt: skip
    assert (
        "gateway-7d8869cb76-qrxgk.infra", "Kubernetes", "router", "SYNCED (33s)", "IGNORED",
        "NOT SENT", "istiod-a", "default", "1.31.0", "none",
    ) == rows[1]  # fmt: skip
    assert "minor: istiod is 1.31.0" == rows[2][-1]


def test_a_proxy_that_asks_for_nothing() -> None:
    [nothing] = proxies({"proxy": "a.x", "resources": {}})
    assert [("a.x", "", "istiod-a", "", "0", "NOT SENT")] == table([nothing], NOW)[1]


def test_reasons_are_given_in_full() -> None:
    long = "Error adding listener:\n  " + "x" * 500
    moved = [
        answer(entry("a.x", LDS=rejected(long))),
        answer(entry("a.x", LDS=not_sent()), istiod="istiod-b"),
    ]
    assert [
        f"a.x refuses LDS: {long}",
        "a.x was connected to istiod-b too",
    ] == list(reasons(read_answers(moved).proxies))


def test_the_summary_names_who_is_out_of_sync() -> None:
    assert (
        "6 proxies: 3 synced, 1 stale (reviews-v2), "
        "1 rejected LDS (reviews-v3: duplicate listener 0.0.0.0_80), "
        "1 not sent anything (young), "
        "1 of another version than istiod (reviews-v1: 1.30.2 under 1.31.0)"
    ) == summary(MESH)


def test_the_summary_groups_and_shortens() -> None:
    many = [entry(f"shop-{n}.x", LDS=rejected("no\nroom " * 40)) for n in range(5)]
    others = [entry(f"other-{n}.x", CDS=rejected(f"reason {n}")) for n in range(4)]
    reason = "no room " * 9 + "no ro..."
    assert (
        f"9 proxies: 0 synced, 5 rejected LDS (shop-0, shop-1, shop-2 and 2 more: {reason}), "
        "1 rejected CDS (other-0: reason 0), 1 rejected CDS (other-1: reason 1), "
        "2 rejected for other reasons"
    ) == summary(proxies(*many, *others))


@pytest.mark.parametrize(("count", "text"), [(0, "0 proxies: 0 synced"), (1, "1 proxy: 1 synced")])
def test_the_summary_of_few(count: int, text: str) -> None:
    assert text == summary(proxies(*[entry(f"p{n}.x") for n in range(count)]))


@pytest.mark.parametrize(
    ("pod", "name"),
    [
        ("reviews-v2-577579b4c5-hn45n", "reviews-v2"),
        ("reviews-v2-577579b4c-hn45n", "reviews-v2"),
        ("agent-x7k2p", "agent"),
        ("db-0", "db-0"),
        ("young", "young"),
        ("a.b-65bd58d55f-2s7vt", "a.b"),
    ],
)
def test_the_workload_of_a_pod(pod: str, name: str) -> None:
    [proxy] = proxies(entry(f"{pod}.x"))
    assert name == workload(proxy)
