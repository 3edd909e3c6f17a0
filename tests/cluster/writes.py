"""What the fake API server does with objects that clients write, and whom it asks before."""

import json
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

from api_kinds import ServedKind
from faults import Answer, failure

Review = dict[str, Any]
Webhook = Callable[[Review], Review]
"""Answers an AdmissionReview; gives its ``response``."""


class Write(NamedTuple):
    """One request that changes an object."""

    kind: ServedKind
    namespace: str
    name: str
    method: str
    body: dict[str, Any] | None
    user: str
    is_dry_run: bool


def write(api: Any, asked: Write) -> Answer:
    """Store, replace or delete an object, unless a webhook refuses it."""
    stored = api.objects.get((asked.kind.group, asked.kind.plural), {})
    name = asked.name or (asked.body or {}).get("metadata", {}).get("name", "")
    old = stored.get((asked.namespace if asked.kind.is_namespaced else "", name))
    if asked.method == "POST" and old is not None:
        return failure(409, f'{asked.kind.plural} "{name}" already exists', "AlreadyExists")
    if asked.method != "POST" and old is None:
        return failure(404, f'{asked.kind.plural} "{name}" not found')
    new = _new(asked, old)
    version = (new or {}).get("metadata", {}).get("resourceVersion")
    if old is not None and version not in (None, old["metadata"]["resourceVersion"]):
        return failure(409, f'{asked.kind.plural} "{name}" has been modified', "Conflict")
    response = api.webhook(_review(asked, name, old, new)) if api.webhook else {"allowed": True}
    warnings = {
        "Warning": ", ".join(f'299 - "{_escaped(one)}"' for one in response.get("warnings", ()))
    }
    headers = {"Content-Type": "application/json"} | {k: v for k, v in warnings.items() if v}
    if not response["allowed"]:
        message = f'admission webhook "mesh.meshctl.io" denied the request: {response["status"]["message"]}'
        return failure(403, message, "Forbidden", headers)
    if asked.is_dry_run:
        return Answer(200, headers, json.dumps(new or old).encode())
    if new is None:
        group_version = f"{asked.kind.group}/{asked.kind.version}".lstrip("/")
        api.remove(group_version, asked.kind.kind, asked.namespace, name)
        return Answer(200, headers, json.dumps(old).encode())
    status = 201 if asked.method == "POST" else 200
    return Answer(status, headers, json.dumps(api.add(new)).encode())


def _new(asked: Write, old: dict[str, Any] | None) -> dict[str, Any] | None:
    if asked.method == "DELETE":
        return None
    body = _merged(old, asked.body) if asked.method == "PATCH" else dict(asked.body or {})
    body["metadata"] = dict(body.get("metadata", {}))
    if asked.kind.is_namespaced:
        body["metadata"].setdefault("namespace", asked.namespace)
    return body


def _merged(old: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    kept = dict(old) if isinstance(old, dict) else {}
    for key, value in patch.items():
        if value is None:
            kept.pop(key, None)
        else:
            kept[key] = _merged(kept.get(key), value)
    return kept


def _review(asked: Write, name: str, old: Any, new: Any) -> Review:
    kind = asked.kind
    return {
        "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
        "request": {
            "uid": str(uuid.uuid4()), "name": name, "namespace": asked.namespace,
            "kind": {"group": kind.group, "version": kind.version, "kind": kind.kind},
            "operation": {"POST": "CREATE", "DELETE": "DELETE"}.get(asked.method, "UPDATE"),
            "userInfo": {"username": asked.user}, "object": new, "oldObject": old,
            "dryRun": asked.is_dry_run,
        },
    }  # fmt: skip


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
