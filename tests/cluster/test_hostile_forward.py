"""Does a hostile way to a pod, or a hostile istiod behind it, end in one sentence?"""

import gzip
import itertools
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from api_server import ApiServer
from faults import Answer, Fault
from hostile_server import HostileServer, for_ever, head, whole
from istiod import MONITORING, Istiod
from web_socket_server import WebSocketServer

from meshctl.cluster.api import Access, Cluster, ClusterError, PodPort
from meshctl.cluster.http import body
from meshctl.cluster.http.exchange import exchange, fetch, get
from meshctl.cluster.kubeconfig import connect_to

PATH = "/api/v1/namespaces/istio-system/pods/istiod-1/portforward"
PLACE = PodPort("istio-system", "istiod-1", MONITORING)
GREETING = b"\x82\x03\0\xa6\x3a" + b"\x82\x03\1\xa6\x3a"
ANSWER = whole(b'{"a": "' + b"b" * 300 + b'"}')
BINARY, TEXT, CLOSE, PING, LAST = 2, 1, 8, 9, 0x80


@pytest.fixture
def cluster(api_server: ApiServer) -> Cluster:
    Istiod(api_server)
    return connect_to(Access(kubeconfig=api_server.kubeconfig, timeout=2))


@pytest.fixture(autouse=True)
def _small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "LONGEST_ANSWER", 3 * 1024 * 1024)


def frame(content: bytes, opcode: int = BINARY | LAST) -> bytes:
    size = len(content)
    if size < 126:
        return bytes([opcode, size]) + content
    width = 2 if size < 65536 else 8
    return bytes([opcode, 126 if width == 2 else 127]) + size.to_bytes(width, "big") + content


class Upgraded(Fault):
    """The upgrade succeeds, and these bytes come."""

    def __init__(self, *pieces: bytes, ends: bool = True, endless: bytes = b"") -> None:
        self.pieces, self.ends, self.endless = pieces, ends, endless

    def apply(self, wire: Any, _answer: Answer) -> None:
        wire._upgrade(wire.headers["sec-websocket-key"])
        WebSocketServer(wire.connection).receive()  # the request
        for piece in self.pieces:
            wire.raw(piece)
        while self.endless:
            wire.raw(self.endless)
        if self.ends:
            wire.drop()
        else:
            time.sleep(4)


def told(api_server: ApiServer, cluster: Cluster, fault: Fault, seconds: float = 2) -> bytes:
    api_server.fail(PATH, fault)
    with cluster.forward(*PLACE) as connection:
        return exchange(connection, get("/debug/syncz"), seconds).body


def refusal(api_server: ApiServer, cluster: Cluster, fault: Fault, seconds: float = 2) -> str:
    with pytest.raises(ClusterError) as caught:
        told(api_server, cluster, fault, seconds)
    assert len(str(caught.value)) < 3000
    return str(caught.value)


def data(content: bytes) -> bytes:
    return frame(b"\0" + content)


# What is odd, and right


@pytest.mark.parametrize("size", [1, 7, 125, 126, 300])
def test_an_answer_may_come_in_any_pieces(
    api_server: ApiServer, cluster: Cluster, size: int
) -> None:
    pieces = [ANSWER[at : at + size] for at in range(0, len(ANSWER), size)]
    stream = GREETING + b"".join(map(data, pieces))
    every_byte = [bytes([byte]) for byte in stream] if size == 300 else [stream]
    assert ANSWER.partition(b"\r\n\r\n")[2] == told(
        api_server, cluster, Upgraded(*every_byte, frame(b"", CLOSE | LAST))
    )


def test_a_message_may_come_in_parts_with_pings_between(
    api_server: ApiServer, cluster: Cluster
) -> None:
    parts = (
        frame(b"\0" + ANSWER[:50], BINARY)
        + frame(b"are you there", PING | LAST)
        + frame(ANSWER[50:60], 0)
        + frame(b"", 0)
        + frame(ANSWER[60:], LAST)
    )
    noise = frame(b"text is nothing to us", TEXT | LAST) + frame(b"") + frame(b"\7\7\7")
    stream = Upgraded(GREETING, noise, parts, frame(b"", CLOSE | LAST))
    assert ANSWER.partition(b"\r\n\r\n")[2] == told(api_server, cluster, stream)


