"""Finds the pod behind a dashboard: of Istio's addons, of istiod itself, or the Envoy of a pod.

Labels and ports are those of istioctl/pkg/dashboard/dashboard.go and of samples/addons, Istio 1.31.
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.cluster.api import Cluster, ClusterError, ForbiddenError, PodPort
from meshctl.cluster.kinds import kind_of
from meshctl.errors import UsageError
from meshctl.plain_objects import Object, runs
from meshctl.plain_objects import name as name_of
from meshctl.plain_objects import namespace as namespace_of
from meshctl.words import quoted

ENVOY = "envoy"
_POD = kind_of("", "v1", "Pod")
_ADMIN_PORT = 15000


class Dashboard(NamedTuple):
    """What is looked for: labels of its pod, the port there, and the path of its first page."""

    selector: str
    port: int
    path: str = "/"


DASHBOARDS = {
    "kiali": Dashboard("app=kiali", 20001, "/kiali"),
    "grafana": Dashboard("app.kubernetes.io/name=grafana", 3000),
    "jaeger": Dashboard("app=jaeger", 16686),
    "prometheus": Dashboard("app.kubernetes.io/name=prometheus", 9090),
    "istiod": Dashboard("app=istiod", 9876),
    ENVOY: Dashboard("", _ADMIN_PORT),
}
"""By name; istiod's is ControlZ, Envoy's the admin interface."""


class Found(NamedTuple):
    """The port of a pod, and the path to open."""

    place: PodPort
    path: str


def find_dashboard(cluster: Cluster, name: str, pod: str | None, home: str) -> Found:
    """Find a running pod: in the namespace ``home``, else wherever it is.

    For ``envoy`` it is ``pod``, as ``POD`` or ``POD.NAMESPACE``. Raises UsageError for words that
    don't fit, ClusterError where nothing runs or may be seen.
    """
    known = DASHBOARDS.get(name)
    if known is None:
        raise UsageError(
            f"there is no dashboard {quoted(name)}; take one of {', '.join(DASHBOARDS)}"
        )
    if name != ENVOY:
        if pod is not None:
            raise UsageError(f"{name} is found by its labels; leave {quoted(pod)} out")
        return Found(_by_labels(cluster, name, known, home), known.path)
    if pod is None:
        raise UsageError("envoy is that of a pod; name it: meshctl dashboard envoy POD[.NAMESPACE]")
    own, _, namespace = pod.partition(".")
    namespace = namespace or cluster.namespace
    found = cluster.request("GET", _POD.path(namespace, own))
    if not isinstance(found, dict) or not runs(found):
        raise ClusterError(f"pod {namespace}/{own} is not running; name one that is")
    return Found(PodPort(namespace, own, known.port), known.path)


def _by_labels(cluster: Cluster, name: str, known: Dashboard, home: str) -> PodPort:
    for one in _running(cluster, known.selector, home):
        return PodPort(namespace_of(one), name_of(one), known.port)
    try:
        for one in _running(cluster, known.selector, ""):
            return PodPort(namespace_of(one), name_of(one), known.port)
    except ForbiddenError as error:
        raise ClusterError(
            f"no pod of {name} ({known.selector}) runs in {home}, and other namespaces may not be "
            f"seen; name its own with --namespace ({error})"
        ) from error
    raise ClusterError(
        f"no pod of {name} ({known.selector}) runs anywhere in the cluster; install it first"
    )


def _running(cluster: Cluster, selector: str, namespace: str) -> Iterator[Object]:
    """Walk pods that run, by name, so that the same one is found each time."""
    found = [one for one in cluster.list(_POD, namespace, selector) if runs(one)]
    yield from sorted(found, key=lambda one: (namespace_of(one), name_of(one)))
