"""Asks an API server: requests and lists of plain JSON, and connections to pods."""

import json
import socket
import ssl
import time
import weakref
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPException
from threading import Lock
from typing import Any, NamedTuple, NoReturn
from urllib.parse import quote, urlencode

from meshctl import __version__
from meshctl.cluster.api import Access, ClusterError, Kind
from meshctl.cluster.http.connection import (
    ApiServerAddress,
    OpenConnection,
    Socket,
    left,
    open_connection,
    read_exactly,
    read_head,
)
from meshctl.cluster.http.errors import BUSY, ApiAnswer, AskedServer
from meshctl.cluster.http.port_forward import PROTOCOL, PortForward, Upgrade, upgrade

_PAGE = 500
_JSON = "application/json"
_METADATA = f"{_JSON};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,{_JSON}"
_IDLE = 32
_LONGEST_ERROR = 64 * 1024
_PAUSE = 0.1
_UNPACK_GZIP = 16 + zlib.MAX_WBITS
_SAFE = "/:@!$&'()*+,;=~"

_FAILURES = range(500, 600)
_ERRORS = range(300, 600)
_BREAKAGES = (OSError, HTTPException, ValueError, zlib.error)
_REPEATABLE = (ConnectionError, HTTPException, ssl.SSLError)


class Identity(NamedTuple):
    """Who asks: the context, its namespace and the value of its ``Authorization`` header.

    ``renew`` gives that value anew when the API server does not accept it any more.
    """

    context: str
    namespace: str
    authorization: str
    renew: Callable[[], str]


class KubernetesCluster:
    """A cluster, asked over as many connections at once as there are threads."""

    def __init__(self, endpoint: ApiServerAddress, identity: Identity, access: Access) -> None:
        self._endpoint, self._identity, self._access = endpoint, identity, access
        self._asked = AskedServer(endpoint.url.geturl(), identity.context, access.timeout)
        self._authorization = identity.authorization
        self._renewal = Lock()
        self._idle: deque[_Connection] = deque()
        weakref.finalize(self, _close_all, self._idle)

    @property
    def name(self) -> str:
        """The context of the kubeconfig, or ``in-cluster``."""
        return self._identity.context

    @property
    def namespace(self) -> str:
        """The namespace of the context."""
        return self._identity.namespace

    def request(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: Any = None
    ) -> Any:
        """Ask once; the answer is parsed JSON."""
        return self._asked.parsed(self._ask(_Request(method, path, query or {}, body)), path)

    def list(
        self, kind: Kind, namespace: str = "", selector: str = "", *, metadata_only: bool = False
    ) -> Iterator[dict[str, Any]]:
        """Walk the objects of a kind page by page.

        A list that takes too long to read expires on the server; it is then read once more, and
        the objects that were there before are left out.
        """
        path = kind.path(namespace)
        asked = {"limit": str(_PAGE), **({"labelSelector": selector} if selector else {})}
        identity = {"apiVersion": kind.api_version, "kind": kind.kind}
        seen: set[tuple[str, str]] = set()
        token, has_restarted = "", False
        accept = _METADATA if metadata_only else _JSON
        while True:
            query = {**asked, **_continued(token)}
            answer = self._ask(_Request("GET", path, query, accept=accept))
            if answer.status == 410 and token and not has_restarted:  # noqa: PLR2004
                token, has_restarted = "", True
                continue
            items, token = _page(self._asked.parsed(answer, path))
            for item in items:
                key = _key(item)
                if not has_restarted or key not in seen:
                    seen.add(key)
                    yield {**identity, **(_metadata(item) if metadata_only else item)}
            if not token:
                return

    @contextmanager
    def forward(self, namespace: str, pod: str, port: int) -> Iterator[socket.socket]:
        """Open a connection to a port of a pod, as from inside the pod.

        It ends when the time-out has passed since the last byte was sent.
        """
        path = Kind("", "v1", "pods", "Pod").path(namespace, pod) + "/portforward"
        forward = PortForward(self._upgraded(path, port), self._access.timeout)
        try:
            yield forward.socket
        except Exception as error:
            failure = forward.failure.strip()  # known before the near end notices
            if not failure:
                raise
            raise ClusterError(
                f"port {port} of pod {namespace}/{pod} cannot be reached: {failure}; "
                f"look at it with: kubectl describe pod {pod} -n {namespace}"
            ) from error
        finally:
            forward.close()

    def _upgraded(self, path: str, port: int) -> Socket:
        """Open a connection that speaks WebSocket from here on."""
        wanted = upgrade()
        request = _Request("GET", path, {"ports": str(port)}, None, wanted.headers)
        deadline = time.monotonic() + self._access.timeout
        connection = self._open(deadline)
        try:
            answer = self._handshake(connection, request)
            if answer.status != 101:  # noqa: PLR2004
                self._refused(answer, path)
            _agree(answer, wanted)
        except _BREAKAGES as error:
            connection.close()
            raise self._asked.broken(error, path) from error
        except ClusterError:
            connection.close()
            raise
        return connection

    def _refused(self, answer: ApiAnswer, path: str) -> NoReturn:
        self._asked.parsed(answer, path)
        raise ClusterError(
            f"the API server {self._asked.url} answers {answer.status} and opens no port-forward; "
            "a proxy in between has to let WebSockets pass"
        )

    def _handshake(self, connection: Socket, request: "_Request") -> ApiAnswer:
        http = _Connection(connection, self._endpoint)
        http.send_request(request, self._target(request), self._headers())
        status, headers = read_head(connection)
        length = str(headers.get("Content-Length", "0"))
        size = min(int(length), _LONGEST_ERROR) if length.isdecimal() and status in _ERRORS else 0
        return ApiAnswer(status, headers, read_exactly(connection, size))

    # One request, as often as it may be repeated before its deadline

    def _ask(self, request: "_Request") -> ApiAnswer:
        deadline = time.monotonic() + self._access.timeout
        may_repeat, may_renew = request.method == "GET", True
        while True:
            used = self._authorization
            try:
                answer = self._exchange(request, deadline)
            except _BREAKAGES as error:
                if may_repeat and isinstance(error, _REPEATABLE):
                    may_repeat = False
                    _close_all(self._idle)  # they may have died of the same
                    continue
                raise self._asked.broken(error, request.path) from error
            pause = _pause(answer)
            if pause is not None and time.monotonic() + pause < deadline:
                time.sleep(pause)
            elif pause is None and answer.status in _FAILURES and may_repeat:
                may_repeat = False
                time.sleep(min(_PAUSE, max(deadline - time.monotonic(), 0)))
            elif answer.status == 401 and may_renew:  # noqa: PLR2004
                may_renew = False
                if not self._renew(used):
                    return answer
            else:
                return answer

    def _exchange(self, request: "_Request", deadline: float) -> ApiAnswer:
        connection = self._connection(request, deadline)
        try:
            connection.sock.deadline = deadline
            connection.send_request(request, self._target(request), self._headers())
            response = connection.getresponse()
            body = response.read()
        except BaseException:
            connection.close()
            raise
        if response.will_close or len(self._idle) >= _IDLE:
            connection.close()
        else:
            self._idle.append(connection)
        if response.headers.get("Content-Encoding") == "gzip":
            body = zlib.decompress(body, _UNPACK_GZIP)
        return ApiAnswer(response.status, response.headers, body)

    def _connection(self, request: "_Request", deadline: float) -> "_Connection":
        """Take an idle connection; what can't be repeated never goes over one that may be dead."""
        if request.method == "GET":
            with suppress(IndexError):
                return self._idle.pop()
        return _Connection(self._open(deadline), self._endpoint)

    def _open(self, deadline: float) -> Socket:
        try:
            connection = open_connection(self._endpoint, deadline)
        except (OSError, UnicodeError) as error:
            raise self._asked.unreachable(error, self._endpoint.proxy) from error
        connection.deadline = deadline
        return connection

    def _renew(self, used: str) -> bool:
        """Get new credentials, once for all threads; false when they are the old ones."""
        with self._renewal:
            if self._authorization == used:
                self._authorization = self._identity.renew()
            return self._authorization != used

    def _headers(self) -> Iterator[tuple[str, str]]:
        yield "Accept-Encoding", "gzip"
        yield "User-Agent", f"meshctl/{__version__}"
        if self._authorization:
            yield "Authorization", self._authorization
        if self._access.user:
            yield "Impersonate-User", self._access.user
        for group in self._access.groups:
            yield "Impersonate-Group", group

    def _target(self, request: "_Request") -> str:
        path = self._endpoint.url.path.rstrip("/") + quote(request.path, safe=_SAFE)
        return f"{path}?{urlencode(request.query)}" if request.query else path


