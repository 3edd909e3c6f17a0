"""Asks an API server: requests as often as they may be repeated, of plain JSON."""

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlencode

from meshctl import __version__
from meshctl.cluster.api import Access, ClusterError, TooMuchError
from meshctl.cluster.http.body import LONGEST_PAGE, LONGEST_PAGES, Intake, read_start
from meshctl.cluster.http.connection import (
    ApiServerAddress,
    Deadline,
    ProxyRefusedError,
    open_client,
)
from meshctl.cluster.http.errors import (
    BUSY,
    ApiAnswer,
    AskedServer,
    is_unaskable,
)
from meshctl.cluster.http.event_loop import in_thread
from meshctl.words import without_password

if TYPE_CHECKING:
    import httpx

JSON = "application/json"
LONGEST_ERROR = 64 * 1024
"""Bytes of an answer that says no."""
_MIB = 1024 * 1024
_PAUSE = 0.1
_MOST_REPEATS = 10
_SAFE = "/:@!$&'()*+,;=~"
_OK = range(200, 300)
_FAILURES = range(500, 600)


class Identity(NamedTuple):
    """Who asks: the context, its namespace and the value of its ``Authorization`` header.

    ``renew`` gives that value anew when the API server does not accept it any more.
    """

    context: str
    namespace: str
    authorization: str
    renew: Callable[[], str]


class ApiRequest(NamedTuple):
    """One thing to ask of the API server."""

    method: str
    path: str
    query: Mapping[str, str] = {}
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    accept: str = JSON


class AllLists:
    """The bytes of all lists that are held of one API server; a list that is read anew takes its place."""

    def __init__(self, most_read: int, url: str) -> None:
        self._most_read, self._url = most_read, url
        self._sizes: dict[object, int] = {}
        self._sum = 0

    def hold(self, which: object, size: int) -> None:
        """Say how long a list is up to now; raises ``TooMuchError`` where all are too long."""
        self._sum += size - self._sizes.get(which, 0)
        self._sizes[which] = size
        if self._sum > self._most_read * _MIB:
            raise TooMuchError(
                f"the lists of the API server {self._url} have more than {self._most_read:,} MiB "
                "together; --max-read raises that"
            )


