"""A server that answers whatever a test wants, byte by byte, over TCP or TLS."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import yaml

Answer = Callable[[str], Iterator[bytes]]
"""The bytes of the answer to a path; the connection ends with them."""


class HostileServer:
    """Speaks just enough HTTP to misuse it: one request, one answer, on each connection."""

    def __init__(self, answer: Answer, context: ssl.SSLContext | None = None) -> None:
        self.answer, self.asked = answer, []
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self.is_over = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def kubeconfig(self, folder: Path, **cluster: object) -> str:
        """Write a kubeconfig that leads here."""
        scheme = "https" if self._context else "http"
        where = {"server": f"{scheme}://127.0.0.1:{self.port}", **cluster}
        context = {"name": "hostile", "context": {"cluster": "hostile", "user": "user"}}
        content = {
            "current-context": "hostile",
            "contexts": [context],
            "clusters": [{"name": "hostile", "cluster": where}],
            "users": [{"name": "user", "user": {"token": "secret-token"}}],
        }
        path = folder / "hostile.yaml"
        path.write_text(yaml.safe_dump(content))
        return str(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.is_over.set()
        self._listener.close()

    def _accept(self) -> None:
        while not self.is_over.is_set():
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        near.settimeout(20)
        try:
            wire = self._context.wrap_socket(near, server_side=True) if self._context else near
            with wire:
                head = b""
                while b"\r\n\r\n" not in head:
                    piece = wire.recv(65536)
                    if not piece:
                        return
                    head += piece
                path = head.split()[1].decode()
                self.asked.append(path)
                for piece in self.answer(path):
                    if self.is_over.is_set():
                        return
                    wire.sendall(piece)
        except OSError:
            near.close()  # the client has gone, as it should


def head(*headers: str, status: str = "200 OK") -> bytes:
    """Write the head of an answer."""
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode()


def whole(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """Write a whole answer."""
    return head(f"Content-Length: {len(body)}", "Connection: close", *headers, status=status) + body


def for_ever(piece: bytes, pause: float = 0) -> Iterator[bytes]:
    """Repeat something without an end."""
    while True:
        yield piece
        if pause:
            time.sleep(pause)
