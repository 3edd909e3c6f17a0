"""Opens connections to the API server: TCP, proxy and TLS, each before a deadline."""

import base64
import math
import queue
import socket
import ssl
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPMessage, parse_headers
from io import BytesIO
from threading import Thread
from typing import Any, NamedTuple, TypeVar
from urllib.parse import SplitResult, unquote, urlsplit

_CONNECT_SECONDS = 2.0
_CONNECT_SHARE = 0.2
_LONGEST_HEAD = 64 * 1024

T = TypeVar("T")


class ApiServerAddress(NamedTuple):
    """Where an API server listens, and how it is reached."""

    url: SplitResult
    context: ssl.SSLContext | None
    server_name: str = ""
    proxy: str = ""

    @property
    def port(self) -> int:
        """The port of the address, or that of its scheme."""
        return self.url.port or (443 if self.context else 80)

    @property
    def host(self) -> str:
        """The host of the address, without brackets."""
        return self.url.hostname or ""


class ProxyError(OSError):
    """The proxy would not carry the connection."""


class PlainSocket(socket.socket):
    """A socket whose reads end at a deadline, however slowly bytes arrive."""

    deadline = math.inf

    def recv_into(self, *args: Any, **given: Any) -> int:
        """Read as usual."""
        self.settimeout(left(self.deadline))
        return super().recv_into(*args, **given)


class TlsSocket(ssl.SSLSocket):
    """The same over TLS."""

    deadline = math.inf

    def recv_into(self, *args: Any, **given: Any) -> int:
        """Read as usual."""
        self.settimeout(left(self.deadline))
        return super().recv_into(*args, **given)


Socket = PlainSocket | TlsSocket


class OpenConnection(HTTPConnection):
    """HTTP over a connection that was opened elsewhere, and never opened again."""

    def __init__(self, host: str, port: int | None, connection: socket.socket) -> None:
        super().__init__(host, port)
        self.auto_open = 0
        self.sock = connection


def left(deadline: float) -> float | None:
    """Count the seconds until a moment of the monotonic clock; raises ``TimeoutError`` after it."""
    if deadline == math.inf:
        return None
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("timed out")
    return seconds