class _Request(NamedTuple):
    method: str
    path: str
    query: Mapping[str, str]
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    accept: str = _JSON


class _Connection(OpenConnection):
    """An open connection to the API server."""

    sock: Socket

    def __init__(self, connection: Socket, endpoint: ApiServerAddress) -> None:
        super().__init__(endpoint.host, endpoint.port, connection)
        self.default_port = 443 if endpoint.context else 80

    def send_request(
        self, request: _Request, target: str, headers: Iterator[tuple[str, str]]
    ) -> None:
        """Send everything; a header may come twice."""
        self.sock.settimeout(left(self.sock.deadline))
        self.putrequest(request.method, target, skip_accept_encoding=True)
        for name, value in (("Accept", request.accept), *headers, *request.headers):
            self.putheader(name, value.encode())
        if request.body is None:
            self.endheaders()
            return
        body = json.dumps(request.body).encode()
        self.putheader("Content-Type", "application/json")
        self.putheader("Content-Length", str(len(body)))
        self.endheaders(body)


def _close_all(connections: deque[_Connection]) -> None:
    with suppress(IndexError):
        while True:
            connections.pop().close()


def _metadata(item: dict[str, Any]) -> dict[str, Any]:
    """Drop what a server sends that doesn't know the short form."""
    return {"metadata": item.get("metadata") or {}}


def _continued(token: str) -> dict[str, str]:
    return {"continue": token} if token else {}


def _page(content: Any) -> tuple[list[dict[str, Any]], str]:
    """Take a page apart: its objects and the token of the next one."""
    if not isinstance(content, dict):
        return [], ""
    items, metadata = content.get("items"), content.get("metadata")
    token = metadata.get("continue") if isinstance(metadata, dict) else ""
    found = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return found, token if isinstance(token, str) else ""


def _key(item: Mapping[str, Any]) -> tuple[str, str]:
    metadata = item.get("metadata")
    known = metadata if isinstance(metadata, dict) else {}
    return str(known.get("namespace")), str(known.get("name"))


def _pause(answer: ApiAnswer) -> float | None:
    """Count the seconds after which the server wants to be asked again, if it says so."""
    after = str(answer.headers.get("Retry-After", ""))
    return float(after) if answer.status in BUSY and after.isdecimal() else None


def _agree(answer: ApiAnswer, wanted: Upgrade) -> None:
    accepted = answer.headers.get("Sec-WebSocket-Accept")
    if accepted != wanted.accepted or answer.headers.get("Sec-WebSocket-Protocol") != PROTOCOL:
        raise ConnectionResetError(f"the other side does not speak {PROTOCOL}")
