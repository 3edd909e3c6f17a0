"""Decides whether a pod has a sidecar, or is in ambient mode.

Mirrors the namespace and object selectors of the injection webhook and injectRequired
(pkg/kube/inject/inject.go, Istio 1.31). Where the Namespace is not in the input and the pod does
not decide by itself, the answer is unknown.
"""

from collections.abc import Iterable, Mapping
from enum import Enum

from meshctl.istio.ambient import REDIRECTION_ENABLED
from meshctl.istio.annotation_names import REDIRECTION, TEMPLATES
from meshctl.istio.labels import DATAPLANE_MODE, INJECT, INJECTION, REVISION
from meshctl.istio.names import INIT_CONTAINER, PROXY_CONTAINER, VALIDATION_CONTAINER
from meshctl.mesh.core.injector_config import is_settings, values_of
from meshctl.resources import Namespace, Ref, Resource, Workload
from meshctl.resources.kubernetes.workload import SYSTEM_NAMESPACES

PROXY_UID = 1337
"""The user of the sidecar, whose own traffic is not redirected."""
RESERVED_CONTAINERS = frozenset({PROXY_CONTAINER, INIT_CONTAINER, VALIDATION_CONTAINER})
"""Containers that the injector merges with its own (pkg/kube/inject/webhook.go)."""
SIDECAR_PORTS = {
    15000: "Envoy's administration", 15001: "outbound traffic", 15004: "debugging",
    15006: "inbound traffic", 15008: "HBONE", 15020: "metrics of the pod", 15021: "health",
    15053: "DNS", 15090: "Envoy's metrics",
}  # fmt: skip
"""Ports of the sidecar and its agent by use (pkg/config/constants, cmd/pilot-agent)."""
_WEBHOOK = "sidecarInjectorWebhook"


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


def present(workload: Workload) -> Membership | None:
    """How a pod takes part that runs, or whose proxy is written; ``None`` for others."""
    if has_proxy_container(workload):
        return Membership.SIDECAR
    # A running pod without a proxy was not injected, and without the annotation of the CNI agent
    # ztunnel has not got its traffic, whatever its labels promise.
    if not is_live(workload):
        return None
    return Membership.AMBIENT if is_redirected(workload.pod_annotations) else Membership.NONE


def is_redirected(annotations: Mapping[str, str]) -> bool:
    """Has the CNI agent written on a pod that ztunnel carries its traffic?"""
    return annotations.get(REDIRECTION) == REDIRECTION_ENABLED


def promise(workload: Workload, namespace: Namespace | None) -> Membership:
    """Decide by labels alone how a pod that is made now would take part in the mesh.

    The labels are what the webhooks that Istio installs ask for (templates/mutatingwebhook.yaml of
    the chart istio-discovery); an annotation can only keep the injector away.
    """
    if workload.uses_host_network or workload.namespace in SYSTEM_NAMESPACES:
        return Membership.NONE
    labels = namespace.labels if namespace is not None else {}
    injection = labels.get(INJECTION, "enabled" if REVISION in labels else None)
    if says_no(workload) or injection not in {None, "enabled"}:
        return without_sidecar(workload, namespace)
    own = workload.pod_labels
    if injection == "enabled" or own.get(INJECT) == "true" or REVISION in own:
        return Membership.SIDECAR
    if namespace is None:
        return Membership.UNKNOWN
    return without_sidecar(workload, namespace)


def wants_sidecar(workload: Workload) -> bool:
    """Do the pod's own metadata ask for a sidecar?"""
    return _wanted(workload) == "true"


def says_no(workload: Workload) -> bool:
    """Do the pod's own metadata ask for no sidecar?"""
    return _wanted(workload) == "false"


def opts_out(workload: Workload) -> bool:
    """Does the pod itself keep the injector away, whatever its namespace says?"""
    is_exempt = workload.uses_host_network or workload.namespace in SYSTEM_NAMESPACES
    return is_exempt or says_no(workload)


def lacks_sidecar(workload: Workload) -> bool:
    """Has a pod no sidecar, though it neither opts out nor runs where none is injected?"""
    finished = workload.child("status").text("phase") in {"Succeeded", "Failed"}
    # Older injectors take any case of the word, so that "False" may well be heeded.
    refuses = _wanted(workload).lower() == "false"
    is_exempt = workload.uses_host_network or refuses or finished
    return not is_exempt and not has_proxy_container(workload)


def _wanted(workload: Workload) -> str:
    """``true`` or ``false``; any other word leaves it to the policy (injectRequired, 1.31)."""
    label = workload.pod_labels.get(INJECT)
    return label if label is not None else workload.pod_annotations.get(INJECT, "")


def has_proxy_container(workload: Workload) -> bool:
    """Is the sidecar among the containers that are written?"""
    return any(
        container.name == PROXY_CONTAINER
        for container in (*workload.containers, *workload.init_containers)
    )


def is_live(workload: Workload) -> bool:
    """Is this a pod that runs, which is injected no more?"""
    return workload.kind == "Pod" and workload.has("status")


def without_sidecar(workload: Workload, namespace: Namespace | None) -> Membership:
    """How a pod takes part that gets no sidecar: in ambient mode or not at all."""
    own = workload.pod_labels.get(DATAPLANE_MODE)
    inherited = namespace.labels.get(DATAPLANE_MODE) if namespace is not None else None
    mode = own if own is not None else inherited
    return Membership.AMBIENT if mode == "ambient" else Membership.NONE


def decides_injection(namespace: Namespace) -> bool:
    """Does a label of a namespace say how its pods take part, or that they don't?"""
    return not {INJECTION, REVISION, DATAPLANE_MODE}.isdisjoint(namespace.labels)


def is_ambient(namespace: Namespace) -> bool:
    """Does a namespace ask for ambient mode, and not for sidecars too?

    Where it asks for both, the sidecar is injected and ztunnel leaves its traffic alone.
    """
    labels = namespace.labels
    wants_sidecar = labels.get(INJECTION) == "enabled" or (
        REVISION in labels and labels.get(INJECTION) != "disabled"
    )
    return labels.get(DATAPLANE_MODE) == "ambient" and not wants_sidecar


def is_control_plane(workload: Workload) -> bool:
    """Is this istiod, which proxies reach by ways of their own?"""
    return workload.pod_labels.get("istio") == "pilot" or workload.pod_labels.get("app") == "istiod"


def rewriting_off(resources: Iterable[Resource]) -> Ref | None:
    """Name the place where the injector is told to leave probes as they are, if there is one.

    ``sidecarInjectorWebhook.rewriteAppHTTPProbe`` of an IstioOperator, or of the values in the
    injector's ConfigMap (pkg/kube/inject/webhook.go, Istio 1.31); pods can overrule it.
    """
    for resource in resources:
        if is_settings(resource):
            if values_of(resource).child(_WEBHOOK).flag("rewriteAppHTTPProbe") is False:
                return resource.at("data", "values")
        elif resource.kind == "IstioOperator":
            webhook = resource.spec.child("values", _WEBHOOK)
            if webhook.flag("rewriteAppHTTPProbe") is False:
                return webhook.at("rewriteAppHTTPProbe")
    return None


def is_gateway(workload: Workload) -> bool:
    """Is this a gateway's proxy rather than a sidecar beside an application?

    Gateways are injected by a template of their own, or run ``istio-proxy router`` alone.
    """
    if workload.pod_annotations.get(TEMPLATES) == "gateway":
        return True
    names = [container.name for container in workload.containers]
    return bool(names) and set(names) == {PROXY_CONTAINER}
