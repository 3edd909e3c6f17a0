"""Explains whether the pods of a workload get a sidecar, from which webhook, and why (not)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from meshctl.engine.label_query import label_query
from meshctl.errors import UsageError
from meshctl.inspect.shown import Named, Place, Shown
from meshctl.inspect.targets import find_workload
from meshctl.istio.labels import DATAPLANE_MODE, INJECT, INJECTION, NAMESPACE_NAME, REVISION
from meshctl.mesh import Mesh
from meshctl.mesh.injection.explain import (
    DEFAULT_REVISION,
    WebhookMatch,
    WebhookMatches,
    default_webhooks,
)
from meshctl.mesh.injection.inject_required import InjectDecision, decide
from meshctl.mesh.injection.proxy_revisions import running_revision
from meshctl.mesh.workloads.membership import Membership, has_proxy_container, is_live, promise
from meshctl.resources import Workload
from meshctl.settings import Settings


class PodOutcome(StrEnum):
    """What becomes of a pod that is made now."""

    INJECTED = "injected"
    NOT_INJECTED = "not-injected"
    SEVERAL = "several"
    """Several webhooks inject it, and each of them changes what the others made."""
    UNKNOWN = "unknown"


class InjectionExplanation(NamedTuple):
    """Everything that decides about the sidecar of a workload's pods.

    ``is_assumed`` says that the input has no injection webhook, so that Istio's own stand for it.
    """

    workload: Workload
    matches: tuple[WebhookMatch, ...]
    is_assumed: bool
    decision: InjectDecision | None
    verdict: PodOutcome
    reason: str
    notes: tuple[str, ...]

    @property
    def taken_by(self) -> list[WebhookMatch]:
        """The webhook configurations that send the pod to their injector."""
        return [match for match in self.matches if match.webhook is not None]


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """What one webhook configuration does with the pods; ``webhook`` is the entry that takes them.

    Without a location it is none of the input's: Istio's own stands for it.
    """

    name: str
    revision: str
    webhook: str | None
    injects: bool
    reason: str
    location: Place | None


@dataclass(frozen=True, slots=True)
class InjectionAnswer:
    """What becomes of a workload's pods that are made now, and which webhooks decide it."""

    workload: Named
    verdict: PodOutcome
    reason: str
    webhooks: tuple[WebhookAnswer, ...]
    webhooks_assumed: bool
    notes: tuple[str, ...]


def answer(mesh: Mesh, target: str | None, home: str, settings: Settings) -> list[InjectionAnswer]:
    """Say what becomes of one workload (``find`` reads its name), or of all that are shown."""
    labels = settings.shown_labels
    if target is not None and labels:
        raise UsageError("a name and a selector ask twice; give one of them")
    if target is not None:
        workloads = [find_workload(mesh, target, home)]
    else:
        is_meant = label_query(labels)
        shown = settings.shown_namespaces
        workloads = [
            workload
            for workload in mesh.workloads
            if is_meant(workload.pod_labels) and (not shown or workload.namespace in shown)
        ]
    names = Shown()
    return [injection_answer(injection(mesh, workload), names) for workload in workloads]


def is_conflict(answer: InjectionAnswer) -> bool:
    """Do several webhooks inject the same pod?"""
    return answer.verdict is PodOutcome.SEVERAL


def injection(mesh: Mesh, workload: Workload) -> InjectionExplanation:
    """Decide what becomes of the pods of a workload that are made now."""
    namespace = mesh.workloads.namespace(workload.namespace)
    if namespace is not None or mesh.is_whole:
        return _judge(mesh, workload, namespace.labels if namespace is not None else {})
    bare, enabled = (_judge(mesh, workload, labels) for labels in ({}, {INJECTION: "enabled"}))
    if bare.decision is not None and not bare.decision.injects:
        return bare
    if bare.verdict is enabled.verdict is PodOutcome.INJECTED:
        doubt = (
            f"the input has no Namespace {workload.namespace}, which may say {INJECTION}=disabled"
        )
        return bare._replace(notes=(*bare.notes, doubt))
    reason = (
        f"the input has no Namespace {workload.namespace}, whose labels decide; add it, or label "
        f"the pods with {INJECT}"
    )
    return bare._replace(verdict=PodOutcome.UNKNOWN, reason=reason, matches=(), decision=None)


