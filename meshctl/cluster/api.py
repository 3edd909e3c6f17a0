"""The protocol of a cluster, which everything live is written against."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self

from meshctl.errors import MeshctlError

if TYPE_CHECKING:
    import socket  # takes 2 ms of every start


class ClusterError(MeshctlError):
    """The cluster, or one part of it, could not be asked."""


class ForbiddenError(ClusterError):
    """The API server knows the user, who may not do this (403)."""


class NotFoundError(ClusterError):
    """There is no such object, or no such kind (404)."""


class TooMuchError(ClusterError):
    """All lists of a cluster together have more bytes than are to be read."""


MOST_READ = 1024
"""MiB of all lists of a cluster; 150,000 pods, as many as Kubernetes supports, have about so much."""


class Access(NamedTuple):
    """How to reach the API server; what is left empty is as kubectl has it.

    ``timeout`` is in seconds and holds for every single call. ``most_read`` are the MiB that all
    lists may have together.
    """

    kubeconfig: str = ""
    context: str = ""
    user: str = ""
    groups: tuple[str, ...] = ()
    timeout: float = 10.0
    most_read: int = MOST_READ


class Kind(NamedTuple):
    """A kind of object, as paths of the API name it; the core group is empty."""

    group: str
    version: str
    plural: str
    kind: str
    is_namespaced: bool = True

    @property
    def api_version(self) -> str:
        """``networking.istio.io/v1``; the core group has none before the slash."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace: str = "", name: str = "") -> str:
        """Give the path of a list, or of one object; no namespace means all of them."""
        root = f"/apis/{self.api_version}" if self.group else f"/api/{self.version}"
        middle = f"/namespaces/{namespace}" if namespace and self.is_namespaced else ""
        return f"{root}{middle}/{self.plural}" + (f"/{name}" if name else "")


class PodPort(NamedTuple):
    """A port of a pod."""

    namespace: str
    pod: str
    port: int


class Listed(NamedTuple):
    """All objects of a kind as they are now: at the start, and when changes may have been missed."""

    kind: Kind
    objects: tuple[dict[str, Any], ...]


class Changed(NamedTuple):
    """An object that is new, or has changed, or was deleted (as it was last)."""

    kind: Kind
    object: dict[str, Any]
    is_deleted: bool


class Current(NamedTuple):
    """All changes of a kind up to now were told: after a list, a bookmark or a new connection."""

    kind: Kind


class Lost(NamedTuple):
    """A kind can't be watched for now, and why; it is tried again, ever more seldom."""

    kind: Kind
    error: ClusterError


WatchEvent = Listed | Changed | Current | Lost


class Watch(Protocol):
    """What happens to some kinds; it is a context manager, and an iterator that waits.

    Any thread may close it, which ends the iterator.
    """

    def __enter__(self) -> Self:
        """Watch from now on."""

    def __exit__(self, *_: object) -> None:
        """Watch no more."""

    def __iter__(self) -> Iterator[WatchEvent]:
        """Walk the events as they come."""

    def close(self) -> None:
        """Watch no more."""


class Cluster(Protocol):
    """A cluster that can be asked; its calls may run in several threads at once.

    Every call raises ``ClusterError`` with one sentence and the next step, after the timeout of
    the access at the latest.
    """

    @property
    def name(self) -> str:
        """The context of the kubeconfig, or ``in-cluster``."""

    @property
    def namespace(self) -> str:
        """The namespace of the context; ``default`` where it names none."""

    def request(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: Any = None
    ) -> Any:
        """Ask the API server once; the answer is parsed JSON."""

    def list(
        self, kind: Kind, namespace: str = "", selector: str = "", *, metadata_only: bool = False
    ) -> Iterator[dict[str, Any]]:
        """Walk the objects of a kind page by page, each with its ``apiVersion`` and ``kind``.

        With ``metadata_only`` the API server sends nothing else of them, as for Secrets.
        """

    def forward(
        self, namespace: str, pod: str, port: int
    ) -> "AbstractContextManager[socket.socket]":
        """Open a connection to a port of a pod, as from inside the pod."""

    def watch(self, kinds: Sequence[Kind], namespace: str = "", selector: str = "") -> Watch:
        """Tell what there is of some kinds, and then every change, until it is closed.

        Of Secrets there is nothing but metadata. Nothing is raised once it runs: what can't be read
        is told as ``Lost``.
        """
