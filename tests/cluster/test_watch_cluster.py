"""Is everything told that happens to some kinds, and nothing concluded from half of it?"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from api_server import ApiServer
from faults import Answer, EndWatch, Fault, Says, Wire

from meshctl.cluster.api import (
    Access,
    Changed,
    Cluster,
    Current,
    ForbiddenError,
    Kind,
    Listed,
    Lost,
    NotFoundError,
    WatchEvent,
)
from meshctl.cluster.http import watch
from meshctl.cluster.kubeconfig import connect_to

PODS = Kind("", "v1", "pods", "Pod")
SERVICES = Kind("", "v1", "services", "Service")
ROUTES = Kind("networking.istio.io", "v1", "virtualservices", "VirtualService")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"


@pytest.fixture
def cluster(api_server: ApiServer, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    monkeypatch.setattr(watch, "_FIRST_PAUSE", 0.01)
    return connect_to(Access(kubeconfig=api_server.kubeconfig, timeout=5))


def add(server: ApiServer, name: str, kind: str = "Pod", **labels: str) -> None:
    metadata = {"name": name, "namespace": "shop", "labels": labels}
    server.add({"apiVersion": "v1", "kind": kind, "metadata": metadata})


def told(event: WatchEvent) -> Any:
    """An event in short."""
    match event:
        case Listed(_, objects):
            return sorted(one["metadata"]["name"] for one in objects)
        case Changed(_, one, is_deleted):
            return ("-" if is_deleted else "+") + one["metadata"]["name"]
        case Lost(_, error):
            return error
        case Current():
            return "current"


def next_told(events: Iterator[WatchEvent], *but: str) -> Any:
    return next(one for one in map(told, events) if one not in but)


class Raw(Fault):
    """Some bytes of the test after the head of a stream, and its end."""

    def __init__(self, *events: Any, rest: bytes = b"") -> None:
        lines = [json.dumps(event).encode() + b"\n" for event in events]
        self.data = HEAD + b"".join(lines) + rest

    def apply(self, wire: Wire, _answer: Answer) -> None:
        wire.raw(self.data)
        wire.drop()


def test_there_is_a_list_and_then_every_change(api_server: ApiServer, cluster: Cluster) -> None:
    add(api_server, "one")
    with cluster.watch([PODS]) as events:
        walk = iter(events)
        assert [["one"], "current"] == [told(next(walk)), told(next(walk))]
        add(api_server, "two")
        add(api_server, "one", app="web")
        api_server.remove("v1", "Pod", "shop", "two")
        changes = [next(walk) for _ in range(3)]
    assert ["+two", "+one", "-two"] == [told(event) for event in changes]
    assert {"apiVersion": "v1", "kind": "Pod"}.items() <= changes[0].object.items()
    query = next(item.query for item in api_server.seen if "watch" in item.query)
    assert ("true", "true") == (query["watch"], query["allowWatchBookmarks"])


def test_several_kinds_are_watched_at_once(api_server: ApiServer, cluster: Cluster) -> None:
    add(api_server, "one")
    add(api_server, "cart", "Service")
    with cluster.watch([PODS, SERVICES]) as events:
        walk = iter(events)
        first = {(event.kind.kind, str(told(event))) for event in (next(walk) for _ in range(4))}
        assert {
            ("Pod", "['one']"), ("Service", "['cart']"), ("Pod", "current"), ("Service", "current"),
        } == first  # fmt: skip
        add(api_server, "till", "Service")
        assert (SERVICES, "+till") == ((event := next(walk)).kind, told(event))


def test_what_was_missed_is_listed_again(api_server: ApiServer, cluster: Cluster) -> None:
    api_server.fail("/api/v1/pods", EndWatch(), query="watch")
    add(api_server, "one")
    with cluster.watch([PODS]) as events:
        walk = iter(events)
        assert ["one"] == next_told(walk, "current")
        add(api_server, "two")
        assert ["one", "two"] == next_told(walk, "current", "+two", "+one")


@pytest.mark.parametrize("status", [410, 401])
def test_a_refused_place_is_listed_again(
    api_server: ApiServer, cluster: Cluster, status: int
) -> None:
    api_server.fail("/api/v1/pods", Says(status), query="watch")
    with cluster.watch([PODS]) as events:
        walk = iter(events)
        assert [[], [], "current"] == [told(next(walk)) for _ in range(3)]


def event_of(kind: str, name: str, version: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "shop", "resourceVersion": version}
    return {"type": kind, "object": {"metadata": metadata}}


def test_a_watch_that_ends_goes_on_where_it_was(api_server: ApiServer, cluster: Cluster) -> None:
    two = event_of("ADDED", "two", "2001"), event_of("BOOKMARK", "", "2002")
    half = json.dumps(event_of("DELETED", "one", "2003")).encode()[:-9]
    add(api_server, "one")
    api_server.fail("/api/v1/pods", Raw(*two, rest=half), query="watch")
    with cluster.watch([PODS]) as events:
        walk = iter(events)
        seen = [told(next(walk)) for _ in range(5)]
        assert [["one"], "current", "+two", "current", "current"] == seen
    versions = [item.query["resourceVersion"] for item in api_server.seen if "watch" in item.query]
    assert ["1001", "2002"] == versions


ODD = [None, 3, "x", [], {}]
RIGHT = event_of("ADDED", "a", "1")
WRONG = [
    *ODD,
    *({**RIGHT, "type": odd} for odd in ODD),
    *({**RIGHT, "object": odd} for odd in ODD),
    *({**RIGHT, "object": {"metadata": odd}} for odd in ODD),
    *({**RIGHT, "object": {"metadata": {"resourceVersion": odd}}} for odd in ODD if odd != "x"),
]


@pytest.mark.parametrize("event", WRONG, ids=repr)
def test_what_is_no_event_is_said(api_server: ApiServer, cluster: Cluster, event: Any) -> None:
    api_server.fail("/api/v1/pods", Raw(event), query="watch")
    with cluster.watch([PODS]) as events:
        lost = next_told(iter(events), "current", [])
    assert "in the watch of /api/v1/pods, which is no event; is that the address" in str(lost)


@pytest.mark.parametrize("rest", [b"<html>\n", b"[" * 100_000 + b"\n", b"\xff\xfe\n"])
def test_what_is_no_json_is_said(api_server: ApiServer, cluster: Cluster, rest: bytes) -> None:
    api_server.fail("/api/v1/pods", Raw(rest=rest), query="watch")
    with cluster.watch([PODS]) as events:
        assert "which is no event" in str(next_told(iter(events), "current", []))


def test_a_line_without_an_end_is_said(
    api_server: ApiServer, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_LONGEST_LINE", 1000)
    api_server.fail("/api/v1/pods", Raw(rest=b"x" * 2000), query="watch")
    with cluster.watch([PODS]) as events:
        assert "with one event of more than 1,000 bytes" in str(
            next_told(iter(events), "current", [])
        )


def test_what_may_not_be_read_is_told_and_tried_again(
    api_server: ApiServer, cluster: Cluster
) -> None:
    add(api_server, "one")
    api_server.deny("list", "pods")
    with cluster.watch([PODS, ROUTES]) as events:
        walk = iter(events)
        assert isinstance(next_told(walk, "current", []), ForbiddenError)
        api_server._denials.clear()
        assert ["one"] == next(
            one
            for one in map(told, walk)
            if not isinstance(one, Exception) and one not in ("current", [])
        )


def test_a_kind_that_is_not_installed_is_told() -> None:
    with ApiServer(without=["networking.istio.io"]) as server:
        cluster = connect_to(Access(kubeconfig=server.kubeconfig))
        with cluster.watch([ROUTES]) as events:
            assert isinstance(next_told(iter(events)), NotFoundError)


def test_a_server_that_ends_every_watch_is_asked_ever_more_seldom() -> None:
    for failures, most in ((0, 0), (1, 1), (2, 4), (3, 8), (9, 30), (90, 30)):
        least = most / 2 if failures > 1 else 0
        assert all(least <= watch._pause(failures) <= most for _ in range(50))


def test_closing_ends_the_iterator(api_server: ApiServer, cluster: Cluster) -> None:
    with cluster.watch([PODS]) as events:
        walk = iter(events)
        assert [[], "current"] == [told(next(walk)), told(next(walk))]
        events.close()
        assert [] == list(walk)