def injection_answer(explanation: InjectionExplanation, shown: Shown) -> InjectionAnswer:
    """Write an answer in names and words."""
    webhooks = tuple(
        WebhookAnswer(
            match.configuration.name,
            match.revision,
            match.webhook.name if match.webhook is not None else None,
            match.webhook is not None,
            match.reason,
            None if explanation.is_assumed else shown.whole(match.configuration).location,
        )
        for match in explanation.matches
    )
    return InjectionAnswer(
        shown.whole(explanation.workload),
        explanation.verdict,
        explanation.reason,
        webhooks,
        explanation.is_assumed,
        explanation.notes,
    )


def _judge(mesh: Mesh, workload: Workload, labels: Mapping[str, str]) -> InjectionExplanation:
    namespace = {NAMESPACE_NAME: workload.namespace, **labels}
    pod = workload.pod_labels
    webhooks: Sequence[Any] = mesh.injection.webhooks.webhooks
    is_assumed = not webhooks
    if is_assumed:
        asked = (namespace.get(REVISION), pod.get(REVISION))
        named = (one for one in asked if one)
        webhooks = default_webhooks(dict.fromkeys((DEFAULT_REVISION, *named)))
    matches = WebhookMatches(webhooks) if is_assumed else mesh.injection.webhooks.matches
    found = tuple(matches.of(namespace, pod))
    taken = [webhook_match for webhook_match in found if webhook_match.webhook is not None]
    config = mesh.injection.webhooks.config(taken[0].revision) if taken else None
    decision = decide(workload, config)
    verdict, reason = _verdict(found, taken, decision)
    head = InjectionExplanation(workload, found, is_assumed, decision, verdict, reason, ())
    notes = [*_notes(mesh, head, namespace)]
    if more := len(matches) - len(found):
        notes.append(f"{more} more webhook configurations don't take its pods either")
    return head._replace(notes=tuple(notes))


def _verdict(
    found: Sequence[WebhookMatch], taken: Sequence[WebhookMatch], decision: InjectDecision
) -> tuple[PodOutcome, str]:
    if not taken:
        if decision.reason and not decision.injects:
            return PodOutcome.NOT_INJECTED, decision.reason
        live = [
            webhook_match.reason
            for webhook_match in found
            if "deactivated" not in webhook_match.reason
        ]
        return PodOutcome.NOT_INJECTED, (live or ["every injection webhook is deactivated"])[0]
    if not decision.injects:
        return PodOutcome.NOT_INJECTED, decision.reason
    if len(taken) > 1:
        names = ", ".join(webhook_match.configuration.name for webhook_match in taken)
        return PodOutcome.SEVERAL, f"{names}; remove the label that all but one of them match"
    return PodOutcome.INJECTED, taken[0].reason


def _notes(
    mesh: Mesh, explanation: InjectionExplanation, namespace: Mapping[str, str]
) -> Iterable[str]:
    workload = explanation.workload
    if explanation.is_assumed:
        yield (
            "the input shows no injection webhook; judged by those that Istio installs for the "
            "revisions that are asked for"
        )
    if (
        explanation.decision is not None
        and explanation.decision.injects
        and explanation.decision.reason
    ):
        yield explanation.decision.reason
    is_in = explanation.verdict in {PodOutcome.INJECTED, PodOutcome.SEVERAL}
    own = workload.pod_labels.get(DATAPLANE_MODE, namespace.get(DATAPLANE_MODE))
    if own == "ambient":
        yield (
            "the sidecar takes precedence over ambient mode"
            if is_in
            else "it is in ambient mode, so ztunnel carries its traffic without a sidecar"
        )
    pod = mesh.workloads.running(workload)
    if is_in and is_live(pod) and not has_proxy_container(pod):
        yield "its running pods have no sidecar, as they are older than this; restart them"
    if (
        is_in
        and is_live(pod)
        and (old := running_revision(pod)) not in {"", *_revisions(explanation)}
    ):
        yield f"its running pods were injected by revision {old}; restart them to change that"
    if is_in or explanation.verdict is PodOutcome.UNKNOWN:
        return
    if has_proxy_container(pod):
        yield "its pods have a container istio-proxy nevertheless: their own, or from before"
    elif _promises(mesh, workload) and not explanation.taken_by:
        yield "its labels ask for a sidecar, but no webhook of the input heeds them"


def _revisions(explanation: InjectionExplanation) -> set[str]:
    """Name the revisions that would inject a pod now; where they are assumed, any may be meant."""
    if explanation.is_assumed:
        return {running_revision(explanation.workload)}
    return {match.revision for match in explanation.taken_by}


def _promises(mesh: Mesh, workload: Workload) -> bool:
    namespace = mesh.workloads.namespace(workload.namespace)
    return promise(workload, namespace) is Membership.SIDECAR
