"""HTTP for a function, over any connection."""

import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

HttpApp = Callable[[str, str, dict[str, str], bytes], tuple[int, dict[str, str], bytes]]
"""Method, path, headers with small names and body; gives status, headers and body."""


class PortHandler(BaseHTTPRequestHandler):
    """Answers HTTP with an application."""

    protocol_version = "HTTP/1.1"
    app: HttpApp

    def _respond(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        status, answered, data = self.app(self.command, self.path, headers, body)
        lines = [f"HTTP/1.1 {status} {self.responses.get(status, ('',))[0]}"]
        lines += [f"{name}: {value}" for name, value in answered.items()]
        lines += [f"Content-Length: {len(data)}", "", ""]
        self.wfile.write("\r\n".join(lines).encode() + data)

    do_GET = do_POST = _respond  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


def serve_http(connection: socket.socket, app: HttpApp) -> None:
    """Answer the HTTP requests of one connection."""
    handler = type("OnePort", (PortHandler,), {"app": staticmethod(app)})
    handler(connection, ("127.0.0.1", 0), None)


class Direct:
    """An HTTP server for an application, without the API server in between."""

    def __init__(self, app: HttpApp) -> None:
        handler = type("DirectHandler", (PortHandler,), {"app": staticmethod(app)})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
