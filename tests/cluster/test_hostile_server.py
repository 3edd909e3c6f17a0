"""Does every wrong, endless or broken answer end in one sentence, soon and in little memory?"""

import gzip
import itertools
import json
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from hostile_server import HostileServer, for_ever, head, whole
from pki import Authority

from meshctl.cluster.api import Access, ClusterError, Kind
from meshctl.cluster.http import client, lists
from meshctl.cluster.kubeconfig import connect_to
from meshctl.cluster.snapshot import read_snapshot
from tests.apart import APART

PODS = Kind("", "v1", "pods", "Pod")
VERSION = whole(b'{"gitVersion": "v1.34.0"}')
MIB = 1024 * 1024


def zeros(size: int) -> bytes:
    """A gzip that stands for so many bytes, made in little memory."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    piece = bytes(MIB)
    packed = b"".join(packer.compress(piece) for _ in range(size // MIB))
    return packed + packer.flush()


def page(*items: Any, token: Any = "", **more: Any) -> bytes:
    metadata = {"resourceVersion": "1", "continue": token}
    return whole(json.dumps({"metadata": metadata, "items": list(items), **more}).encode())


GZIP = "Content-Encoding: gzip"
CHUNKED = "Transfer-Encoding: chunked"
JSON_OF_MUCH = b"[" + b"[]," * 4_000_000 + b"[]]"

HOSTILE: dict[str, tuple[Any, str]] = {
    "endless body": (lambda: (head("Connection: close"), for_ever(b" " * 65536)), "more than 3,145,728 bytes"),
    "endless chunks": (lambda: (head(CHUNKED), for_ever(b"10000\r\n" + b" " * 65536 + b"\r\n")), "more than 3,145,728 bytes"),
    "endless one-byte chunks": (lambda: (head(CHUNKED), for_ever(b"1\r\n \r\n", 0.001)), "gave no whole answer"),
    "gzip bomb": (lambda: (whole(zeros(64 * MIB), GZIP),), "more than 3,145,728 bytes"),
    "gzip of gzip": (lambda: (whole(gzip.compress(gzip.compress(b"{}")), "Content-Encoding: gzip, gzip"),), "which nobody asked for"),
    "unasked packing": (lambda: (whole(b"x", "Content-Encoding: br"),), "which nobody asked for"),
    "cut gzip": (lambda: (whole(gzip.compress(b'{"items": []}')[:-4], GZIP),), "packed, and cut off"),
    "gzip and more": (lambda: (whole(gzip.compress(b'{"items": []}') + b"{}", GZIP),), "more behind its end"),
    "deep nesting": (lambda: (whole(b"[" * 900 + b"]" * 900),), "something else than JSON"),
    "deeper nesting": (lambda: (whole(b"[" * 200_000 + b"]" * 200_000),), "something else than JSON"),
    "values without number": (lambda: (whole(b"[" + b"{}," * 900_000 + b"{}]"),), "more than 600,000 objects and lists"),
    "half a body": (lambda: (whole(b'{"items": []}')[:-4],), "ended in the middle"),
    "half a line": (lambda: (b"HTTP/1.1 20",), "was lost at"),
    "no HTTP": (lambda: (b"SSH-2.0-OpenSSH_9.9\r\n\r\n",), "was lost at"),
    "another HTTP": (lambda: (b"HTTP/9.7 200 OK\r\n\r\n",), "something else than JSON"),
    "nothing": (lambda: (), "was lost at"),
    "silence": (lambda: for_ever(b"", 0.05), "gave no whole answer"),
    "silence after the head": (lambda: (head("Content-Length: 9"), for_ever(b"", 0.05)), "gave no whole answer"),
    "a byte now and then": (lambda: (head("Content-Length: 999999"), for_ever(b" ", 0.05)), "gave no whole answer"),
    "headers without end": (lambda: (b"HTTP/1.1 200 OK\r\n", for_ever(b"X-Y: z\r\n" * 1000)), "was lost at"),
    "one endless header": (lambda: (b"HTTP/1.1 200 OK\r\nX: ", for_ever(b"y" * 65536)), "was lost at"),
    "headers by the thousand": (lambda: (head(*(f"X-{n}: y" for n in range(2000)), "Content-Length: 1") + b"x",), "something else than JSON"),
    "continue for ever": (lambda: (for_ever(b"HTTP/1.1 100 Continue\r\n\r\n", 0.001),), "gave no whole answer"),
    "absurd length": (lambda: (head("Content-Length: 99999999999999999"),), "more than 3,145,728 bytes"),
    "longer length": (lambda: (head("Content-Length: " + "9" * 5000),), "was lost at"),
    "negative length": (lambda: (head("Content-Length: -5") + b"{}",), "was lost at"),
    "two lengths": (lambda: (head("Content-Length: 2", "Content-Length: 9") + b"{}",), "was lost at"),
    "length that is none": (lambda: (head("Content-Length: ten") + b"{}",), "was lost at"),
    "chunks that are none": (lambda: (head(CHUNKED) + b"zz\r\n{}",), "ended in the middle"),
    "redirect to itself": (lambda: (whole(b"", "Location: /api/v1/pods", status="302 Found"),), "redirects /api/v1/pods to /api/v1/pods"),
    "redirect with a password": (lambda: (whole(b"", "Location: https://ada:pw@else/", status="307 x"),), "to https://else/; is"),
    "switched protocols": (lambda: (head("Upgrade: h2c", status="101 x"),), "was lost at"),
    "no content": (lambda: (head(status="204 x"),), "something else than JSON"),
    "endless error": (lambda: (head("Connection: close", status="500 x"), for_ever(b"oh no " * 1000)), "answers 500 to /api/v1/pods (oh no oh no"),
    "error of the wrong types": (lambda: (whole(b'{"message": {"a": 1}}', status="500 x"),), 'answers 500 to /api/v1/pods ({"message"'),
    "long error": (lambda: (whole(json.dumps({"message": "x" * 60_000}).encode(), status="500 x"),), "xxx); try again"),
    "not UTF-8": (lambda: (whole(b'{"items": "\xff\xfe"}'),), "something else than JSON"),
    "UTF-16": (lambda: (whole('{"items": 3}'.encode("utf-16")),), "no list of objects"),
    "NaN": (lambda: (whole(b'{"items": NaN}'),), "no list of objects"),
    "a number without end": (lambda: (whole(b"1" * 100_000),), "something else than JSON"),
    "items of the wrong type": (lambda: (page(metadata=3),), "no list of objects"),
    "objects that are left out": (
        lambda: (page(metadata={"remainingItemCount": 3}),),
        "leaves 3 objects of",
    ),
}  # fmt: skip


def flat(parts: Any) -> Iterator[bytes]:
    for part in parts:
        yield from (part,) if isinstance(part, bytes) else part


@pytest.fixture(autouse=True)
def _small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that a test reaches soon; the real ones are compared with memory below."""
    monkeypatch.setattr(client, "LONGEST_PAGE", 3 * MIB)


