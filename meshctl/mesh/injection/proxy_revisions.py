"""The revisions that injected running pods, against those that would inject them now.

The injector writes its revision into the annotations ``sidecar.istio.io/status`` and
``istio.io/rev`` of a pod (applyMetadata, pkg/kube/inject/webhook.go, Istio 1.31). A webhook names
the revision that it sends pods to in its label ``istio.io/rev``, also where it stands for a tag.
"""

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from meshctl.istio.annotation_names import SIDECAR_STATUS
from meshctl.istio.labels import REVISION
from meshctl.mesh.injection.webhooks import Injector
from meshctl.mesh.workloads.membership import has_proxy_container, is_live
from meshctl.resources import Namespace, Workload

_DEFAULT = "default"


class LeftBehind(NamedTuple):
    """A running pod with the revision that injected it, and the one that would do so now."""

    pod: Workload
    revision: str
    current: str


class ProxyRevisions:
    """The revisions of running sidecars against those of the webhooks."""

    def __init__(
        self, injector: Injector, pods: Iterable[Workload], *, has_all_webhooks: bool
    ) -> None:
        self._injector = injector
        self._has_all = has_all_webhooks
        self._pods: dict[str, list[Workload]] = {}
        for pod in pods:
            if pod.kind == "Pod" and is_live(pod):
                self._pods.setdefault(pod.namespace, []).append(pod)

    def left_behind(self, namespace: Namespace) -> Iterator[LeftBehind]:
        """Walk the pods of a namespace that another revision would inject, were they made now.

        None where not every webhook is known, nor where the labels are such that no webhook takes
        the pod.
        """
        for pod in self._pods.get(namespace.name, ()) if self._has_all else ():
            revision = running_revision(pod)
            webhook = self._injector.webhook_for(pod, namespace.labels) if revision else None
            if webhook is None:
                continue
            current = webhook.resource.labels.get(REVISION) or _DEFAULT
            if current != revision:
                yield LeftBehind(pod, revision, current)


def running_revision(pod: Workload) -> str:
    """Name the revision that injected a pod; empty without a sidecar, or where nothing tells."""
    if not has_proxy_container(pod):
        return ""
    annotations = pod.pod_annotations
    try:
        status = json.loads(annotations.get(SIDECAR_STATUS, ""))
    except (ValueError, RecursionError):
        status = None
    written = status.get("revision") if isinstance(status, dict) else None
    return written if isinstance(written, str) and written else annotations.get(REVISION, "")
