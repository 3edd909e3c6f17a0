"""A snapshot is what the API server holds, whatever happens to the watch on the way."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any

import pytest
from api_server import ApiServer
from faults import EndWatch, Fault, HalfBody, NotJson, Reset, Says, Silence
from hypothesis import given, settings
from hypothesis import strategies as st

from meshctl.cluster.api import Access, Changed, ClusterError, Current, Kind, Listed, Lost
from meshctl.cluster.http import watch
from meshctl.cluster.kubeconfig import connect_to
from meshctl.gate.live import watcher
from meshctl.gate.live.live_snapshot import LiveSnapshot
from meshctl.gate.live.messages import Message, messages_of, plain, read
from meshctl.gate.live.pipe import pipe
from meshctl.gate.live.watcher import watch_cluster

SERVICES = Kind("", "v1", "services", "Service")
ROUTES = "networking.istio.io/v1"
PATIENCE = 60


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_FIRST_PAUSE", 0.01)
    monkeypatch.setattr(watch, "_LONGEST_PAUSE", 0.05)
    monkeypatch.setattr(watcher, "_TRY_AGAIN", 0.05)


@contextmanager
def following(
    server: ApiServer, timeout: float = 5
) -> Iterator[Callable[[Callable[[LiveSnapshot], bool]], LiveSnapshot]]:
    """Follow a server; the function waits until something holds for the snapshot."""
    told: SimpleQueue[Any] = SimpleQueue()
    live, stop = LiveSnapshot(), Event()
    cluster = connect_to(Access(kubeconfig=server.kubeconfig, timeout=timeout))
    thread = Thread(target=watch_cluster, args=(cluster, told.put, stop), daemon=True)
    thread.start()

    def until(holds: Callable[[LiveSnapshot], bool]) -> LiveSnapshot:
        end = time.monotonic() + PATIENCE
        while not holds(live):
            assert time.monotonic() < end, live.reason_to_wait
            try:
                live.apply(read(plain(told.get(timeout=0.05))))
            except Empty:
                continue
        return live

    try:
        yield until
    finally:
        stop.set()
        thread.join()


def is_ready(live: LiveSnapshot) -> bool:
    return not live.reason_to_wait


def names(live: LiveSnapshot) -> list[str]:
    return sorted(one.title for one in live.snapshot)


def titles(server: ApiServer) -> list[str]:
    return sorted(
        f"{one['kind']} {one['metadata'].get('namespace', '')}/{one['metadata']['name']}"
        for of_kind in server.objects.values()
        for one in of_kind.values()
    )


def is_the_same(server: ApiServer) -> Callable[[LiveSnapshot], bool]:
    """Has a snapshot each object of the server as it is now?"""
    return lambda live: (
        agrees(server)(live)
        and {one.title: one.data.get("spec") for one in live.snapshot}
        == {
            f"{one['kind']} {one['metadata']['namespace']}/{one['metadata']['name']}": one.get(
                "spec"
            )
            for of_kind in server.objects.values()
            for one in of_kind.values()
        }
    )


def agrees(server: ApiServer) -> Callable[[LiveSnapshot], bool]:
    return lambda live: is_ready(live) and names(live) == titles(server)


def service(name: str, **labels: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1", "kind": "Service",
        "metadata": {"name": name, "namespace": "shop", "labels": labels},
        "spec": {"ports": [{"name": "http", "port": 80}]},
    }  # fmt: skip


def route(name: str, host: str = "cart") -> dict[str, Any]:
    return {
        "apiVersion": ROUTES, "kind": "VirtualService",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"hosts": [host]},
    }  # fmt: skip


def test_it_is_ready_when_all_lists_are_in(api_server: ApiServer) -> None:
    api_server.add(service("cart"))
    api_server.add(route("cart"))
    with following(api_server) as until:
        assert until(agrees(api_server)).hidden == {}
        api_server.add(route("late"))
        api_server.remove("v1", "Service", "shop", "cart")
        assert ["VirtualService shop/cart", "VirtualService shop/late"] == names(
            until(agrees(api_server))
        )


@pytest.mark.parametrize(
    "fault",
    [EndWatch(), HalfBody(), NotJson(), Reset(), Says(500), Says(429, retry_after="0"), Says(410)],
    ids=lambda one: type(one).__name__,
)
def test_no_breakage_of_a_watch_loses_anything(api_server: ApiServer, fault: Fault) -> None:
    api_server.add(route("first"))
    with following(api_server) as until:
        until(agrees(api_server))
        api_server.fail("/apis/networking.istio.io/v1/virtualservices", fault, times=3)
        for number in range(4):
            api_server.hang_up()
            api_server.add(route(f"route-{number}"))
            if number:
                api_server.remove(ROUTES, "VirtualService", "shop", f"route-{number - 1}")
            until(agrees(api_server))


def test_a_server_that_falls_silent_is_asked_again(
    api_server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_WATCH_SECONDS", 1)
    for name in ("goes", "changes"):
        api_server.add(route(name))
    with following(api_server, timeout=1) as until:
        until(is_the_same(api_server))
        path = "/apis/networking.istio.io/v1/virtualservices"
        api_server.fail(path, Silence(30), times=2, query="watch")
        api_server.hang_up()
        time.sleep(0.5)
        api_server.remove(ROUTES, "VirtualService", "shop", "goes")
        api_server.add(route("changes", "till"))
        api_server.add(route("unheard"))
        until(is_the_same(api_server))


def test_a_server_that_starts_again_is_followed_from_there(api_server: ApiServer) -> None:
    for name in ("goes", "changes", "stays"):
        api_server.add(route(name))
    with following(api_server) as until:
        until(is_the_same(api_server))
        for number in range(3):
            api_server.stop()
            api_server.add(route("goes"))
            api_server.remove(ROUTES, "VirtualService", "shop", "goes")
            api_server.add(route("changes", f"till-{number}"))
            api_server.add(service(f"late-{number}"))
            api_server.start()
            until(is_the_same(api_server))
            api_server.add(route("stays", f"cart-{number}"))
            until(is_the_same(api_server))


def test_what_may_not_be_read_is_unknown_and_nobody_waits_for_it(api_server: ApiServer) -> None:
    api_server.add(route("first"))
    api_server.deny("list", "secrets")
    with following(api_server) as until:
        live = until(is_ready)
        assert [("", "Secret", "")] == list(live.hidden)


def test_of_secrets_there_are_names_alone(api_server: ApiServer) -> None:
    metadata = {"name": "door", "namespace": "shop"}
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata,
        "data": {"key": "aGlkZQ=="},
    }
    api_server.add(secret)
    with following(api_server) as until:
        api_server.add({**secret, "metadata": {**metadata, "name": "late"}})
        live = until(lambda live: is_ready(live) and len(live.snapshot) == 2)
        assert ["apiVersion", "kind", "metadata"] == sorted(
            {key for one in live.snapshot for key in one.data}
        )
    forms = {one.headers["accept"] for one in api_server.seen if "/secrets" in one.path}
    assert all("PartialObjectMetadata" in one for one in forms)


class _Script:
    """A server's state, and the events that tell of it, with all that may happen on the way."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.state: dict[str, str] = {}
        self.version = 0

    def events(self) -> Iterator[Any]:
        yield self._list()
        for _ in range(self.chance.randint(0, 30)):
            choice = self.chance.random()
            if choice < 0.1:
                self._change_unseen()
                yield Lost(SERVICES, ClusterError("gone"))
                yield self._list()
            elif choice < 0.2:
                yield Current(SERVICES)
            elif choice < 0.4 and self.state:
                name = self.chance.choice(sorted(self.state))
                yield Changed(SERVICES, self._object(name, self.state.pop(name)), is_deleted=True)
            else:
                yield Changed(SERVICES, self._new(), is_deleted=False)

    def _change_unseen(self) -> None:
        for name in list(self.state):
            if self.chance.random() < 0.5:
                del self.state[name]
        self._new()

    def _new(self) -> dict[str, Any]:
        name = f"s{self.chance.randint(0, 5)}"
        self.version += 1
        self.state[name] = str(self.version)
        return self._object(name, self.state[name])

    def _list(self) -> Listed:
        return Listed(SERVICES, tuple(self._object(*pair) for pair in self.state.items()))

    def _object(self, name: str, version: str) -> dict[str, Any]:
        made = service(name, version=f"v{version}")
        made["metadata"]["resourceVersion"] = version
        return made


@given(st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_any_sequence_of_events_ends_in_the_state_of_the_server(chance: random.Random) -> None:
    script, live = _Script(chance), LiveSnapshot()
    for event in script.events():
        for message in messages_of(event, "test"):
            live.apply(message)
    expected = {name: f"v{version}" for name, version in script.state.items()}
    assert expected == {one.name: one.labels["version"] for one in live.snapshot}


def test_messages_survive_a_pipe() -> None:
    receiver, sender = pipe()
    sent: list[Message] = list(messages_of(Listed(SERVICES, (service("cart"),)), "test"))
    for message in sent:
        sender.send(plain(message))
    sender.close()
    assert sent == [read(one) for one in receiver]
