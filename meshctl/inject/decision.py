"""Does a pod get a sidecar, and if not, why? (injectRequired in pkg/kube/inject, Istio 1.31)"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from meshctl.inject.errors import Path
from meshctl.inject.settings import Settings
from meshctl.mesh.injector import matches
from meshctl.resources import Resource
from meshctl.resources.workload import INJECT, SYSTEM_NAMESPACES
from meshctl.sources.documents import Document

_DISABLED = "has sidecar injection disabled"
_NAME: Path = ("metadata", "name")


class Reason(NamedTuple):
    """Why a pod gets no sidecar, and the value of the pod that says so."""

    message: str
    path: Path


def reason_against(
    metadata: Mapping[str, Any], spec: Mapping[str, Any], settings: Settings, namespace: str = ""
) -> Reason | None:
    """Say why a pod gets no sidecar; ``None`` when it gets one.

    Its own words come before the selectors of the injector's config, and those before the policy.
    Unlike at the webhook, the labels of the namespace don't count: who asks, wants injection.
    """
    if spec.get("hostNetwork") is True:
        return Reason("has host networking enabled", ("spec", "hostNetwork"))
    if metadata.get("namespace") in SYSTEM_NAMESPACES:
        return Reason(_DISABLED, ("metadata", "namespace"))
    if namespace in SYSTEM_NAMESPACES:
        return Reason(f"is in {namespace}, where Istio never injects", _NAME)
    if settings.policy not in {"enabled", "disabled"}:
        return Reason(f"has no chance: the policy of the config is {settings.policy!r}", _NAME)
    labels = metadata.get("labels") or {}
    path, wanted = wish(metadata)
    if wanted in {"true", "false"}:
        return None if wanted == "true" else Reason(_DISABLED, path)
    if any(_selects(one, labels) for one in settings.never):
        return Reason(f"{_DISABLED} by the config's neverInjectSelector", ("metadata", "labels"))
    if any(_selects(one, labels) for one in settings.always):
        return None
    if settings.policy == "enabled":
        return None
    return Reason(f"{_DISABLED} by the config's policy", _NAME)


def wish(metadata: Mapping[str, Any]) -> tuple[Path, str]:
    """What a pod says by its label or else its annotation, and where."""
    for place in ("labels", "annotations"):
        if INJECT in (metadata.get(place) or {}):
            return ("metadata", place, INJECT), metadata[place][INJECT]
    return _NAME, ""


def _selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Empty selectors pick nothing here."""
    return bool(selector) and matches(Resource(Document("", 1, "", selector), selector), labels)