def refusal(answer: Any, folder: Path, timeout: float = 2) -> tuple[str, HostileServer]:
    def reply(path: str) -> Iterator[bytes]:
        return iter([VERSION]) if path == "/version" else flat(answer(path))

    with HostileServer(reply) as server:
        cluster = connect_to(Access(kubeconfig=server.kubeconfig(folder), timeout=timeout))
        with pytest.raises(ClusterError) as caught:
            list(cluster.list(PODS))
    said = str(caught.value)
    assert len(said) < 2000
    assert "secret-token" not in said
    return said, server


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_is_one_sentence(name: str, tmp_path: Path) -> None:
    answer, expected = HOSTILE[name]
    said, _ = refusal(lambda _: answer(), tmp_path, 0.5 if "gave no" in expected else 5)
    assert expected in said
    assert ":pw@" not in said


# Again and again


@pytest.mark.parametrize(
    ("after", "most"), [("0", 11), ("00", 11), ("-1", 2), ("9" * 400, 1), ("1.5", 2), ("soon", 2)]
)
@pytest.mark.parametrize("status", ["429 x", "503 x"])
def test_a_server_that_is_always_busy_is_left_alone(
    tmp_path: Path, after: str, most: int, status: str
) -> None:
    busy = whole(b"", f"Retry-After: {after}", status=status)
    said, server = refusal(lambda _: (busy,), tmp_path, 20)
    assert "is too busy for /api/v1/pods" in said
    assert len([path for path in server.asked if "pods" in path]) <= most


