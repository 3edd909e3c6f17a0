"""Decides whether the injector injects a pod that it is sent (injectRequired).

Mirrors injectRequired (pkg/kube/inject/webhook.go, Istio 1.31): the pod's own word comes first,
then the selectors of the injector's ConfigMap, then its policy.
"""

from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import Any, NamedTuple

from meshctl.istio.labels import INJECT, INJECTION, REVISION
from meshctl.mesh.core.selectors import matches
from meshctl.mesh.injection.webhooks import Injector
from meshctl.mesh.workloads.membership import Membership, without_sidecar
from meshctl.resources import Namespace, Resource, View, Workload
from meshctl.resources.kubernetes.workload import SYSTEM_NAMESPACES
from meshctl.sources.documents import Document


class InjectCause(Enum):
    """What decides about a pod."""

    HOST_NETWORK = auto()
    NAMESPACE = auto()
    UNKNOWN_POLICY = auto()
    """A policy that is neither ``enabled`` nor ``disabled`` injects nothing."""
    OWN_WORD = auto()
    NEVER = auto()
    """``neverInjectSelector``."""
    ALWAYS = auto()
    """``alwaysInjectSelector``."""
    POLICY = auto()


class PodWords(NamedTuple):
    """What a pod says that decides about its injection."""

    uses_host_network: bool
    namespace: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]

    @property
    def own_word(self) -> tuple[str, str]:
        """Label or annotation, and what it says; empty where neither is there."""
        if INJECT in self.labels:
            return "label", self.labels[INJECT]
        return "annotation", self.annotations.get(INJECT, "")


class InjectPolicy(NamedTuple):
    """What the injector's config says about pods that say nothing."""

    name: str = "enabled"
    never: Sequence[Mapping[str, Any]] = ()
    always: Sequence[Mapping[str, Any]] = ()


def required(pod: PodWords, policy: InjectPolicy) -> tuple[bool, InjectCause]:
    """Is a pod injected, and what decides that?"""
    if pod.uses_host_network:
        return False, InjectCause.HOST_NETWORK
    if pod.namespace in SYSTEM_NAMESPACES:
        return False, InjectCause.NAMESPACE
    if policy.name not in {"enabled", "disabled"}:
        return False, InjectCause.UNKNOWN_POLICY
    _, value = pod.own_word
    if value in {"true", "false"}:
        return value == "true", InjectCause.OWN_WORD
    if any(_selects(selector, pod.labels) for selector in policy.never):
        return False, InjectCause.NEVER
    if any(_selects(selector, pod.labels) for selector in policy.always):
        return True, InjectCause.ALWAYS
    return policy.name == "enabled", InjectCause.POLICY


def _selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Empty selectors pick nothing here."""
    return bool(selector) and matches(Resource(Document("", 1, "", selector), selector), labels)


class InjectDecision(NamedTuple):
    """What the injector does with a pod; the reason is empty where nothing says so."""

    injects: bool
    reason: str


def decide(workload: Workload, config: View | None) -> InjectDecision:
    """Decide by the pod and the injector's config; without it the policy is ``enabled``."""
    settings = config if config is not None else View(workload, (), None)
    policy = InjectPolicy(
        settings.text("policy") or "enabled",
        [setting for _, setting in settings.items("neverInjectSelector")],
        [setting for _, setting in settings.items("alwaysInjectSelector")],
    )
    pod = PodWords(
        workload.uses_host_network, workload.namespace, workload.pod_labels,
        workload.pod_annotations,
    )  # fmt: skip
    injects, cause = required(pod, policy)
    return InjectDecision(injects, _reason(pod, policy, cause, injects=injects))


def _reason(pod: PodWords, policy: InjectPolicy, cause: InjectCause, *, injects: bool) -> str:
    where, value = pod.own_word
    match cause:
        case InjectCause.HOST_NETWORK:
            return "the pod has hostNetwork, and such pods are never injected"
        case InjectCause.NAMESPACE:
            return f"istiod never injects into namespace {pod.namespace}"
        case InjectCause.UNKNOWN_POLICY:
            return f"the injector's policy is {policy.name}, by which it injects nothing"
        case InjectCause.OWN_WORD:
            verb = "asks for it" if injects else "opts out"
            return f"the pod's {where} {INJECT}={value} {verb}"
        case InjectCause.NEVER:
            return "the injector's neverInjectSelector picks the pod"
        case InjectCause.ALWAYS:
            return "the injector's alwaysInjectSelector picks the pod"
    doubt = f"the pod's {where} {INJECT}={value} is neither true nor false" if value else ""
    if not injects:
        said = f"the injector's policy is {policy.name}, so that a pod has to ask by itself"
        return f"{doubt}, and {said}" if doubt else said
    return f"{doubt}, so the injector's policy decides" if doubt else ""


def heeded(
    promised: Membership, workload: Workload, namespace: Namespace, injector: Injector, *,
    has_all_webhooks: bool,
) -> Membership:  # fmt: skip
    """Correct what the labels promise by the webhooks and the settings that the input has.

    Webhooks count where the input has all of them; otherwise those that Istio installs stand there.
    """
    labels, is_sent = namespace.labels, promised is Membership.SIDECAR
    own, inherited = workload.pod_labels.get(REVISION), labels.get(REVISION)
    revision = "" if INJECTION in labels else inherited or own or ""
    if has_all_webhooks and injector.webhooks:
        chosen = injector.webhook_for(workload, labels)
        is_sent = chosen is not None
        revision = chosen.resource.labels.get(REVISION, "") if chosen is not None else ""
    if is_sent and decide(workload, injector.config(revision)).injects:
        return Membership.SIDECAR
    return Membership.NONE if workload.uses_host_network else without_sidecar(workload, namespace)
