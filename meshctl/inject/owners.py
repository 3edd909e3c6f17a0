"""Names the workload that pods belong to, as its controllers do.

istiod sees pods alone and guesses the workload from them (GetDeployMetaFromPod, pkg/kube/util.go,
Istio 1.31); what asks a real istiod has to show it pods as a controller would have made them.
"""

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

Object = dict[str, Any]

_HASH = "pod-template-hash"
_ROLLOUT_HASH = "rollouts-pod-template-hash"
_DEPLOYMENT_CONFIG = "deploymentconfig"
_CRON_JOB = re.compile(r"-\d{8,10}\Z")
_SAMPLE_HASH = "5d4f8c7b96"
_SAMPLE_TIME = "28000000"
_SAMPLE_UID = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True, slots=True)
class Owner:
    """The object that makes the pods: what ISTIO_META_OWNER and canonical names come from."""

    api_version: str
    kind: str
    metadata: Mapping[str, Any]
    namespace_annotations: Mapping[str, str] = field(default_factory=dict)
    """Those of the namespace; OpenShift keeps the users there."""


def owner_of_pod(pod: Object, own: Owner) -> Owner:
    """Guess the workload of a pod by its owner; ``own`` is the pod as its own owner."""
    metadata = pod["metadata"]
    references = metadata.get("ownerReferences") or []
    controller = next((reference for reference in references if reference.get("controller")), None)
    if controller is None or not metadata.get("generateName"):
        return own
    labels = metadata.get("labels") or {}
    name, kind = controller["name"], controller["kind"]
    version = controller["apiVersion"]
    if kind == "ReplicaSet" and _ends(name, labels.get(_HASH)):
        name, kind = name.removesuffix(f"-{labels[_HASH]}"), "Deployment"
    elif kind == "ReplicaSet" and _ends(name, labels.get(_ROLLOUT_HASH)):
        name, kind = name.removesuffix(f"-{labels[_ROLLOUT_HASH]}"), "Rollout"
        version = "v1alpha1"  # istiod leaves out the group
    elif kind == "ReplicationController" and labels.get(_DEPLOYMENT_CONFIG):
        name, kind = labels[_DEPLOYMENT_CONFIG], "DeploymentConfig"
    elif kind == "Job" and _CRON_JOB.search(name):
        name, kind, version = _CRON_JOB.sub("", name), "CronJob", "batch/v1"
    return Owner(version, kind, {**metadata, "name": name})


def _ends(name: str, suffix: str | None) -> bool:
    return bool(suffix) and name.endswith(str(suffix))


def as_created(pod: Object, owner: Owner) -> Object:
    """Show a pod template as the pod that the workload's controllers would create of it."""
    created = deepcopy(pod)
    if owner.kind == "Pod" or pod["metadata"].get("ownerReferences"):
        return created  # it is a pod already
    name = owner.metadata.get("name", "")
    kind, version, controller, labels = _controller(owner, name)
    metadata = created["metadata"]
    metadata.pop("name", None)
    metadata["generateName"] = f"{controller}-"
    if labels:
        metadata["labels"] = {**(metadata.get("labels") or {}), **labels}
    metadata["ownerReferences"] = [
        {
            "apiVersion": version, "kind": kind, "name": controller, "uid": _SAMPLE_UID,
            "controller": True, "blockOwnerDeletion": True,
        }
    ]  # fmt: skip
    return created


def as_template(created: Object, template: Object) -> Object:
    """Take back from a created pod what ``as_created`` put into it; ``template`` is what it got."""
    result = deepcopy(created)
    metadata, before = result["metadata"], template["metadata"]
    for name in ("name", "namespace", "generateName", "ownerReferences"):
        metadata.pop(name, None)
        if name in before:
            metadata[name] = before[name]
    labels, known = metadata.get("labels") or {}, before.get("labels") or {}
    for name in {_HASH, _ROLLOUT_HASH, _DEPLOYMENT_CONFIG} - known.keys():
        if isinstance(labels, dict):  # istiod may answer anything
            labels.pop(name, None)
    return result


def _controller(owner: Owner, name: str) -> tuple[str, str, str, dict[str, str]]:
    """Give kind, version and name of what makes the pods, and the labels that it puts on them."""
    match owner.kind:
        case "Deployment":
            return "ReplicaSet", "apps/v1", f"{name}-{_SAMPLE_HASH}", {_HASH: _SAMPLE_HASH}
        case "Rollout":
            labels = {_ROLLOUT_HASH: _SAMPLE_HASH}
            return "ReplicaSet", "apps/v1", f"{name}-{_SAMPLE_HASH}", labels
        case "DeploymentConfig":
            return "ReplicationController", "v1", f"{name}-1", {_DEPLOYMENT_CONFIG: name}
        case "CronJob":
            return "Job", "batch/v1", f"{name}-{_SAMPLE_TIME}", {}
    return owner.kind, owner.api_version, name, {}