def bounded(call: Callable[[], T], seconds: float) -> T:
    """Run what knows no time limit of its own, such as a look-up of DNS, but not for longer."""
    outcome: queue.SimpleQueue[tuple[T | None, Exception | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            outcome.put((call(), None))
        except Exception as error:  # noqa: BLE001 - it is raised again, in the caller's thread
            outcome.put((None, error))

    Thread(target=run, daemon=True).start()
    try:
        result, error = outcome.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError("timed out") from None
    if error is not None:
        raise error
    return result  # type: ignore[return-value]


def open_connection(endpoint: ApiServerAddress, deadline: float) -> Socket:
    """Connect; raises ``OSError``, of which ``socket.gaierror`` and ``ssl.SSLError`` are kinds.

    What does not even connect in two seconds, or in a fifth of a long wait, is not there.
    """
    now = time.monotonic()
    until = min(deadline, now + max(_CONNECT_SECONDS, (deadline - now) * _CONNECT_SHARE))
    if endpoint.proxy:
        plain = _through_proxy(endpoint, until)
    else:
        plain = _connect(endpoint.host, endpoint.port, until)
    if endpoint.context is None:
        return plain
    try:
        return secured(plain, endpoint.context, endpoint.server_name or endpoint.host, deadline)
    except BaseException:
        plain.close()
        raise


def secured(
    plain: socket.socket, context: ssl.SSLContext, server: str, deadline: float
) -> TlsSocket:
    """Speak TLS over a connection; every read of it ends at the deadline."""
    plain.settimeout(left(deadline))
    secure = context.wrap_socket(plain, server_hostname=server)
    assert isinstance(secure, TlsSocket)  # noqa: S101 - the context was told so
    secure.deadline = deadline
    return secure


def tls_context(
    authority: str | None, certificate: str | None, key: str | None, *,
    is_verified: bool, authority_text: str | None = None,
) -> ssl.SSLContext:  # fmt: skip
    """Trust an authority (the system's where there is none) and show a certificate, all files.

    The authority may be given as the text of a file instead. Raises ``ssl.SSLError`` for what is
    no certificate.
    """
    context = ssl.create_default_context(cafile=authority or None, cadata=authority_text)
    context.sslsocket_class = TlsSocket
    # The authorities of many clusters lack extensions that Python 3.13 asks for and Go does not.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if not is_verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if certificate:
        # Without a password of ours, OpenSSL would ask the terminal for the one of the key.
        context.load_cert_chain(certificate, key or None, password="")
    return context


def read_head(connection: Socket) -> tuple[int, HTTPMessage]:
    """Read the status and the headers of an answer, and not a byte more."""
    head = bytearray()
    while not head.endswith(b"\r\n\r\n"):
        byte = bytearray(1)
        if len(head) > _LONGEST_HEAD or not connection.recv_into(byte):
            raise ConnectionResetError("the connection ended before an answer")
        head += byte
    status, _, headers = bytes(head).partition(b"\r\n")
    words = status.split()
    if len(words) < 2 or not words[1].isdigit():  # noqa: PLR2004
        raise ConnectionResetError("the answer is not HTTP")
    return int(words[1]), parse_headers(BytesIO(headers))


def read_exactly(connection: Socket, size: int) -> bytes:
    """Read that many bytes."""
    data = bytearray(size)
    view, filled = memoryview(data), 0
    while filled < size:
        count = connection.recv_into(view[filled:])
        if not count:
            raise ConnectionResetError("the connection ended in the middle of an answer")
        filled += count
    return bytes(data)


def _connect(host: str, port: int, deadline: float) -> PlainSocket:
    seconds = left(deadline)
    assert seconds is not None  # noqa: S101
    found = bounded(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), seconds)
    failure: OSError = ConnectionRefusedError("no address")
    for family, kind, protocol, _, address in found:
        connection = PlainSocket(family, kind, protocol)
        try:
            connection.settimeout(left(deadline))
            connection.connect(address)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            connection.close()
            failure = error
        else:
            connection.deadline = deadline
            return connection
    raise failure


def _through_proxy(endpoint: ApiServerAddress, deadline: float) -> PlainSocket:
    proxy = urlsplit(endpoint.proxy if "//" in endpoint.proxy else f"http://{endpoint.proxy}")
    ways = {"http": _ask_http_proxy, "socks5": _ask_socks_proxy, "socks5h": _ask_socks_proxy}
    if proxy.scheme not in ways or not proxy.hostname:
        raise ProxyError(f"a proxy has to be http://… or socks5://…, not {proxy.scheme}://…")
    is_http = proxy.scheme == "http"
    connection = _connect(proxy.hostname, proxy.port or (80 if is_http else 1080), deadline)
    try:
        ways[proxy.scheme](connection, proxy, endpoint)
    except BaseException:
        connection.close()
        raise
    return connection


def _ask_http_proxy(
    connection: PlainSocket, proxy: SplitResult, endpoint: ApiServerAddress
) -> None:
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    lines = [f"CONNECT {host}:{endpoint.port} HTTP/1.1", f"Host: {host}:{endpoint.port}"]
    if proxy.username:
        user = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(user.encode()).decode()}")
    connection.sendall("\r\n".join([*lines, "", ""]).encode())
    status, _ = read_head(connection)
    if status != 200:  # noqa: PLR2004
        raise ProxyError(f"the proxy answers {status}")


def _ask_socks_proxy(
    connection: PlainSocket, proxy: SplitResult, endpoint: ApiServerAddress
) -> None:
    """Speak SOCKS5 (RFC 1928), with a password (RFC 1929) where there is one."""
    connection.sendall(b"\x05\x01" + (b"\x02" if proxy.username else b"\x00"))
    _, method = read_exactly(connection, 2)
    if method == 2 and proxy.username:  # noqa: PLR2004
        user, password = unquote(proxy.username).encode(), unquote(proxy.password or "").encode()
        connection.sendall(bytes([1, len(user)]) + user + bytes([len(password)]) + password)
        if read_exactly(connection, 2)[1]:
            raise ProxyError("the proxy does not accept the password")
    elif method:
        raise ProxyError("the proxy wants a password")
    host = endpoint.host.encode("idna")
    connection.sendall(
        b"\x05\x01\x00\x03" + bytes([len(host)]) + host + endpoint.port.to_bytes(2, "big")
    )
    _, reply, _, kind = read_exactly(connection, 4)
    size = {1: 4, 4: 16}.get(kind) or read_exactly(connection, 1)[0]
    read_exactly(connection, size + 2)
    if reply:
        raise ProxyError(f"the proxy could not connect (SOCKS reply {reply})")
