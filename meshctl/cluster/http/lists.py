"""Lists the objects of a kind, page by page, to an end that has to come."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Any, NamedTuple

from meshctl.cluster.api import ClusterError, Kind
from meshctl.cluster.http.client import JSON, ApiClient, ApiRequest
from meshctl.cluster.http.errors import AnswerTooLongError

_METADATA = "as=PartialObjectMetadata{};g=meta.k8s.io;v=v1"
_PAGE = 500
_MOST_PAGES = 10_000
_LONGEST_LIST = 512 * 1024 * 1024
_MOST_OBJECTS = 300_000  # Kubernetes supports 150,000 pods
_TIMEOUTS = 30
_SMALLER = 25
_GONE = 410

Object = dict[str, Any]


class ListOf(NamedTuple):
    """Which objects are meant: of a kind, in a namespace or in all, by labels or all.

    With ``metadata_only`` the API server sends nothing else of them.
    """

    kind: Kind
    namespace: str = ""
    selector: str = ""
    metadata_only: bool = False

    @property
    def path(self) -> str:
        """Where they are asked for."""
        return self.kind.path(self.namespace)

    @property
    def query(self) -> dict[str, str]:
        """What is asked with every page, and with a watch."""
        return {"labelSelector": self.selector} if self.selector else {}

    @property
    def accept(self) -> str:
        """The form in which a list of them is wanted."""
        return f"{JSON};{_METADATA.format('List')},{JSON}" if self.metadata_only else JSON

    @property
    def accept_each(self) -> str:
        """The form in which a watch is to send each of them."""
        return f"{JSON};{_METADATA.format('')},{JSON}" if self.metadata_only else JSON

    def identified(self, item: Object) -> Object:
        """Complete an object by its kind, which lists leave out."""
        identity = {"apiVersion": self.kind.api_version, "kind": self.kind.kind}
        # A server that doesn't know the short form sends all of it.
        told = {"metadata": item.get("metadata") or {}} if self.metadata_only else item
        return {**identity, **told, **identity}


class Page(NamedTuple):
    """A part of a list; ``version`` is the resourceVersion of the whole."""

    items: list[Object]
    version: str


class _Budget:
    """A list ends: after so many pages, so much time, and never twice at one place."""

    def __init__(self, client: ApiClient, wanted: ListOf) -> None:
        self._client, self._path, self._wanted = client, wanted.path, wanted
        self._end = asyncio.get_running_loop().time() + _TIMEOUTS * client.access.timeout
        self._seen: set[str] = set()
        self._pages = self._size = self._count = 0

    def take(self, size: int, count: int) -> None:
        """Count a page; raises ``ClusterError`` where all of them would fill the memory."""
        self._size += size
        self._count += count
        self._client.lists.hold(self._wanted, self._size)
        if self._size > _LONGEST_LIST or self._count > _MOST_OBJECTS:
            raise ClusterError(
                f"the list {self._path} of the API server {self._client.asked.url} has more than "
                f"{_LONGEST_LIST:,} bytes or {_MOST_OBJECTS:,} objects, which no cluster has"
            )

    def restart(self) -> None:
        """Begin the list again: it comes by the same places."""
        self._seen.clear()

    def spend(self, token: str) -> None:
        """Go on to another page; raises ``ClusterError`` where that leads nowhere."""
        where = f"the list {self._path} of the API server {self._client.asked.url}"
        self._pages += 1
        if token in self._seen or self._pages > _MOST_PAGES:
            raise ClusterError(f"{where} has no end; is that the address of an API server?")
        if asyncio.get_running_loop().time() > self._end:
            seconds = _TIMEOUTS * self._client.access.timeout
            raise ClusterError(f"{where} took longer than {seconds:g} s; raise --timeout")
        self._seen.add(token)


async def pages(client: ApiClient, wanted: ListOf) -> AsyncGenerator[Page, None]:
    """Walk the pages of a list; each object comes with its ``apiVersion`` and ``kind``.

    A list that takes too long to read expires on the server; it is then read once more, and
    the objects that were there before are left out. A page that is too long is asked for in
    smaller ones. Raises ``ClusterError`` for what is no list, or no whole one.
    """
    budget = _Budget(client, wanted)
    seen: set[tuple[str, str]] = set()
    token, has_restarted, limit = "", False, _PAGE
    while True:
        more = {"continue": token} if token else {}
        query = {"limit": str(limit), **wanted.query, **more}
        try:
            answer = await client.ask(ApiRequest("GET", wanted.path, query, accept=wanted.accept))
            if answer.status == _GONE and token and not has_restarted:
                token, has_restarted = "", True
                budget.restart()
                continue
            content = client.asked.parsed(answer, wanted.path)
        except AnswerTooLongError:
            if limit == 1:
                raise
            limit = max(limit // _SMALLER, 1)
            continue
        items, token, version = _page(content, wanted.path, client)
        budget.take(len(answer.body), len(items))
        new = [item for item in items if not has_restarted or key_of(item) not in seen]
        seen.update(map(key_of, items))
        yield Page([wanted.identified(item) for item in new], version)
        if not token:
            return
        budget.spend(token)


def _page(content: Any, path: str, client: ApiClient) -> tuple[list[Object], str, str]:
    """Take a page apart: its objects, the token of the next one, the version of the list."""
    metadata = content.get("metadata") if isinstance(content, dict) else None
    items = content.get("items", ()) if isinstance(content, dict) else ()
    token, version = _texts(metadata)
    if items is None:
        items = []
    if (
        token is None
        or not isinstance(items, list)
        or not all(type(item) is dict for item in items)
    ):
        raise ClusterError(
            f"{client.asked.url} answers {path} with JSON that is no list of objects; "
            "is that the address of an API server?"
        )
    left = metadata.get("remainingItemCount") if metadata else None
    if type(left) is int and left > 0 and not token:
        raise ClusterError(
            f"{client.asked.url} leaves {left:,} objects of {path} out and doesn't say how to ask for "
            "them; try again"
        )
    return items, token, version


def _texts(metadata: Any) -> tuple[str | None, str]:
    if metadata is None:
        metadata = {}
    if not isinstance(metadata, dict):
        return None, ""
    token, version = metadata.get("continue"), metadata.get("resourceVersion")
    if not isinstance(token, str | None) or not isinstance(version, str | None):
        return None, ""
    return token or "", version or ""


def key_of(item: Mapping[str, Any]) -> tuple[str, str]:
    """The namespace and the name of an object, of whatever type they are."""
    metadata = item.get("metadata")
    known = metadata if isinstance(metadata, dict) else {}
    return str(known.get("namespace")), str(known.get("name"))
