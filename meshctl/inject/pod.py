"""What does the injector make of one pod? (injectPod in pkg/kube/inject/webhook.go, Istio 1.31)"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from meshctl.inject import go_json
from meshctl.inject.containers import (
    PROXY,
    STATUS,
    Object,
    annotations_of,
    find,
    find_in_pod,
    reorder,
)  # fmt: skip
from meshctl.inject.errors import InjectionError
from meshctl.inject.images import image
from meshctl.inject.kubernetes_types import read
from meshctl.inject.mesh_settings import effective_mesh
from meshctl.inject.openshift import forget_shared_user, user_and_group
from meshctl.inject.overrides import injected_names, reapply, reinsert
from meshctl.inject.probes import rewrite_probes
from meshctl.inject.prometheus import clear, merge_metrics, scrape_settings
from meshctl.inject.settings import Settings
from meshctl.inject.strategic_merge import merge
from meshctl.inject.template_data import Fields, KubernetesStruct, Message
from meshctl.mesh.annotation_values import wrong_value
from meshctl.sources.yaml import parse_one

_TEMPLATES = "inject.istio.io/templates"
_NETWORK = "topology.istio.io/network"
_REPLACED = {
    f"traffic.sidecar.istio.io/{word}OutboundIPRanges": f" (over {word}IPRanges of the values)"
    for word in ("include", "exclude")
}
"""Annotations whose setting in the chart's values has another name."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The object that makes the pods: what ISTIO_META_OWNER and canonical names come from."""

    api_version: str
    kind: str
    metadata: Mapping[str, Any]
    namespace_annotations: Mapping[str, str] = field(default_factory=dict)
    """Those of the namespace; OpenShift keeps the users there."""


def inject_pod(pod: Object, owner: Owner, settings: Settings) -> Object:
    """Add the sidecar to a pod that ``read`` gave; the pod itself is not changed."""
    pod = deepcopy(pod)
    pod["metadata"].setdefault("annotations", {})
    _check_annotations(pod)
    mesh = effective_mesh(settings.mesh, annotations_of(pod))
    if owner.namespace_annotations:
        forget_shared_user(pod)
    merged, template = _run_templates(pod, owner, settings, mesh)
    merged = reapply(merged, pod, template, mesh["defaultConfig"])
    _finish(merged, template, settings)
    reorder(merged, settings, mesh)
    return read("Pod", merged)  # type: ignore[no-any-return]


def _check_annotations(pod: Object) -> None:
    problems = [
        f"annotation {name}{_REPLACED.get(name, '')} is {value!r} and should be {allowed}"
        for name, value in annotations_of(pod).items()
        if (allowed := wrong_value(name, value))
    ]
    if problems:
        raise InjectionError("; ".join(problems))


def _run_templates(
    pod: Object, owner: Owner, settings: Settings, mesh: Mapping[str, Any]
) -> tuple[Object, Object]:
    """Merge the templates over the pod, and over nothing, to know what they add."""
    data = _data(reinsert(_stripped(pod, settings)), owner, settings, mesh)
    merged: Object = pod
    template: Object = read("Pod", {})
    for name in _template_names(pod, settings):
        overlay = _render(name, data, settings)
        template = read("Pod", merge("Pod", template, overlay))
        if settings.native and find(PROXY, template["spec"].get("initContainers")):
            merged = _moved_to_init(merged)
        merged = read("Pod", merge("Pod", merged, overlay))
    return merged, template


def _render(name: str, data: Fields, settings: Settings) -> Object:
    text = settings.template(name).render(data)
    try:
        overlay = parse_one(text)
    except ValueError as error:
        raise InjectionError(f"template {name} gives no YAML: {error}") from None
    if not isinstance(overlay, dict | None):
        raise InjectionError(f"template {name} gives no mapping, so it is no pod")
    return overlay or {}


def _template_names(pod: Object, settings: Settings) -> list[str]:
    text = annotations_of(pod).get(_TEMPLATES)
    names = settings.default_templates
    if text is not None:
        names = tuple(name.strip() for name in text.split(","))
    return [one for name in names for one in settings.aliases.get(name, (name,))]


