"""Proxies on the way to the fake API server."""

import base64
import socket
import threading
from http.client import HTTPSConnection
from typing import Self

from api_server import ApiServer
from http_app import Direct

Reply = tuple[int, dict[str, str], bytes]


class Proxy:
    """An HTTP or SOCKS5 proxy that notes where it was asked to connect to."""

    def __init__(self, kind: str = "http", password: str = "") -> None:
        self.kind, self.password = kind, password
        self.targets: list[str] = []
        self._greet = self._http if kind == "http" else self._socks
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{self.kind}://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near:
            far = self._greet(near)
            if far is None:
                return
            with far:
                back = threading.Thread(target=_copy, args=(far, near), daemon=True)
                back.start()
                _copy(near, far)
                back.join()

    def _connect(self, host: str, port: int) -> socket.socket:
        self.targets.append(f"{host}:{port}")
        return socket.create_connection(("127.0.0.1", port))

    def _http(self, near: socket.socket) -> socket.socket | None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += near.recv(1)
        wanted = b"Basic " + base64.b64encode(self.password.encode())
        if self.password and wanted not in head:
            near.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            return None
        host, _, port = head.split()[1].decode().rpartition(":")
        far = self._connect(host, int(port))
        near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        return far

    def _socks(self, near: socket.socket) -> socket.socket | None:
        count = near.recv(2)[1]
        offered = near.recv(count)
        if self.password and 2 not in offered:
            near.sendall(b"\x05\xff")
            return None
        near.sendall(b"\x05\x02" if 2 in offered else b"\x05\x00")
        if 2 in offered:
            user = near.recv(near.recv(2)[1])
            given = user + b":" + near.recv(near.recv(1)[0])
            is_right = given == self.password.encode()
            near.sendall(b"\x01\x00" if is_right else b"\x01\x01")
            if not is_right:
                return None
        kind = near.recv(4)[3]
        host = near.recv(near.recv(1)[0]).decode() if kind == 3 else socket.inet_ntoa(near.recv(4))
        far = self._connect(host, int.from_bytes(near.recv(2), "big"))
        near.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
        return far


def plain_server(server: ApiServer) -> Direct:
    """A server without TLS in front of the API server, as ``kubectl proxy`` is one."""
    context = server.client_context()

    def pass_on(method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        client = HTTPSConnection("127.0.0.1", server.port, context=context)
        client.request(method, path, body)
        answer = client.getresponse()
        content = answer.read()
        client.close()
        return answer.status, {"Content-Type": answer.headers["Content-Type"]}, content

    return Direct(pass_on)


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return