def test_a_date_to_retry_after_is_no_reason_to_hurry(tmp_path: Path) -> None:
    busy = whole(b"", f"Retry-After: {formatdate(0, usegmt=True)}", status="503 x")
    said, server = refusal(lambda _: (busy,), tmp_path)
    assert "is too busy" in said
    assert 2 == len([path for path in server.asked if "pods" in path])


@pytest.mark.parametrize("token", ["again", "x" * 60_000])
def test_pages_that_lead_in_a_circle_are_left(tmp_path: Path, token: str) -> None:
    said, server = refusal(lambda _: (page({"metadata": {}}, token=token),), tmp_path)
    assert "the list /api/v1/pods of the API server" in said
    assert "has no end" in said
    assert 3 == len(server.asked)


def test_pages_without_an_end_are_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "_MOST_PAGES", 5)
    counter = itertools.count()
    said, server = refusal(lambda _: (page(token=str(next(counter))),), tmp_path)
    assert "has no end" in said
    assert 7 == len(server.asked)


def test_a_list_without_an_end_of_bytes_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "_LONGEST_LIST", 5_000)
    counter = itertools.count()
    item = {"metadata": {"name": "x" * 1000}}
    said, server = refusal(lambda _: (page(item, token=str(next(counter))),), tmp_path)
    assert "has more than 5,000 bytes or 300,000 objects, which no cluster has" in said
    assert 6 == len(server.asked)


def test_a_list_without_an_end_of_objects_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "_MOST_OBJECTS", 5)
    counter = itertools.count()
    said, server = refusal(lambda _: (page({}, {}, token=str(next(counter))),), tmp_path)
    assert "or 5 objects, which no cluster has" in said
    assert 4 == len(server.asked)


def test_all_lists_of_a_snapshot_together_have_an_end(tmp_path: Path) -> None:
    item = {"metadata": {"name": "x" * 400_000}}

    def reply(path: str) -> Iterator[bytes]:
        return iter([VERSION if path == "/version" else page(item, groups=[])])

    with HostileServer(reply) as server:
        access = Access(kubeconfig=server.kubeconfig(tmp_path), timeout=5, most_read=1)
        cluster = connect_to(access)
        for _ in range(4):  # a list that is read anew takes its own place
            list(cluster.list(PODS))
        with pytest.raises(ClusterError) as caught:
            read_snapshot(cluster)
    said = str(caught.value)
    assert said.startswith("the lists of the API server ")
    assert said.endswith(" have more than 1 MiB together; --max-read raises that")


def test_a_page_that_is_too_long_is_asked_for_in_smaller_ones(tmp_path: Path) -> None:
    pods = [{"metadata": {"name": f"pod-{number}"}, "a": "x" * MIB} for number in range(7)]

    def reply(path: str) -> Iterator[bytes]:
        if path == "/version":
            return iter([VERSION])
        limit = int(path.partition("limit=")[2].partition("&")[0])
        start = int(path.partition("continue=")[2] or 0)
        left = start + limit < len(pods)
        items = pods[start : start + min(limit, 8)]
        return iter([page(*items, token=str(start + limit) if left else "")])

    with HostileServer(reply) as server:
        cluster = connect_to(Access(kubeconfig=server.kubeconfig(tmp_path)))
        found = [pod["metadata"]["name"] for pod in cluster.list(PODS)]
    assert [f"pod-{number}" for number in range(7)] == found


# TLS


def server_context(folder: Path, *hosts: str) -> tuple[ssl.SSLContext, str]:
    authority = Authority()
    (folder / "ca.crt").write_bytes(authority.certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.server(hosts).write(folder, "server"))
    return context, str(folder / "ca.crt")