def _stripped(pod: Object, settings: Settings) -> Object:
    """The pod without what an earlier injection added."""
    status = injected_names(pod)
    if status is None:
        return pod
    pod = deepcopy(pod)
    for key in ("containers", "initContainers"):
        kept = [c for c in pod["spec"].get(key) or [] if c["name"] not in status.get(key, ())]
        pod["spec"][key] = kept
    if scrape_settings(pod).get("port") == str(settings.status_port):
        clear(pod)
    del annotations_of(pod)[STATUS]
    return pod


def _moved_to_init(pod: Object) -> Object:
    """Move a sidecar that the user set up to where native sidecars stand."""
    sidecar = find(PROXY, pod["spec"].get("containers"))
    if sidecar is None:
        return pod
    spec = pod["spec"]
    kept = [one for one in spec["containers"] if one["name"] != PROXY]
    initial = [*(spec.get("initContainers") or []), sidecar]
    return {**pod, "spec": {**spec, "containers": kept, "initContainers": initial}}


def _data(pod: Object, owner: Owner, settings: Settings, mesh: Mapping[str, Any]) -> Fields:
    proxy_config = mesh["defaultConfig"]
    image_type = (proxy_config.get("image") or {}).get("imageType") or ""
    annotations = annotations_of(pod)
    user, group = user_and_group(owner.namespace_annotations)
    policy = (mesh.get("inboundTrafficPolicy") or {}).get("mode")
    return Fields(
        TypeMeta=Fields(APIVersion=owner.api_version, Kind=owner.kind),
        DeploymentMeta=KubernetesStruct("ObjectMeta", owner.metadata),
        ObjectMeta=KubernetesStruct("ObjectMeta", pod["metadata"]),
        Spec=KubernetesStruct("PodSpec", pod["spec"]),
        ProxyConfig=Message(proxy_config),
        MeshConfig=Message(mesh),
        Values=settings.values,
        Revision=settings.revision,
        ProxyImage=image(settings, "proxy", image_type, annotations),
        ProxyInitImage=image(settings, "proxy_init", image_type, annotations),
        NativeSidecars=settings.native,
        ProxyUID=user,
        ProxyGID=group,
        InboundTrafficPolicyMode="localhost" if policy == "LOCALHOST" else "passthrough",
        CompliancePolicy=settings.compliance_policy,
    )


def _finish(pod: Object, template: Object, settings: Settings) -> None:
    """Do what templates can't (postProcessPod)."""
    pod["metadata"].setdefault("labels", {})
    environment = _cluster_environment(pod, settings)
    sidecar = find_in_pod(PROXY, pod)
    if sidecar is not None:
        _set_environment(sidecar, environment)
    merge_metrics(pod, settings)
    rewrite_probes(pod, settings)
    if "ISTIO_META_NETWORK" in environment:
        pod["metadata"]["labels"][_NETWORK] = environment["ISTIO_META_NETWORK"]
    annotations = annotations_of(pod)
    annotations[STATUS] = _status(template["spec"], settings)
    annotations.update(settings.injected_annotations)


def _cluster_environment(pod: Object, settings: Settings) -> dict[str, str]:
    """Where the sidecar runs; the pod's label of its network has the last word."""
    network = pod["metadata"]["labels"].get(_NETWORK) or settings.value("global", "network")
    cluster = settings.value("global", "multiCluster", "clusterName")
    given = {"ISTIO_META_CLUSTER_ID": cluster, "ISTIO_META_NETWORK": network}
    return {name: str(value) for name, value in given.items() if value}


def _set_environment(sidecar: Object, wanted: Mapping[str, str]) -> None:
    kept = [one for one in sidecar.get("env") or [] if one["name"] not in wanted]
    sidecar["env"] = [*kept, *({"name": name, "value": wanted[name]} for name in sorted(wanted))]


def _status(spec: Object, settings: Settings) -> str:
    names = {
        key: [item["name"] for item in spec.get(key) or []] or None
        for key in ("initContainers", "containers", "volumes", "imagePullSecrets")
    }
    return go_json.dumps({**names, "revision": settings.revision or "default"})
