"""Lists a cluster's objects as documents, for rules and the mesh like those of files.

Kinds are listed in parallel. What a kind's own list refuses is asked for in one namespace; a kind
that can't be read at all, or not everywhere, is named as unread, since unknown is not absent.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from meshctl.cluster.api import (
    Cluster,
    ClusterError,
    ForbiddenError,
    Kind,
    NotFoundError,
    TooMuchError,
)
from meshctl.cluster.in_threads import in_threads
from meshctl.cluster.kinds import METADATA_ONLY, ListedKind, kind_of, listed_kinds
from meshctl.istio.kind_names import plural_of
from meshctl.istio.names import ISTIO_NAMESPACE
from meshctl.plain_objects import (
    Object,
    label,
    mapping,
    mappings,
    metadata,
    text,
)
from meshctl.plain_objects import name as name_of
from meshctl.plain_objects import namespace as namespace_of
from meshctl.sources.live_object import ObjectDocument
from meshctl.sources.loader import Loaded, Unread

_THREADS = 16
_CONFIG_MAP = kind_of("", "v1", "ConfigMap")
_CONTROL_PLANE_KEYS = frozenset({"mesh", "meshNetworks", "config", "values"})
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_BOOKKEEPING = frozenset({"managedFields", "resourceVersion", "generation", "selfLink", "uid"})
_STATUS_READ_BY_NOBODY = frozenset({
    "Namespace", "Node", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob",
    "HorizontalPodAutoscaler", "Rollout", "ScaledObject",
})  # fmt: skip
_FINISHED = frozenset({"Succeeded", "Failed"})


class _ListedKind(NamedTuple):
    """The objects of one kind, and why some may be missing."""

    objects: list[Object]
    unread: Unread | None = None


def read_snapshot(
    cluster: Cluster, namespace: str = "", on_progress: Callable[[int, int], None] | None = None
) -> Loaded:
    """Read everything that the mesh is made of; ``namespace`` is tried where all are refused.

    ``on_progress`` is told how many kinds were read, and of how many.

    Raises ClusterError when the cluster can't be reached, shows nothing at all, or more than is to
    be read of it.
    """
    home = namespace or cluster.namespace
    served = _served_versions(cluster)
    kinds = listed_kinds()
    parts = []
    for part in in_threads(lambda kind: _read_kind(cluster, kind, served, home), kinds, _THREADS):
        parts.append(part)
        if on_progress is not None:
            on_progress(len(parts), len(kinds))
    services = (
        object_ for part in parts for object_ in part.objects if object_.get("kind") == "Service"
    )
    homes = sorted(control_plane_namespaces(services))
    parts += in_threads(lambda item: _config_maps(cluster, item), homes, _THREADS)
    objects = [object_ for part in parts for object_ in part.objects]
    unread = tuple(dict.fromkeys(part.unread for part in parts if part.unread is not None))
    if unread and not objects:
        raise ClusterError(
            f"the cluster {cluster.name} shows nothing of the mesh: {unread[0].reason}"
        )
    documents = [document_of(cluster.name, listed) for listed in objects if counts(listed)]
    return Loaded(0, [*documents], [], unread)


def read_proxy_configs(cluster: Cluster) -> Loaded:
    """Read the ProxyConfigs; what may not be read is named as unread."""
    return read_kinds(
        cluster,
        [listed_kind for listed_kind in listed_kinds() if listed_kind.kind == "ProxyConfig"],
    )


def read_kinds(cluster: Cluster, kinds: Sequence[ListedKind]) -> Loaded:
    """Read the objects of some kinds alone; what may not be read is named as unread."""
    served = _served_versions(cluster)
    parts = [_read_kind(cluster, kind, served, cluster.namespace) for kind in kinds]
    unread = tuple(part.unread for part in parts if part.unread is not None)
    objects = [item for part in parts for item in part.objects]
    return Loaded(0, [document_of(cluster.name, item) for item in objects], [], unread)


def _served_versions(cluster: Cluster) -> Mapping[str, Sequence[str]] | None:
    """Name the API versions by group; ``None`` where the user may not ask."""
    try:
        answer = cluster.request("GET", "/apis")
    except (ForbiddenError, NotFoundError):
        return None
    try:
        versions = {
            group["name"]: [version["version"] for version in group["versions"]]
            for group in answer["groups"]
        }
    except (KeyError, TypeError):
        versions = {None: []}
    if not all(isinstance(name, str) for name in (*versions, *chain(*versions.values()))):
        message = f"what answers for {cluster.name} is no API server; check the kubeconfig"
        raise ClusterError(message)
    return versions


def served_kinds(cluster: Cluster) -> list[Kind]:
    """Name the kinds of the mesh that a cluster serves, each in the best version it has.

    Raises ClusterError when the cluster can't be reached.
    """
    served = _served_versions(cluster)
    known: dict[str, frozenset[str]] = {}

    def has(kind: Kind) -> bool:
        if kind.api_version not in known:
            known[kind.api_version] = _kinds_in(cluster, kind)
        return not known[kind.api_version] or kind.kind in known[kind.api_version]

    found = (next(filter(has, listed.served(served)), None) for listed in listed_kinds())
    return [kind for kind in found if kind is not None]


def _kinds_in(cluster: Cluster, kind: Kind) -> frozenset[str]:
    """Name the kinds of one API version; none where the cluster doesn't say."""
    try:
        answer = cluster.request("GET", kind.path().rpartition("/")[0])
        return frozenset(
            listed["kind"] for listed in answer["resources"] if "/" not in listed["name"]
        )
    except (ForbiddenError, NotFoundError, KeyError, TypeError):
        return frozenset()


