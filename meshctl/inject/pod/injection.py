"""Injects one pod (injectPod in pkg/kube/inject/webhook.go, Istio 1.31)."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace

from meshctl.inject.errors import InjectionError
from meshctl.inject.go_types import go_json
from meshctl.inject.go_types.kubernetes_types import read
from meshctl.inject.go_types.strategic_merge import merge
from meshctl.inject.overlays.api import Overlay, PodInjection
from meshctl.inject.owners import Owner
from meshctl.inject.pod.containers import (  # fmt: skip
    Object,
    annotations_of,
    find,
    find_in_pod,
    reorder,
)
from meshctl.inject.pod.images import image
from meshctl.inject.pod.openshift import forget_shared_user, user_and_group
from meshctl.inject.pod.overrides import injected_names, reapply, reinsert
from meshctl.inject.pod.probes import rewrite_probes
from meshctl.inject.pod.prometheus import clear, merge_metrics, scrape_settings, tell_secure_port
from meshctl.inject.settings.injector_config import InjectionSettings
from meshctl.inject.settings.mesh_settings import effective_mesh
from meshctl.istio.annotation_names import NATIVE_SIDECAR, SIDECAR_STATUS, TEMPLATES
from meshctl.istio.annotation_values import wrong_value
from meshctl.istio.labels import NETWORK
from meshctl.istio.names import PROXY_CONTAINER
from meshctl.words import quoted

_ADDED_LATER = frozenset({"ISTIO_PROMETHEUS_ANNOTATIONS", "ISTIO_KUBE_APP_PROBERS"})
_REPLACED = {
    f"traffic.sidecar.istio.io/{word}OutboundIPRanges": f" (over {word}IPRanges of the values)"
    for word in ("include", "exclude")
}
"""Annotations whose setting in the chart's values has another name."""


def inject_pod(pod: Object, owner: Owner, settings: InjectionSettings) -> Object:
    """Add the sidecar to a pod that ``read`` gave; the pod itself is not changed."""
    pod = deepcopy(pod)
    pod["metadata"].setdefault("annotations", {})
    _check_annotations(pod)
    # Probes and Prometheus go to the status port of the pod's own ProxyConfig too (IntoObject).
    settings = replace(settings, mesh=effective_mesh(settings.mesh, annotations_of(pod)))
    if owner.namespace_annotations:
        forget_shared_user(pod)
    merged, template = _run_templates(pod, owner, settings)
    merged = reapply(merged, pod, template, settings.mesh["defaultConfig"])
    _finish(merged, template, settings)
    reorder(merged, settings)
    return read("Pod", merged)  # type: ignore[no-any-return]


def _check_annotations(pod: Object) -> None:
    problems = {
        name: f"annotation {name}{_REPLACED.get(name, '')} is {quoted(value)} and should be {allowed}"
        for name, value in annotations_of(pod).items()
        if (allowed := wrong_value(name, value))
    }
    if problems:
        first = next(iter(problems))
        raise InjectionError("; ".join(problems.values()), ("metadata", "annotations", first))


def _run_templates(pod: Object, owner: Owner, settings: InjectionSettings) -> tuple[Object, Object]:
    """Merge the templates over the pod, and over nothing, to know what they add."""
    injection = _injection(reinsert(_stripped(pod, settings)), owner, settings)
    merged: Object = pod
    template: Object = read("Pod", {})
    native = _is_native(pod, settings)
    for name in _template_names(pod, settings):
        overlay = _overlay(name, settings)(injection)
        template = _merged(template, overlay, name)
        if native and find(PROXY_CONTAINER, template["spec"].get("initContainers")):
            merged = _moved_to_init(merged)
        merged = _merged(merged, overlay, name)
    return merged, template


def _merged(pod: Object, overlay: Object, name: str) -> Object:
    try:
        return read("Pod", merge("Pod", pod, overlay))  # type: ignore[no-any-return]
    except InjectionError as error:
        raise InjectionError(f"template {name}: {error}") from None


