"""Which objects make pods, and where in them is the pod?"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from meshctl.inject.containers import Object, wants_injection
from meshctl.inject.errors import InjectionError
from meshctl.inject.kubernetes_types import read
from meshctl.inject.pod import Owner, inject_pod
from meshctl.inject.settings import Settings

_GROUPS: Mapping[str, frozenset[str]] = {
    "Pod": frozenset({""}),
    "ReplicationController": frozenset({""}),
    "Deployment": frozenset({"apps", "extensions"}),
    "DaemonSet": frozenset({"apps", "extensions"}),
    "ReplicaSet": frozenset({"apps", "extensions"}),
    "StatefulSet": frozenset({"apps"}),
    "Job": frozenset({"batch"}),
    "CronJob": frozenset({"batch"}),
    "DeploymentConfig": frozenset({"", "apps.openshift.io"}),
}
PARTLY_KNOWN = ("argoproj.io", "Rollout")
"""A workload of which no more than the pod template is known; istioctl passes it by."""
_HASH = "pod-template-hash"
_CRON_JOB = re.compile(r"-\d{8,10}\Z")
Warn = Callable[[str], None]


def is_known(data: Any) -> bool:
    """Does an object make pods, by its group and kind?"""
    if not isinstance(data, dict) or not isinstance(data.get("kind"), str):
        return False
    return group_of(data) in _GROUPS.get(data["kind"], ())


def is_partly_known(data: Any) -> bool:
    """Does an object make pods by a pod template, and nothing else of it is known?"""
    return (
        isinstance(data, dict)
        and (group_of(data), data.get("kind")) == PARTLY_KNOWN
        and isinstance(data.get("spec"), dict)
        and isinstance(data["spec"].get("template"), dict)
    )


def group_of(data: Mapping[str, Any]) -> str:
    """The API group of an object; the core group has no name."""
    return str(data.get("apiVersion", "")).rpartition("/")[0]


def inject_workload(
    data: Object,
    settings: Settings,
    warn: Warn,
    namespace_annotations: Mapping[str, str] | None = None,
    *,
    like_istioctl: bool = False,
) -> Object:
    """Add sidecars to the pods of an object; what needs none is only put into Kubernetes' form.

    istioctl keeps labels and annotations of a CronJob's pods on the template of its Jobs, where
    they have no effect; ``like_istioctl`` does so too.
    """
    kind = data["kind"]
    workload: Object = read(kind, data, coerce=True)
    owner = Owner(data.get("apiVersion", ""), kind, workload["metadata"])
    if kind == "Pod":
        owner = _owner_of_pod(workload, owner)
    owner = replace(owner, namespace_annotations=namespace_annotations or {})
    holder, spec_holder = _pod_holders(workload, like_istioctl=like_istioctl)
    pod = {"metadata": holder["metadata"], "spec": spec_holder["spec"]}
    name = pod["metadata"].get("name") or owner.metadata.get("name", "")
    namespace = owner.metadata.get("namespace")
    full_name = f"{namespace}/{name}" if namespace else name
    if pod["spec"].get("hostNetwork"):
        warn(f'Skipping injection because {kind} "{full_name}" has host networking enabled')
    elif not wants_injection(pod["metadata"], pod["spec"], settings):
        warn(f'Skipping injection because {kind} "{full_name}" has sidecar injection disabled')
    else:
        try:
            injected = inject_pod(read("Pod", pod), owner, settings)
        except InjectionError as error:
            raise InjectionError(f"{kind} {full_name}: {error}") from None
        holder["metadata"], spec_holder["spec"] = injected["metadata"], injected["spec"]
    return workload


def _pod_holders(workload: Object, *, like_istioctl: bool) -> tuple[Object, Object]:
    """Give what has the pod's metadata and what has its spec."""
    if workload["kind"] == "Pod":
        return workload, workload
    spec = workload["spec"]
    if workload["kind"] == "CronJob":
        template = spec["jobTemplate"]["spec"]["template"]
        return spec["jobTemplate"] if like_istioctl else template, template
    if "template" not in spec:
        raise InjectionError(f"{workload['kind']} has no spec.template; add it")
    return spec["template"], spec["template"]


def _owner_of_pod(pod: Object, own: Owner) -> Owner:
    """Guess the workload of a pod by its owner (GetDeployMetaFromPod, pkg/kube/util.go)."""
    metadata = pod["metadata"]
    references = metadata.get("ownerReferences") or []
    controller = next((one for one in references if one.get("controller")), None)
    if controller is None or not metadata.get("generateName"):
        return own
    name, kind = controller["name"], controller["kind"]
    version = controller["apiVersion"]
    template_hash = (metadata.get("labels") or {}).get(_HASH, "")
    if kind == "ReplicaSet" and template_hash and name.endswith(f"-{template_hash}"):
        name = name.removesuffix(f"-{template_hash}")
        is_rollout = "rollouts-pod-template-hash" in (metadata.get("labels") or {})
        kind = "Rollout" if is_rollout else "Deployment"
        version = "argoproj.io/v1alpha1" if is_rollout else version
    elif kind == "Job" and _CRON_JOB.search(name):
        name, kind = _CRON_JOB.sub("", name), "CronJob"
    return Owner(version, kind, {**metadata, "name": name})
