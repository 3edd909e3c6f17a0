"""What is read out of the answers of istiods?"""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syncz import OTHER, SENT, answer, entry, not_sent, rejected, stale, synced

from meshctl.cluster.api import ClusterError
from meshctl.cluster.istiod import IstiodAnswer
from meshctl.inspect.proxies.sync import ProxySync, Skew, Status, read_answers, type_names

SENT_AT = datetime(2026, 3, 1, 10, 0, 1, 500000, tzinfo=UTC)


def only(*answers: IstiodAnswer) -> ProxySync:
    [proxy] = read_answers(answers).proxies
    return proxy


def states(proxy: ProxySync) -> dict[str, str]:
    return {name: state.status.value for name, state in proxy.types.items()}


def test_states_come_from_nonces_and_the_last_error() -> None:
    proxy = only(answer(entry("a.x", LDS=rejected(), CDS=stale(), EDS=synced(), SDS=not_sent())))
    assert {"CDS": "STALE", "LDS": "ERROR", "EDS": "SYNCED", "SDS": "NOT SENT"} == states(proxy)
    assert (SENT_AT, "duplicate listener 0.0.0.0_80") == proxy.types["LDS"][1:]
    assert (SENT_AT, "") == proxy.types["CDS"][1:]
    assert (None, "") == proxy.types["SDS"][1:]
    assert Status.ERROR is proxy.worst


def test_what_was_never_acknowledged_says_so() -> None:
    assert "never acknowledged" == only(answer(entry("a.x", CDS=stale("")))).types["CDS"].reason


def test_types_stand_in_the_usual_order_and_unknown_ones_behind() -> None:
    url = "type.googleapis.com/envoy.config.bootstrap.v3.Bootstrap"
    given = {url: synced(), "NDS": synced(), "RDS": synced(), "CDS": synced()}
    assert ["CDS", "RDS", "NDS", url] == list(only(answer(entry("a.x", **given))).types)


def test_workloads_and_addresses_are_one_type_and_the_worse_counts() -> None:
    workload = "type.googleapis.com/istio.workload.Workload"
    proxy = only(answer(entry("z.x", kind="ztunnel", WDS=synced(), **{workload: stale()})))
    assert {"WDS": "STALE"} == states(proxy)


def test_an_istiod_without_resources_gives_the_time_of_the_push() -> None:
    nonce = "2022-10-01T10:00:00Z/3d85a890b-3a15-452f-8f96-c911790bf065"
    old = {
        "proxy": "a.x", "cluster_id": "Kubernetes", "istio_version": "1.20.8",
        "cluster_sent": nonce, "cluster_acked": nonce, "listener_sent": nonce,
        "route_sent": nonce, "route_acked": OTHER,
    }  # fmt: skip
    proxy = only(answer(old, version="1.20.8"))
    assert {"CDS": "SYNCED", "LDS": "STALE", "RDS": "STALE"} == states(proxy)
    assert datetime(2022, 10, 1, 10, tzinfo=UTC) == proxy.types["CDS"].since
    assert "never acknowledged" == proxy.types["LDS"].reason


def test_an_istiod_without_resources_sent_nothing_yet() -> None:
    proxy = only(answer({"proxy": "a.x", "istio_version": "1.20.8"}))
    assert {"CDS": "NOT SENT", "LDS": "NOT SENT"} == states(proxy)
    assert Status.NOT_SENT is proxy.worst


@pytest.mark.parametrize(
    ("nonce", "since"),
    [
        ("2022-10-01T10:00:00Z/3d85a890b", datetime(2022, 10, 1, 10, tzinfo=UTC)),
        ("2022-10-01T10:00:00+02:00/3d85a890b", datetime(2022, 10, 1, 8, tzinfo=UTC)),
        ("2022-99-01T10:00:00Z/3d85a890b", None),
        ("3d85a890b-3a15-452f-8f96-c911790bf065", None),
    ],
)
def test_a_nonce_may_tell_the_time_of_the_push(nonce: str, since: datetime | None) -> None:
    proxy = only(answer({"proxy": "a.x", "cluster_sent": nonce, "cluster_acked": nonce}))
    assert (Status.SYNCED, since) == proxy.types["CDS"][:2]


def test_a_proxy_that_moved_counts_where_it_is_newest() -> None:
    later = "2026-03-01T11:00:00Z"
    first = answer(entry("a.x", CDS=stale()), istiod="istiod-a")
    second = answer(entry("a.x", CDS=synced(later)), istiod="istiod-b")
    third = answer(entry("a.x", CDS=not_sent()), istiod="istiod-c")
    for answers in ((first, second, third), (third, second, first)):
        proxy = only(*answers)
        assert ("istiod-b", ("istiod-a", "istiod-c")) == (proxy.istiod, proxy.also_on)
        assert Status.SYNCED is proxy.worst


