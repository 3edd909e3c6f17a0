"""Watches a cluster, and sends what it says to the process that holds the snapshot.

This process has the credentials and the connections; the one that answers reviews has neither, so
that no review can make it ask or change anything.
"""

from collections.abc import Callable, Sequence
from threading import Event, Thread

from meshctl.cluster.api import Cluster, ClusterError, Kind, Watch
from meshctl.cluster.kinds import kind_of
from meshctl.cluster.snapshot import control_plane_namespaces, served_kinds
from meshctl.gate.live.messages import Expected, Message, messages_of

_SERVICE = kind_of("", "v1", "Service")
_CONFIG_MAP = kind_of("", "v1", "ConfigMap")
_NOT_OF_HELM = "owner!=helm"
_LOOK_AGAIN = 300.0
"""Seconds until the kinds are asked for again: CRDs may have been installed, or Istio itself."""
_TRY_AGAIN = 5.0

Send = Callable[[Message], None]


class _Part:
    """One watch, in a thread of its own."""

    def __init__(self, watch: Watch, cluster: str, scope: str, send: Send) -> None:
        self._watch = watch
        self._thread = Thread(target=self._run, args=(cluster, scope, send), daemon=True)
        self._thread.start()

    def _run(self, cluster: str, scope: str, send: Send) -> None:
        with self._watch as events:
            for event in events:
                for message in messages_of(event, cluster, scope):
                    send(message)

    def end(self) -> None:
        self._watch.close()
        self._thread.join()


def watch_cluster(cluster: Cluster, send: Send, stop: Event) -> None:
    """Watch until told to stop; what the cluster serves is looked at now and then."""
    known: tuple[Sequence[Kind], Sequence[str]] | None = None
    parts: list[_Part] = []
    try:
        while not stop.is_set():
            try:
                found = served_kinds(cluster), _homes(cluster)
            except ClusterError:
                stop.wait(_TRY_AGAIN)
                continue
            if found != known:
                for part in parts:
                    part.end()
                parts, known = _parts(cluster, *found, send), found
            stop.wait(_LOOK_AGAIN)
    finally:
        for part in parts:
            part.end()


def _parts(
    cluster: Cluster, kinds: Sequence[Kind], homes: Sequence[str], send: Send
) -> list[_Part]:
    """Start the watches: Secrets without Helm's releases, settings where control planes run."""
    secrets = [kind for kind in kinds if kind.kind == "Secret"]
    others = [kind for kind in kinds if kind.kind != "Secret"]
    names = [(kind.group, kind.kind, "") for kind in kinds]
    names += [("", "ConfigMap", home) for home in homes]
    send(Expected(tuple(names)))
    watches = [(cluster.watch(others), ""), (cluster.watch(secrets, "", _NOT_OF_HELM), "")]
    watches += [(cluster.watch([_CONFIG_MAP], home), home) for home in homes]
    return [_Part(watch, cluster.name, scope, send) for watch, scope in watches]


def _homes(cluster: Cluster) -> list[str]:
    """Name the namespaces with a control plane."""
    try:
        return sorted(control_plane_namespaces(cluster.list(_SERVICE, "", "app=istiod")))
    except ClusterError:
        return sorted(control_plane_namespaces(()))
