"""A cluster, asked by any thread: what ``Cluster`` promises, over one API server."""

import socket
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Any

from meshctl.cluster.api import Access, Kind, PodPort
from meshctl.cluster.http.client import ApiClient, ApiRequest, Identity
from meshctl.cluster.http.connection import ApiServerAddress
from meshctl.cluster.http.event_loop import EventLoop
from meshctl.cluster.http.lists import ListOf, Page, pages
from meshctl.cluster.http.port_forward import forwarded
from meshctl.cluster.http.watch import KindsWatch
from meshctl.cluster.kinds import METADATA_ONLY


class KubernetesCluster:
    """A cluster; its connections end with it."""

    def __init__(self, endpoint: ApiServerAddress, identity: Identity, access: Access) -> None:
        self._identity = identity
        self._client = ApiClient(endpoint, identity, access)
        self._loop = EventLoop(self._client.close)

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
        return self._loop.run(self._client.request(ApiRequest(method, path, query or {}, body)))

    def list(
        self, kind: Kind, namespace: str = "", selector: str = "", *, metadata_only: bool = False
    ) -> Iterator[dict[str, Any]]:
        """Walk the objects of a kind page by page; a page is asked for when it is needed."""
        found = pages(self._client, ListOf(kind, namespace, selector, metadata_only))
        try:
            while (page := self._loop.run(_next(found))) is not None:
                yield from page.items
        finally:
            self._loop.run(_closed(found))

    def forward(self, namespace: str, pod: str, port: int) -> AbstractContextManager[socket.socket]:
        """Open a connection to a port of a pod, as from inside the pod."""
        return forwarded(self._loop, self._client, PodPort(namespace, pod, port))

    def watch(self, kinds: Sequence[Kind], namespace: str = "", selector: str = "") -> KindsWatch:
        """Tell what there is of some kinds, and then every change."""
        wanted = [ListOf(kind, namespace, selector, kind.kind in METADATA_ONLY) for kind in kinds]
        return KindsWatch(self._loop, self._client, wanted)


async def _closed(found: AsyncGenerator[Page, None]) -> None:
    with suppress(RuntimeError):  # it runs still: who waited was interrupted, which ends it, too
        await found.aclose()


async def _next(found: AsyncGenerator[Page, None]) -> Page | None:
    return await anext(found, None)
