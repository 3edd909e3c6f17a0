"""Reads the requests that somebody asks about: from a command line, or from a file of them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from meshctl.errors import UsageError
from meshctl.sources.documents import Document
from meshctl.words import quoted
from meshctl.yaml.positions import Path

OUTSIDE = "outside"
GATEWAY = "gateway/"
_PORTS = {"http": 80, "https": 443, "grpc": 80}
_TCP = frozenset({"tcp", "tls"})
_MOST_PORT = 65535


class TracedRequest(NamedTuple):
    """One request: who sends it, and what. ``client`` is a workload, ``gateway/NAME`` or outside.

    ``scheme`` is http, https, grpc, tcp or tls; https and tls are the client's own TLS.
    """

    id: str
    client: str
    method: str
    scheme: str
    host: str
    port: int
    path: str = "/"
    headers: Mapping[str, str] = {}
    claims: Mapping[str, Any] | None = None
    source_ip: str = ""

    @property
    def is_http(self) -> bool:
        """Are its bytes HTTP?"""
        return self.scheme not in _TCP

    @property
    def has_tls(self) -> bool:
        """Does the client itself speak TLS?"""
        return self.scheme in {"https", "tls"}

    @property
    def authority(self) -> str:
        """The Host header: with the port, unless the scheme implies it."""
        implied = _PORTS.get(self.scheme) == self.port
        return self.host if implied else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL in full."""
        path = self.path if self.is_http else ""
        return f"{self.scheme}://{self.authority}{path}"

    @property
    def title(self) -> str:
        """How text names it."""
        verb = f"{self.method} " if self.is_http else ""
        return f"{verb}{self.url} from {self.client}"


def make_request(  # noqa: PLR0913 - the parts of a request
    url: str, client: str, *, method: str = "GET", headers: Mapping[str, str] | None = None,
    claims: Mapping[str, Any] | None = None, source_ip: str = "", name: str = "",
) -> TracedRequest:  # fmt: skip
    """Read a URL and put a request together; UsageError for a URL that makes no sense."""
    scheme, host, port, path = _read_url(url)
    lower = {key.lower(): value for key, value in (headers or {}).items()}
    host_header = lower.pop("host", "")
    made = TracedRequest(
        name, client, method.upper(), scheme, host, port, path, lower, claims, source_ip
    )
    if host_header:
        made = made._replace(headers={**lower, "host": host_header})
    return made._replace(id=name or made.title)


def sent_to(url: str, client: str, **parts: Any) -> Iterator[TracedRequest]:
    """Give the request to a URL that objects suggest; nothing where theirs makes no sense."""
    try:
        made = make_request(url, client, **parts)
    except UsageError:
        return
    yield made


def _read_url(url: str) -> tuple[str, str, int, str]:
    written = url if "://" in url else f"http://{url}"
    try:
        parts = urlsplit(written)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"{quoted(url)} is no URL: {error}; write http://HOST:PORT/PATH") from None
    scheme = parts.scheme.lower()
    if scheme not in {*_PORTS, *_TCP}:
        known = ", ".join(sorted({*_PORTS, *_TCP}))
        raise UsageError(f"{quoted(url)} has the scheme {quoted(scheme)}; take one of {known}")
    if not parts.hostname:
        raise UsageError(f"{quoted(url)} names no host; write {scheme}://HOST:PORT")
    number = port or _PORTS.get(scheme, 0)
    if not number:
        raise UsageError(f"{quoted(url)} names no port, and {scheme} has no usual one; add :PORT")
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    return scheme, parts.hostname, number, path


def read_headers(written: Iterable[str]) -> dict[str, str]:
    """Read ``name: value`` texts; UsageError for one without a colon."""
    found: dict[str, str] = {}
    for one in written:
        name, colon, value = one.partition(":")
        if not colon or not name.strip():
            raise UsageError(f"the header {quoted(one)} has no colon; write -H 'name: value'")
        found[name.strip()] = value.strip()
    return found


def read_claims(text: str | None) -> dict[str, Any] | None:
    """Read the claims of a token from JSON; UsageError for anything but an object."""
    if text is None:
        return None
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--claims is no JSON: {error}") from None
    if not isinstance(data, dict):
        raise UsageError('--claims has to be a JSON object, such as {"iss": "…", "sub": "…"}')
    return data


def read_requests(path: str) -> list[TracedRequest]:
    """Read a file with a list of requests, in YAML or JSON: ``schemas/requests.json``.

    UsageError says what is wrong in it, with file, line and column.
    """
    # Few traces read a file, and jsonschema is slow to import.
    from meshctl.validation.user_forms import read_form  # noqa: PLC0415

    document = read_form(path, "requests.json")
    inside = ("requests",) if isinstance(document.data, dict) else ()
    listed = document.data["requests"] if inside else document.data
    return [request_of(document, (*inside, index)) for index in range(len(listed))]


def request_of(document: Document, path: Path) -> TracedRequest:
    """Read one request of a file that its schema accepts; UsageError for a URL without sense."""
    from meshctl.validation.user_forms import place  # noqa: PLC0415 - see above

    data = document.data
    for step in path:
        data = data[step]
    headers = {key: _as_text(value) for key, value in (data.get("headers") or {}).items()}
    try:
        return make_request(
            data["url"], data["from"], method=data.get("method") or "GET", headers=headers,
            claims=data.get("claims"), source_ip=data.get("source_ip") or "",
            name=_as_text(data.get("id") or ""),
        )  # fmt: skip
    except UsageError as error:
        raise UsageError(f"{place(document, (*path, 'url'))}: {error}") from None


def _as_text(value: Any) -> str:
    """Write a header as YAML does: ``true`` stays what it looks like."""
    return value if isinstance(value, str) else json.dumps(value)