def test_the_same_pod_of_two_clusters_is_two_proxies() -> None:
    remote = {**entry("a.x"), "cluster_id": "remote"}
    assert ["Kubernetes", "remote"] == [
        one.cluster for one in read_answers([answer(entry("a.x"), remote)]).proxies
    ]


def test_a_dead_istiod_leaves_the_others() -> None:
    dead = IstiodAnswer("istiod-b", error="it took too long")
    known = read_answers([answer(entry("a.x")), dead])
    assert (1, [dead]) == (len(known.proxies), known.silent)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'[{"proxy": "a.x", "reso', "what it sends is no JSON, or cut off (23 bytes)"),
        (b"", "what it sends is no JSON, or cut off (0 bytes)"),
        (b"\xff\xfe", "what it sends is no JSON, or cut off (2 bytes)"),
        (b"[" * 100_000, "what it sends is no JSON, or cut off (100000 bytes)"),
        (b'{"error": "x"}', "it answers with something else than a list of proxies"),
    ],
)
def test_an_answer_that_cannot_be_read_is_that_of_a_dead_istiod(body: bytes, reason: str) -> None:
    known = read_answers([answer(entry("a.x")), IstiodAnswer("istiod-b", body=body)])
    assert [("istiod-b", reason)] == [(one.istiod, one.error) for one in known.silent]


def test_without_any_answer_every_reason_is_given() -> None:
    answers = [IstiodAnswer("istiod-a", error="refused"), IstiodAnswer("istiod-b", body=b"[")]
    with pytest.raises(ClusterError) as raised:
        read_answers(answers)
    assert (
        "no istiod says which proxies it has: istiod-a: refused; "
        "istiod-b: what it sends is no JSON, or cut off (1 bytes)"
    ) == str(raised.value)


def test_an_istiod_without_proxies_has_answered() -> None:
    assert ([], []) == read_answers([IstiodAnswer("istiod-a", body=b"null")])


@pytest.mark.parametrize(
    ("proxy", "istiod", "skew"),
    [
        ("1.31.0", "1.31.0", Skew.NONE),
        ("1.31.0", "1.31.2", Skew.PATCH),
        ("1.30.9", "1.31.0", Skew.MINOR),
        ("1.31.0", "2.31.0", Skew.MINOR),
        ("1.31-alpha.a8d7012", "1.31-alpha.a8d7012", Skew.NONE),
        ("", "1.31.0", Skew.UNKNOWN),
        ("1.31.0", "", Skew.UNKNOWN),
        ("master", "1.31.0", Skew.UNKNOWN),
    ],
)
def test_versions_differ_in_patch_or_minor(proxy: str, istiod: str, skew: Skew) -> None:
    assert skew is only(answer(entry("a.x", proxy), version=istiod)).skew


def test_a_pod_may_have_dots_in_its_name() -> None:
    proxy = only(answer(entry("db-0.v1.shop")))
    assert ("db-0.v1", "shop") == (proxy.pod, proxy.namespace)


def test_every_type_that_a_proxy_asks_for_has_a_name() -> None:
    known = read_answers([answer(entry("a.x", RDS=synced()), entry("b.x", CDS=synced()))])
    assert ["CDS", "RDS"] == type_names(known.proxies)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just(SENT),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["proxy", "resources", "sent", "acked", "sentTime", "lastError", "x",
                         "cluster_id", "cluster_sent", "istio_version"]),
        inner, max_size=5,
    ),
    max_leaves=20,
)  # fmt: skip


@given(st.lists(ANYTHING, max_size=4))
def test_answers_of_any_shape_are_read(entries: list) -> None:
    body = json.dumps(entries).encode()
    for proxy in read_answers([IstiodAnswer("istiod-a", body=body, version="1.31.0")]).proxies:
        assert proxy.worst in Status
        assert proxy.skew in Skew


@pytest.mark.parametrize(("age", "expected"), [(2, "SYNCED"), (-2, "SYNCED"), (60, "STALE")])
def test_a_push_that_is_seconds_old_may_still_be_confirmed(age: int, expected: str) -> None:
    sent = (datetime.now(UTC) - timedelta(seconds=age)).isoformat()
    [one] = read_answers([answer(entry("a.x", CDS={**stale(), "sentTime": sent}))]).proxies
    assert expected == one.types["CDS"].status.value
    assert (one.types["CDS"].reason == "") is (expected == "STALE")