def _is_native(pod: Object, settings: InjectionSettings) -> bool:
    """A pod's own word comes first, as in the templates."""
    return (annotations_of(pod).get(NATIVE_SIDECAR) or str(settings.native).lower()) != "false"


def _overlay(name: str, settings: InjectionSettings) -> Overlay:
    try:
        return settings.overlay(name)
    except InjectionError as error:
        raise error.below("metadata", "annotations", TEMPLATES) from None


def _template_names(pod: Object, settings: InjectionSettings) -> list[str]:
    text = annotations_of(pod).get(TEMPLATES)
    names = settings.default_templates
    if text is not None:
        names = tuple(name.strip() for name in text.split(","))
    return [alias for name in names for alias in settings.aliases.get(name, (name,))]


def _stripped(pod: Object, settings: InjectionSettings) -> Object:
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
    del annotations_of(pod)[SIDECAR_STATUS]
    return pod


def _moved_to_init(pod: Object) -> Object:
    """Move a sidecar that the user set up to where native sidecars stand."""
    sidecar = find(PROXY_CONTAINER, pod["spec"].get("containers"))
    if sidecar is None:
        return pod
    spec = pod["spec"]
    kept = [container for container in spec["containers"] if container["name"] != PROXY_CONTAINER]
    initial = [*(spec.get("initContainers") or []), sidecar]
    return {**pod, "spec": {**spec, "containers": kept, "initContainers": initial}}


def _injection(pod: Object, owner: Owner, settings: InjectionSettings) -> PodInjection:
    annotations = annotations_of(pod)
    image_type = (settings.mesh["defaultConfig"].get("image") or {}).get("imageType") or ""
    user, group = user_and_group(owner.namespace_annotations)
    return PodInjection(
        pod=pod,
        owner=owner,
        mesh=settings.mesh,
        values=settings.values,
        revision=settings.revision,
        image=image(settings, "proxy", image_type, annotations),
        init_image=image(settings, "proxy_init", "", annotations),
        is_native=settings.native,
        user=user,
        group=group,
        compliance_policy=settings.compliance_policy,
    )


def _finish(pod: Object, template: Object, settings: InjectionSettings) -> None:
    """Do what templates can't (postProcessPod)."""
    pod["metadata"].setdefault("labels", {})
    environment = _cluster_environment(pod, settings)
    sidecar = find_in_pod(PROXY_CONTAINER, pod)
    if sidecar is not None:
        _set_environment(sidecar, environment)
    merge_metrics(pod, settings)
    tell_secure_port(pod)
    rewrite_probes(pod, settings)
    if "ISTIO_META_NETWORK" in environment:
        pod["metadata"]["labels"][NETWORK] = environment["ISTIO_META_NETWORK"]
    annotations = annotations_of(pod)
    annotations[SIDECAR_STATUS] = _status(template["spec"], settings)
    annotations.update(settings.injected_annotations)


def _cluster_environment(pod: Object, settings: InjectionSettings) -> dict[str, str]:
    """Where the sidecar runs; the pod's label of its network has the last word."""
    network = pod["metadata"]["labels"].get(NETWORK) or settings.network
    cluster = settings.value("global", "multiCluster", "clusterName")
    given = {"ISTIO_META_CLUSTER_ID": cluster, "ISTIO_META_NETWORK": network}
    return {name: str(value) for name, value in given.items() if value}


def _set_environment(sidecar: Object, wanted: Mapping[str, str]) -> None:
    kept = [variable for variable in sidecar.get("env") or [] if variable["name"] not in wanted]
    given = [{"name": name, "value": wanted[name]} for name in sorted(wanted)]
    # Of a pod that was injected before, so that doing it twice changes nothing.
    later = next(
        (i for i, variable in enumerate(kept) if variable["name"] in _ADDED_LATER), len(kept)
    )
    sidecar["env"] = [*kept[:later], *given, *kept[later:]]


def _status(spec: Object, settings: InjectionSettings) -> str:
    names = {
        key: [item["name"] for item in spec.get(key) or []] or None
        for key in ("initContainers", "containers", "volumes", "imagePullSecrets")
    }
    return go_json.dumps({**names, "revision": settings.revision or "default"})