# What is wrong


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Upgraded(GREETING, b"\xff" * 50), "the connection was lost ("),
        (Upgraded(GREETING, frame(b"x" * 126, PING | LAST)), "the connection was lost ("),
        (Upgraded(GREETING, frame(b"", PING)), "the connection was lost ("),
        (Upgraded(GREETING, frame(b"x", LAST)), "the connection was lost ("),
        (Upgraded(GREETING, frame(b"\xff", TEXT | LAST)), "the connection was lost ("),
        (Upgraded(GREETING, bytes([BINARY | LAST, 127]) + b"\xff" * 8), "the connection was lost ("),
        (Upgraded(GREETING, bytes([BINARY | LAST, 0x85]) + b"maskhello"), "the connection was lost ("),
        (Upgraded(GREETING, frame(b"\1" + b"no\n" * 40_000)), "cannot be reached: no\nno"),
        (Upgraded(GREETING, frame(b"\1half", BINARY)), "cannot be reached: half"),
        (Upgraded(GREETING, data(ANSWER[:60]), frame(b"", CLOSE | LAST)), "broke off"),
        (Upgraded(GREETING, frame(b"", CLOSE | LAST)), "broke off"),
        (Upgraded(GREETING, ends=False), "no whole answer"),
        (Upgraded(GREETING, data(ANSWER[:60]), ends=False), "no whole answer"),
        (Upgraded(GREETING, endless=frame(b"ping", PING | LAST)), "no whole answer"),
        (Upgraded(GREETING, endless=frame(b"\7" + b"x" * 9000)), "no whole answer"),
        (Upgraded(GREETING, endless=data(b"HTTP/1.1 100 Continue\r\n\r\n")), "no whole answer"),
        (Upgraded(GREETING, data(head()), endless=data(b" " * 9000)), "more than 3,145,728 bytes"),
        (Upgraded(GREETING, endless=frame(b"\1" + b"x" * 9000, BINARY)), "cannot be reached: xxx"),
    ],
)  # fmt: skip
def test_a_hostile_stream_is_one_sentence(
    api_server: ApiServer, cluster: Cluster, fault: Fault, said: str
) -> None:
    assert said in refusal(api_server, cluster, fault, 0.7)


# The server behind it, and servers without an API server


BEHIND = {
    "endless": (lambda: itertools.chain([head()], for_ever(b" " * 9000)), "more than 3,145,728 bytes"),
    "packed": (lambda: [whole(gzip.compress(b"{}"), "Content-Encoding: deflate")], "nobody asked for"),
    "half": (lambda: [whole(b"x" * 100)[:-9]], "broke off"),
    "silent": (lambda: for_ever(b"", 0.05), "no whole answer to /debug/syncz within 0.7 s"),
    "no HTTP": (lambda: [b"hello\r\n\r\n"], "broke off"),
    "headers": (lambda: itertools.chain([b"HTTP/1.1 200 OK\r\n"], for_ever(b"a: b\r\n" * 99)), "broke off"),
    "nothing": (list, "broke off"),
}  # fmt: skip


@pytest.mark.parametrize("name", BEHIND)
def test_a_hostile_istiod_is_one_sentence(
    api_server: ApiServer, cluster: Cluster, name: str
) -> None:
    answer, said = BEHIND[name]
    is_over = threading.Event()

    def serve(connection: socket.socket) -> None:
        connection.recv(65536)
        for piece in answer():
            if is_over.is_set():
                return
            connection.sendall(piece)

    api_server.serve_raw_port(*PLACE, serve)
    with pytest.raises(ClusterError) as caught, cluster.forward(*PLACE) as connection:
        exchange(connection, get("/debug/syncz"), 0.7)
    is_over.set()
    assert said in str(caught.value)


@pytest.mark.parametrize("name", BEHIND)
def test_a_hostile_server_at_an_address_is_one_sentence(name: str) -> None:
    answer, said = BEHIND[name]

    def reply(_path: str) -> Iterator[bytes]:
        return iter(answer())

    with HostileServer(reply) as server:
        url = urlsplit(f"http://127.0.0.1:{server.port}")
        with pytest.raises(ClusterError) as caught:
            fetch(url, get("/debug/syncz"), 0.7)
    assert said in str(caught.value)


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from meshctl.cluster import extra

    monkeypatch.setattr(extra, "_PACKAGES", ("json", "no_such_client"))
    expected = r"^asking a live mesh needs packages that are not installed \(no_such_client\); inst"
    with pytest.raises(ClusterError, match=expected):
        connect_to(Access(kubeconfig=str(tmp_path)))
    with pytest.raises(ClusterError, match=expected):
        fetch(urlsplit("http://127.0.0.1:9"), get("/"), 1)
