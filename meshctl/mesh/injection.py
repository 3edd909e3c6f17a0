"""Will this pod have a sidecar, and is it in ambient mode?

Mirrors the namespace and object selectors of the injection webhook and injectRequired
(pkg/kube/inject/inject.go, Istio 1.31). Where the Namespace is not in the input and the pod does
not decide by itself, the answer is unknown.
"""

from enum import Enum

from meshctl.resources import Namespace, Workload

PROXY_CONTAINER = "istio-proxy"
INJECT = "sidecar.istio.io/inject"
SYSTEM_NAMESPACES = frozenset({"kube-system", "kube-public", "kube-node-lease"})


class Membership(Enum):
    """How a pod takes part in the mesh."""

    SIDECAR = "sidecar"
    """Its own Envoy, injected or written by hand; gateways count."""
    AMBIENT = "ambient"
    """ztunnel on its node carries its traffic."""
    NONE = "none"
    """It is outside the mesh."""
    UNKNOWN = "unknown"
    """The input does not tell."""

    @property
    def has_proxy(self) -> bool:
        """Is there an Envoy of its own, for sure?"""
        return self is Membership.SIDECAR


def membership(workload: Workload, namespace: Namespace | None) -> Membership:
    """Decide how the pods of a workload take part in the mesh."""
    if _has_proxy_container(workload):
        return Membership.SIDECAR
    if _is_live(workload):
        # A running pod without a proxy was not injected, whatever its labels promise.
        return _ambient_or(Membership.NONE, workload, namespace)
    if workload.uses_host_network or workload.namespace in SYSTEM_NAMESPACES:
        return Membership.NONE
    wanted = _wanted(workload)
    labels = namespace.labels if namespace is not None else {}
    if wanted == "false" or labels.get("istio-injection") == "disabled":
        return _ambient_or(Membership.NONE, workload, namespace)
    if wanted == "true" or "istio.io/rev" in workload.pod_labels:
        return Membership.SIDECAR
    if namespace is None:
        return Membership.UNKNOWN
    if labels.get("istio-injection") == "enabled" or "istio.io/rev" in labels:
        return Membership.SIDECAR
    return _ambient_or(Membership.NONE, workload, namespace)


def _wanted(workload: Workload) -> str:
    label = workload.pod_labels.get(INJECT)
    value = label if label is not None else workload.pod_annotations.get(INJECT, "")
    return {"y": "true", "yes": "true", "on": "true", "n": "false", "no": "false",
            "off": "false"}.get(value.lower(), value.lower())  # fmt: skip


def _has_proxy_container(workload: Workload) -> bool:
    return any(
        container.name == PROXY_CONTAINER
        for container in (*workload.containers, *workload.init_containers)
    )


def _is_live(workload: Workload) -> bool:
    return workload.kind == "Pod" and workload.has("status")


def _ambient_or(other: Membership, workload: Workload, namespace: Namespace | None) -> Membership:
    own = workload.pod_labels.get("istio.io/dataplane-mode")
    inherited = namespace.labels.get("istio.io/dataplane-mode") if namespace is not None else None
    mode = own if own is not None else inherited
    return Membership.AMBIENT if mode == "ambient" else other


def is_gateway(workload: Workload) -> bool:
    """Is this a gateway's proxy rather than a sidecar beside an application?

    Gateways are injected by a template of their own, or run ``istio-proxy router`` alone.
    """
    if workload.pod_annotations.get("inject.istio.io/templates") == "gateway":
        return True
    names = [container.name for container in workload.containers]
    return bool(names) and set(names) == {PROXY_CONTAINER}
