"""Says how a server is reached, and makes the clients that go there: TLS, proxies, deadlines."""

import asyncio
import os
import ssl
import tempfile
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from meshctl.cluster.api import ClusterError

if TYPE_CHECKING:
    import httpcore
    import httpx

_CONNECT_SECONDS = 2.0
_CONNECT_SHARE = 0.2
_IDLE = 32
_PROXIES = ("http", "socks5", "socks5h")
_REQUEST_BEGINS = ".send_request_headers.started"
_CONNECTED = ".connect_tcp.complete"
_TLS_BEGINS = ".start_tls.started"


class ApiServerAddress(NamedTuple):
    """Where an API server listens, and how it is reached."""

    url: SplitResult
    context: ssl.SSLContext | None
    proxy: str = ""

    @property
    def port(self) -> int:
        """The port of the address, or that of its scheme."""
        return self.url.port or (443 if self.context else 80)

    @property
    def host(self) -> str:
        """The host of the address, without brackets."""
        return self.url.hostname or ""

    def target(self, path: str) -> "httpx.URL":
        """The URL of a path below the address; the path is taken as it is, escapes and all."""
        import httpx

        base = httpx.URL(scheme=self.url.scheme, host=self.host, port=self.port)
        return base.copy_with(raw_path=path.encode())


class ProxyRefusedError(OSError):
    """There is a proxy to go through that can't be."""


class NamedServer(ssl.SSLContext):
    """TLS with a server that shows the certificate of another name than that of its address."""

    name = ""

    def wrap_bio(
        self,
        incoming: ssl.MemoryBIO,
        outgoing: ssl.MemoryBIO,
        server_side: bool = False,  # noqa: FBT001, FBT002 - as its base has it
        server_hostname: str | bytes | None = None,
        session: ssl.SSLSession | None = None,
    ) -> ssl.SSLObject:
        """Speak TLS as usual, with the other name."""
        name = self.name or server_hostname
        return super().wrap_bio(incoming, outgoing, server_side, name, session)


def tls_context(  # noqa: PLR0913 - TLS has as many parts
    authority: str | None, certificate: str | None, key: str | None, *,
    is_verified: bool, authority_text: str | None = None, server_name: str = "",
) -> ssl.SSLContext:  # fmt: skip
    """Trust an authority (the system's where there is none) and show a certificate, all files.

    The authority may be given as the text of a file instead. Raises ``ssl.SSLError`` for what is
    no certificate.
    """
    context = NamedServer(ssl.PROTOCOL_TLS_CLIENT)
    context.name = server_name
    if authority or authority_text:
        context.load_verify_locations(authority or None, cadata=authority_text)
    else:
        context.load_default_certs()
    # The authorities of many clusters lack extensions that Python 3.13 asks for and Go does not.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if not is_verified:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if certificate:
        # Without a password of ours, OpenSSL would ask the terminal for the one of the key.
        context.load_cert_chain(certificate, key or None, password="")
    return context


@contextmanager
def nameless_file(content: bytes) -> Iterator[str]:
    """A file for what reads files alone: no name of it can be left behind, whatever ends us."""
    if hasattr(os, "memfd_create"):
        with os.fdopen(os.memfd_create("meshctl"), "wb", buffering=0) as file:
            file.write(content)
            yield f"/dev/fd/{file.fileno()}"
        return
    with tempfile.TemporaryFile(buffering=0) as file:
        file.write(content)
        file.seek(0)
        yield f"/dev/fd/{file.fileno()}"


def open_client(endpoint: ApiServerAddress, *, keeps_connections: bool) -> "httpx.AsyncClient":
    """Make a client of one server; raises ``ProxyRefusedError`` for a proxy of an unknown kind.

    Nothing is taken from the environment, and no time limit is set: ``Deadline`` has them all.
    """
    import httpx

    limits = httpx.Limits(max_keepalive_connections=_IDLE if keeps_connections else 0)
    return httpx.AsyncClient(
        verify=endpoint.context or False,
        proxy=_proxy(endpoint.proxy) if endpoint.proxy else None,
        limits=limits,
        timeout=None,  # noqa: S113 - a deadline is around each call
        follow_redirects=False,
        trust_env=False,
    )


def _proxy(address: str) -> "httpx.Proxy":
    import httpx

    address = address if "//" in address else f"http://{address}"
    try:
        url = urlsplit(address)
        if url.scheme in _PROXIES and url.hostname and url.port != 0:
            return httpx.Proxy(address)
    except (ValueError, httpx.InvalidURL):  # their texts quote what may be a password
        raise ProxyRefusedError("that is no address") from None
    raise ProxyRefusedError(f"a proxy has to be http://… or socks5://…, not {url.scheme}://…")


def sendable(authorization: str, refusal: str) -> str:
    """Give the value of a header with a secret back; raises ``ClusterError`` where none may be so.

    What libraries say of such a value repeats it.
    """
    if authorization and not authorization.isprintable():
        raise ClusterError(refusal)
    return authorization


class Deadline:
    """The time that one call has, and how far it got.

    What does not even connect in two seconds, or in a fifth of a long wait, is not there.
    """

    def __init__(self, seconds: float) -> None:
        now = asyncio.get_running_loop().time()
        self.end = now + seconds
        self._patience = max(_CONNECT_SECONDS, seconds * _CONNECT_SHARE)
        self.is_connected = False

    @property
    def left(self) -> float:
        """The seconds that are left; none where it has passed."""
        return max(self.end - asyncio.get_running_loop().time(), 0)

    @asynccontextmanager
    async def over(self, request: "httpx.Request") -> AsyncGenerator[None, None]:
        """Hold a request to it; raises ``TimeoutError``."""
        self.is_connected = False
        opened: list[httpcore.AsyncNetworkStream] = []
        now = asyncio.get_running_loop().time()
        async with asyncio.timeout_at(min(self.end, now + self._patience)) as scope:

            async def note(event: str, info: dict[str, Any]) -> None:
                if event.endswith(_CONNECTED):
                    opened.append(info["return_value"])
                elif event.endswith(_TLS_BEGINS):
                    scope.reschedule(self.end)
                elif event.endswith(_REQUEST_BEGINS) and info["request"].method != b"CONNECT":
                    scope.reschedule(self.end)
                    self.is_connected = True

            request.extensions["trace"] = note
            try:
                yield
            except BaseException:
                # What fails on its way, at a proxy or in TLS, is left open by httpcore 1.0.
                for stream in opened if not self.is_connected else ():
                    await stream.aclose()
                raise