def _read_kind(
    cluster: Cluster, listed: ListedKind, served: Mapping[str, Sequence[str]] | None, home: str
) -> _ListedKind:
    for kind in listed.served(served):
        try:
            return _ListedKind(_objects(cluster, kind))
        except NotFoundError:
            continue  # not in this version, or not installed
        except ForbiddenError as error:
            return _read_namespace(cluster, kind, home, error)
        except TooMuchError:
            raise
        except ClusterError as error:
            return _unread(kind, str(error))
    return _ListedKind([])


def _read_namespace(
    cluster: Cluster, kind: Kind, home: str, refusal: ForbiddenError
) -> _ListedKind:
    """Read one namespace of a kind that may not be read in all of them."""
    if not kind.is_namespaced:
        return _unread(kind, str(refusal))
    try:
        objects = _objects(cluster, kind, home)
    except TooMuchError:
        raise
    except ClusterError:
        return _unread(kind, str(refusal))
    reason = f"only those of namespace {home} may be read: {refusal}"
    return _ListedKind(objects, Unread(kind.group, kind.kind, reason, home))


def _objects(cluster: Cluster, kind: Kind, namespace: str = "") -> list[Object]:
    """List a kind; of Secrets neither what they hold, nor those that Helm keeps its releases in."""
    if kind.kind in METADATA_ONLY:
        return list(cluster.list(kind, namespace, "owner!=helm", metadata_only=True))
    return list(cluster.list(kind, namespace))


def _unread(kind: Kind, reason: str) -> _ListedKind:
    return _ListedKind([], Unread(kind.group, kind.kind, reason))


def control_plane_namespaces(services: Iterable[Object]) -> set[str]:
    """Name the namespaces whose Services lead to an istiod, and the usual one."""
    found = {ISTIO_NAMESPACE}
    found |= {namespace_of(service) for service in services if label(service, "app") == "istiod"}
    return found - {""}


def _config_maps(cluster: Cluster, namespace: str) -> _ListedKind:
    """Read the settings of a control plane, and none of the ConfigMaps beside them."""
    try:
        objects = _objects(cluster, _CONFIG_MAP, namespace)
    except NotFoundError:
        return _ListedKind([])
    except TooMuchError:
        raise
    except ClusterError as error:
        return _unread(_CONFIG_MAP, str(error))
    return _ListedKind([listed for listed in objects if is_of_control_plane(listed)])


def is_of_control_plane(config_map: Object) -> bool:
    """Does a ConfigMap hold the settings of a control plane?"""
    name = name_of(config_map)
    keys = mapping(config_map.get("data"))
    return (name == "istio" or name.startswith("istio-")) and not _CONTROL_PLANE_KEYS.isdisjoint(
        keys
    )


def counts(each_object: Object) -> bool:
    """Is an object more than the trace of another one, or of a pod that has ended?"""
    if each_object["kind"] == "Pod":
        return text(mapping(each_object.get("status")).get("phase")) not in _FINISHED
    if each_object["kind"] == "Job":
        owners = mappings(metadata(each_object).get("ownerReferences"))
        return all(owner.get("kind") != "CronJob" for owner in owners)
    return True


def document_of(context: str, listed: Object) -> ObjectDocument:
    """Wrap an object, without what only the cluster keeps books of."""
    kind, group = listed["kind"], listed["apiVersion"].rpartition("/")[0]
    given = metadata(listed)
    meta: Any = {key: value for key, value in given.items() if key not in _BOOKKEEPING}
    annotations = mapping(given.get("annotations"))
    if _LAST_APPLIED in annotations:
        meta["annotations"] = {k: v for k, v in annotations.items() if k != _LAST_APPLIED}
    if not isinstance(listed.get("metadata"), dict):
        meta = listed.get("metadata")  # as it is, for the rules that judge it
    status = listed.get("status")
    data = {"apiVersion": listed["apiVersion"], "kind": kind, "metadata": meta}
    data |= {key: value for key, value in listed.items() if key not in {*data, "status"}}
    if kind == "Pod":
        data["status"] = {"phase": text(mapping(status).get("phase")) or "Unknown"}
    elif kind == "Node":
        version = text(mapping(mapping(status).get("nodeInfo")).get("kubeletVersion"))
        data["status"] = {"nodeInfo": {"kubeletVersion": version}}
    elif status and kind not in _STATUS_READ_BY_NOBODY:
        data["status"] = status
    resource = f"{plural_of(kind)}.{group}" if group else plural_of(kind)
    place = [resource, namespace_of(listed), name_of(listed)]
    return ObjectDocument(f"cluster:{context}/{'/'.join(filter(None, place))}", data)
