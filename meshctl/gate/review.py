"""Reads what the API server asks (AdmissionReview admission.k8s.io/v1), and writes the answer."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from meshctl.errors import MeshctlError

API_VERSION = "admission.k8s.io/v1"
OPERATIONS = frozenset({"CREATE", "UPDATE", "DELETE", "CONNECT"})
_LONGEST_NAME = 1_024

Object = Mapping[str, Any]


class ReviewError(MeshctlError):
    """What was sent is no review."""


class Review(NamedTuple):
    """One request to change an object; ``old`` is missing where it is new, ``new`` where it goes."""

    uid: str
    operation: str
    group: str
    kind: str
    namespace: str
    name: str
    user: str = ""
    subresource: str = ""
    new: Object | None = None
    old: Object | None = None
    is_dry_run: bool = False

    @property
    def key_name(self) -> str:
        """``namespace/name``; a name that is still to be generated is shown by its beginning."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


class Answer(NamedTuple):
    """What the API server is told."""

    allowed: bool
    message: str = ""
    warnings: tuple[str, ...] = ()
    annotations: Mapping[str, str] = {}


def read_review(body: Any) -> Review:
    """Read the parsed JSON of a request; raises ReviewError for anything else."""
    if not isinstance(body, dict) or body.get("kind") != "AdmissionReview":
        raise ReviewError("the body is no AdmissionReview")
    if body.get("apiVersion") != API_VERSION:
        raise ReviewError(f"the AdmissionReview is not of {API_VERSION}")
    request = body.get("request")
    if not isinstance(request, dict):
        raise ReviewError("the AdmissionReview has no request")
    uid, operation = _text(request, "uid"), _text(request, "operation")
    if not uid or operation not in OPERATIONS:
        raise ReviewError("the request has no uid, or no operation that there is")
    kind = _mapping(request, "kind")
    new, old = _object(request, "object"), _object(request, "oldObject")
    shown = new or old or {}
    meta = _mapping(shown, "metadata")
    name = _text(request, "name") or _text(meta, "name") or _text(meta, "generateName")
    user = _text(_mapping(request, "userInfo"), "username")
    return Review(
        uid, operation, _text(kind, "group"), _text(kind, "kind"), _text(request, "namespace"),
        name, user, _text(request, "subResource"), new, old, request.get("dryRun") is True,
    )  # fmt: skip


def write_answer(review: Review, answer: Answer) -> dict[str, Any]:
    """Write an answer; a refusal carries every error, since users see the first webhook's alone."""
    response: dict[str, Any] = {"uid": review.uid, "allowed": answer.allowed}
    if answer.message:
        response["status"] = {"code": 403, "reason": "Forbidden", "message": answer.message}
    if answer.warnings:
        response["warnings"] = list(answer.warnings)
    if answer.annotations:
        response["auditAnnotations"] = dict(answer.annotations)
    return {"apiVersion": API_VERSION, "kind": "AdmissionReview", "response": response}


def _text(holder: Mapping[str, Any], key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) and len(value) <= _LONGEST_NAME else ""


def _mapping(holder: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = holder.get(key)
    return value if isinstance(value, dict) else {}


def _object(request: Mapping[str, Any], key: str) -> Object | None:
    value = request.get(key)
    if value is None:
        return None
    if not isinstance(value, dict) or not _is_typed(value):
        raise ReviewError(f"the {key} of the request is no Kubernetes object")
    return value


def _is_typed(value: Mapping[str, Any]) -> bool:
    """Has an object a kind, and no version of an API that isn't one?"""
    return isinstance(value.get("kind"), str) and isinstance(value.get("apiVersion", ""), str)