class ApiClient:
    """Asks one API server, from one event loop; as many requests at once as wanted."""

    def __init__(self, endpoint: ApiServerAddress, identity: Identity, access: Access) -> None:
        """Take where it is and who asks; raises ``ClusterError`` for a proxy that is none."""
        self.access = access
        self._endpoint, self._identity = endpoint, identity
        url = without_password(endpoint.url._replace(query="", fragment="").geturl())
        self.asked = AskedServer(url, identity.context, access.timeout)
        self._authorization = identity.authorization
        self._renewal = asyncio.Lock()
        self._intake = Intake(LONGEST_PAGE, LONGEST_PAGES)
        self.lists = AllLists(access.most_read, url)
        try:
            # What can't be repeated never goes over a connection that may have died meanwhile.
            self._pooled = open_client(endpoint, keeps_connections=True)
            self._fresh = open_client(endpoint, keeps_connections=False)
        except ProxyRefusedError as error:
            raise self.asked.unreachable(error, endpoint.proxy) from error

    async def close(self) -> None:
        """End all connections."""
        await self._pooled.aclose()
        await self._fresh.aclose()

    async def request(self, request: ApiRequest) -> Any:
        """Ask once; the answer is parsed JSON."""
        return self.asked.parsed(await self.ask(request), request.path)

    async def ask(self, request: ApiRequest) -> ApiAnswer:
        """Ask as often as makes sense before the deadline; gives whatever was answered in the end.

        Raises ``ClusterError`` where there is no whole answer.
        """
        deadline = Deadline(self.access.timeout)
        may_repeat, may_renew, repeats = request.method == "GET", True, 0
        while True:
            used = self._authorization
            answer = await self._exchange(request, deadline, may_repeat=may_repeat)
            if answer is None:
                may_repeat = False
                continue
            pause = _pause(answer, repeats)
            if pause is not None and repeats < _MOST_REPEATS and pause < deadline.left:
                repeats += 1
                await asyncio.sleep(pause)
            elif pause is None and answer.status in _FAILURES and may_repeat:
                may_repeat = False
                await asyncio.sleep(min(_PAUSE, deadline.left))
            elif answer.status == 401 and may_renew:  # noqa: PLR2004
                may_renew = False
                if not await self._renew(used):
                    return answer
            else:
                return answer

    async def _exchange(
        self, request: ApiRequest, deadline: Deadline, *, may_repeat: bool
    ) -> ApiAnswer | None:
        """Ask once; ``None`` where the connection broke and the request may be repeated."""
        is_begun = False
        try:
            sent = self.prepared(request)
            async with deadline.over(sent):
                response = await self.send(sent)
                is_begun = True
                return await self._whole(response)
        except breakages() as error:
            if may_repeat and deadline.is_connected and isinstance(error, _repeatable()):
                return None
            raise self.failure(error, request.path, deadline, is_begun=is_begun) from error

    async def _whole(self, response: "httpx.Response") -> ApiAnswer:
        """Read an answer; of an error no more than its message needs."""
        async with aclosing(response):
            chunks = response.aiter_raw()
            if response.status_code in _OK:
                body = await self._intake.read(chunks, response.headers)
            else:
                body = await read_start(chunks, response.headers, LONGEST_ERROR)
        return ApiAnswer(response.status_code, response.headers, body)

    def failure(
        self, error: Exception, path: str, deadline: Deadline, *, is_begun: bool = False
    ) -> ClusterError:
        """Say what became of a call that has no whole answer."""
        if deadline.is_connected or is_unaskable(error):
            return self.asked.broken(error, path, is_begun=is_begun)
        return self.asked.unreachable(error, self._endpoint.proxy)

    def prepared(self, request: ApiRequest) -> "httpx.Request":
        """Write a request with all its headers."""
        return self._fresh.build_request(
            request.method,
            self._endpoint.target(self._target(request)),
            headers=[(name.encode(), value.encode()) for name, value in self._headers(request)],
            content=None if request.body is None else json.dumps(request.body).encode(),
        )

    async def send(self, request: "httpx.Request") -> "httpx.Response":
        """Send a request; the body of the answer is still to be read, and closed."""
        is_repeatable = request.method == "GET" and "upgrade" not in request.headers
        client = self._pooled if is_repeatable else self._fresh
        try:
            return await client.send(request, stream=True, auth=None)
        except Exception as error:
            if not self._endpoint.proxy or isinstance(error, breakages()):
                raise
            # Nothing else is let through, but what httpcore's SOCKS 5 stumbles over.
            raise ProxyRefusedError(
                f"the proxy speaks no SOCKS 5 ({type(error).__name__}: {error})"
            ) from error

    async def _renew(self, used: str) -> bool:
        """Get new credentials, once for all that ask; false when they are the old ones."""
        async with self._renewal:
            if self._authorization == used:
                self._authorization = await in_thread(self._identity.renew)
            return self._authorization != used

    def _headers(self, request: ApiRequest) -> list[tuple[str, str]]:
        headers = [
            ("Accept", request.accept),
            ("Accept-Encoding", "gzip"),
            ("User-Agent", f"meshctl/{__version__}"),
        ]
        if self._authorization:
            headers.append(("Authorization", self._authorization))
        if self.access.user:
            headers.append(("Impersonate-User", self.access.user))
        headers += [("Impersonate-Group", group) for group in self.access.groups]
        if request.body is not None:
            headers.append(("Content-Type", JSON))
        return [*headers, *request.headers]

    def _target(self, request: ApiRequest) -> str:
        path = self._endpoint.url.path.rstrip("/") + quote(request.path, safe=_SAFE)
        return f"{path}?{urlencode(request.query)}" if request.query else path


def _pause(answer: ApiAnswer, repeats: int) -> float | None:
    """Count the seconds after which the server wants to be asked again, if it says so.

    It says 0 and means soon, so that they grow with each time that it has said so.
    """
    after = answer.headers.get("retry-after", "")
    if answer.status not in BUSY or not after.isdecimal():
        return None
    return max(float(after), _PAUSE * repeats)


def breakages() -> tuple[type[Exception], ...]:
    """List what a connection, and what comes over it, may raise."""
    import httpcore  # noqa: PLC0415 - as httpx, whose errors a stream below it doesn't know
    import httpx

    core = httpcore.NetworkError, httpcore.ProtocolError
    return httpx.HTTPError, httpx.InvalidURL, *core, OSError, ValueError


def _repeatable() -> tuple[type[Exception], ...]:
    import httpx

    return httpx.NetworkError, httpx.RemoteProtocolError