def tls_refusal(folder: Path, context: ssl.SSLContext, authority: str) -> str:
    with HostileServer(lambda _: iter([VERSION]), context) as server:
        config = server.kubeconfig(folder, **{"certificate-authority": authority})
        with pytest.raises(ClusterError) as caught:
            connect_to(Access(kubeconfig=config, timeout=5))
    return str(caught.value)


def test_old_tls_is_a_sentence(tmp_path: Path) -> None:
    context, authority = server_context(tmp_path, "127.0.0.1")
    context.set_ciphers("AES128-SHA@SECLEVEL=0")
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    assert "there is no common TLS (" in tls_refusal(tmp_path, context, authority)


def test_another_name_is_a_sentence(tmp_path: Path) -> None:
    context, authority = server_context(tmp_path, "else.where")
    assert "its certificate cannot be trusted (IP address mismatch" in tls_refusal(
        tmp_path, context, authority
    )


def test_plain_text_where_tls_is_wanted_is_a_sentence(tmp_path: Path) -> None:
    with HostileServer(lambda _: iter([b""])) as server:
        config = server.kubeconfig(tmp_path, server=f"https://127.0.0.1:{server.port}")
        with pytest.raises(ClusterError, match=r"cannot be reached: .*; "):
            connect_to(Access(kubeconfig=config, timeout=1))


@pytest.mark.parametrize("pieces", [[b"\x16\x03\x01"], [b"HTTP/1.1 400 x\r\n\r\n"], [b"\0" * 999]])
def test_a_broken_handshake_is_a_sentence(tmp_path: Path, pieces: list[bytes]) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            with near:
                near.recv(65536)
                for piece in pieces:
                    near.sendall(piece)
                near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    threading.Thread(target=serve, daemon=True).start()
    with HostileServer(lambda _: iter([])) as server, listener:
        port = listener.getsockname()[1]
        config = server.kubeconfig(tmp_path, server=f"https://127.0.0.1:{port}")
        with pytest.raises(ClusterError, match=r"^the API server \S+ of context hostile cannot be"):
            connect_to(Access(kubeconfig=config, timeout=1))


def test_a_password_in_an_address_is_sent_and_never_shown(tmp_path: Path) -> None:
    heads: list[str] = []
    with HostileServer(
        lambda path: iter([heads.append(path), whole(b"{", status="500 x")][1:])
    ) as server:
        config = server.kubeconfig(tmp_path, server=f"http://ada:pw%40x@127.0.0.1:{server.port}")
        with pytest.raises(ClusterError) as caught:
            connect_to(Access(kubeconfig=config))
        assert f"the API server http://127.0.0.1:{server.port} answers 500" in str(caught.value)
        for address in (f"http://ada:pw@x:{'9' * 9}", "https://ada:pw@", "ftp://ada:pw@x"):
            with pytest.raises(ClusterError) as caught:
                connect_to(Access(kubeconfig=server.kubeconfig(tmp_path, server=address)))
            assert "pw" not in str(caught.value)


# The real limits

LIMITED = """
import resource, sys
from meshctl.cli.start import main
sys.argv = ["meshctl", *sys.argv[1:]]
try:
    main()
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=open("mib", "w"))
"""


@pytest.mark.parametrize(
    "answer",
    [
        lambda: (head("Connection: close"), for_ever(b" " * MIB)),
        lambda: (whole(zeros(400 * MIB), GZIP),),
        lambda: (whole(JSON_OF_MUCH),),
    ],
    ids=["endless", "gzip bomb", "values"],
)
def test_no_answer_takes_a_gibibyte(tmp_path: Path, answer: Any) -> None:
    groups = whole(b'{"groups": []}')

    def reply(path: str) -> Iterator[bytes]:
        known = {"/version": VERSION, "/apis": groups}.get(path)
        return flat(answer()) if known is None else iter([known])

    with HostileServer(reply) as server:
        arguments = ["analyze", "--cluster", "--timeout", "3", "--kubeconfig"]
        done = subprocess.run(
            [*APART, sys.executable, "-c", LIMITED, *arguments, server.kubeconfig(tmp_path)],
            cwd=tmp_path, capture_output=True, check=False, text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip
    assert 2 == done.returncode, done
    assert "Traceback" not in done.stderr
    assert int((tmp_path / "mib").read_text()) < 1024
