"""Injects a pod by asking istiod (AdmissionReview, pkg/kube/inject/webhook.go, 1.31)."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from meshctl.inject.errors import InjectionError
from meshctl.inject.go_types.kubernetes_types import read
from meshctl.inject.owners import Object, Owner, as_created, as_template
from meshctl.plain_objects import read_json

Ask = Callable[[Mapping[str, Any]], Any]
"""Sends an AdmissionReview to istiod and gives the AdmissionReview that it answers."""

_UNFIT = (TypeError, KeyError, IndexError, ValueError, AttributeError, RecursionError)
"""What jsonpatch lets through of operations that are none."""

_MOST_STEPS, _MOST_COPIED = 10_000, 3 * 1024 * 1024
"""What an API server takes of a patch (maxJSONPatchOperations and JSONPatchMaxCopyBytes, 1.34)."""

_LONGEST_REFUSAL = 2000
_UID = "b1c9a3f0-0000-4000-8000-000000000000"
_PODS = {"group": "", "version": "v1", "resource": "pods"}
_POD = {"group": "", "version": "v1", "kind": "Pod"}


def inject_by_webhook(pod: Object, owner: Owner, ask: Ask) -> Object | None:
    """Let istiod inject a pod that ``read`` gave; ``None`` where its policy leaves the pod alone.

    istiod sees the pod as its controllers would create it, so that it knows the workload. Raises
    ``InjectionError`` with istiod's own words when it refuses.
    """
    namespace = pod["metadata"].get("namespace") or owner.metadata.get("namespace") or "default"
    created = as_created(pod, owner)
    created["metadata"]["namespace"] = namespace
    response = _response(ask(review(created, namespace)))
    if response.get("allowed") is not True:
        raise InjectionError(f"istiod refuses the pod: {_refusal(response)}")
    patch = _patch(response)
    if not patch:
        return None
    injected: Object = read("Pod", as_template(_patched(created, patch), pod))
    return injected


def review(pod: Object, namespace: str) -> dict[str, Any]:
    """Write the AdmissionReview of a pod that is about to be created."""
    return {
        "kind": "AdmissionReview",
        "apiVersion": "admission.k8s.io/v1",
        "request": {
            "uid": _UID,
            "kind": _POD,
            "resource": _PODS,
            "requestKind": _POD,
            "requestResource": _PODS,
            "namespace": namespace,
            "operation": "CREATE",
            "userInfo": {"username": "system:serviceaccount:kube-system:replicaset-controller"},
            "object": {"apiVersion": "v1", "kind": "Pod", **pod},
            "oldObject": None,
            "dryRun": True,
            "options": {"kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1"},
        },
    }


def _response(answer: Any) -> Mapping[str, Any]:
    response = answer.get("response") if isinstance(answer, dict) else None
    if not isinstance(response, dict):
        raise InjectionError("istiod's answer is no AdmissionReview; is this really its webhook?")
    return response


def _refusal(response: Mapping[str, Any]) -> str:
    status = response.get("status")
    text = status.get("message") if isinstance(status, dict) else None
    return str(text).strip()[:_LONGEST_REFUSAL] if text else "it gives no reason"


def _patch(response: Mapping[str, Any]) -> list[Any]:
    text = response.get("patch")
    if not text:
        return []
    try:
        patch = read_json(base64.b64decode(str(text), validate=True))
    except (ValueError, binascii.Error):
        raise InjectionError("istiod's patch is no JSON in base64; try again") from None
    if not isinstance(patch, list) or not all(isinstance(step, dict) for step in patch):
        raise InjectionError("istiod's patch is no list of JSON patch operations; try again")
    if len(patch) > _MOST_STEPS:
        raise InjectionError(f"istiod's patch has more than {_MOST_STEPS:,} operations")
    return patch


def _patched(pod: Object, patch: list[Any]) -> Object:
    from jsonpatch import JsonPatch, JsonPatchException  # noqa: PLC0415 - one command needs it
    from jsonpointer import JsonPointer, JsonPointerException  # noqa: PLC0415

    patched: Any = deepcopy(pod)
    copied = 0
    try:
        for step in patch:
            if step.get("op") == "copy":  # thirty of them make a billion of one
                copied += len(json.dumps(JsonPointer(step["from"]).resolve(patched)))
                if copied > _MOST_COPIED:
                    raise InjectionError(f"istiod's patch copies more than {_MOST_COPIED:,} bytes")
            patched = JsonPatch([step]).apply(patched, in_place=True)
    except (JsonPatchException, JsonPointerException, *_UNFIT) as error:
        raise InjectionError(f"istiod's patch does not fit the pod: {error}") from None
    parts = [patched.get(name) for name in ("metadata", "spec")] if type(patched) is dict else []
    if [dict, dict] != [type(part) for part in parts]:
        raise InjectionError("istiod's patch leaves no pod; is this really its webhook?")
    injected: Object = patched
    return injected
