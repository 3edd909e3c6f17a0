"""Finds the value of a workload that says that its pods get no sidecar."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from meshctl.inject.errors import Path
from meshctl.inject.settings.injector_config import InjectionSettings
from meshctl.istio.labels import INJECT
from meshctl.mesh.injection.inject_required import InjectCause, InjectPolicy, PodWords, required
from meshctl.words import quoted

_DISABLED = "has sidecar injection disabled"
_NAME: Path = ("metadata", "name")


class Reason(NamedTuple):
    """Why a pod gets no sidecar, and the value of the pod that says so."""

    message: str
    path: Path


def reason_against(
    metadata: Mapping[str, Any],
    spec: Mapping[str, Any],
    settings: InjectionSettings,
    namespace: str = "",
) -> Reason | None:
    """Say why a pod gets no sidecar; ``None`` when it gets one.

    Unlike at the webhook, the labels of the namespace don't count: who asks, wants injection.
    """
    own = metadata.get("namespace", "")
    pod = _words(metadata, own or namespace, is_on_host=spec.get("hostNetwork") is True)
    policy = InjectPolicy(settings.policy, settings.never, settings.always)
    injects, cause = required(pod, policy)
    if injects:
        return None
    match cause:
        case InjectCause.HOST_NETWORK:
            return Reason("has host networking enabled", ("spec", "hostNetwork"))
        case InjectCause.NAMESPACE if own:
            return Reason(_DISABLED, ("metadata", "namespace"))
        case InjectCause.NAMESPACE:
            return Reason(f"is in {namespace}, where Istio never injects", _NAME)
        case InjectCause.OWN_WORD:
            return Reason(_DISABLED, wish(metadata)[0])
        case InjectCause.NEVER:
            message = f"{_DISABLED} by the config's neverInjectSelector"
            return Reason(message, ("metadata", "labels"))
        case InjectCause.UNKNOWN_POLICY:
            message = f"has no chance: the policy of the config is {quoted(settings.policy)}"
            return Reason(message, _NAME)
    return Reason(f"{_DISABLED} by the config's policy", _NAME)


def wish(metadata: Mapping[str, Any]) -> tuple[Path, str]:
    """What a pod says by its label or else its annotation, and where."""
    where, word = _words(metadata, "", is_on_host=False).own_word
    return ("metadata", f"{where}s", INJECT) if word else _NAME, word


def _words(metadata: Mapping[str, Any], namespace: str, *, is_on_host: bool) -> PodWords:
    labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
    return PodWords(is_on_host, namespace, labels, annotations)
