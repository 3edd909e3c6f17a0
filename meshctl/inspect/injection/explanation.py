"""Explains whether a workload's pods get a sidecar, from which webhook, and why (not)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from meshctl.errors import UsageError
from meshctl.inspect.shown import Shown
from meshctl.inspect.targets import find_workload
from meshctl.istio.labels import INJECTION, REVISION
from meshctl.mesh import Mesh
from meshctl.mesh.injection.explain import (
    DEFAULT_REVISION,
    WebhookMatch,
    default_webhooks,
    webhook_matches,
)
from meshctl.mesh.injection.inject_required import InjectDecision, decide
from meshctl.mesh.injection.webhooks import NAMESPACE_NAME
from meshctl.mesh.workloads.membership import Membership, has_proxy_container, is_live, promise
from meshctl.mesh.workloads.waypoints import DATAPLANE_MODE
from meshctl.resources import Workload
from meshctl.resources.kubernetes.workload import INJECT

_WEBHOOK_COLUMNS = ("webhook", "revision", "injects", "why")
_COLUMNS = ("workload", "verdict", "webhook", "why")
Form = Mapping[str, Any]
Table = tuple[tuple[str, ...], list[tuple[object, ...]]]
_OPERATORS = (("!=", False), ("==", True), ("=", True))


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


def answer(mesh: Mesh, target: str | None, selector: str, namespace: str) -> list[dict[str, Any]]:
    """Write what becomes of one workload (``find`` reads its name), or of all with some labels."""
    if target is not None and selector:
        raise UsageError("a name and a selector ask twice; give one of them")
    if target is not None:
        workloads = [find_workload(mesh, target, namespace)]
    else:
        tests = [_test(part.strip()) for part in selector.split(",") if part.strip()]
        workloads = [
            workload
            for workload in mesh.workloads
            if all(test(workload.pod_labels) for test in tests)
        ]
    shown = Shown()
    return [injection_form(injection(mesh, workload), shown) for workload in workloads]


def is_conflict(form: Form) -> bool:
    """Do several webhooks inject the same pod?"""
    return bool(form["verdict"] == PodOutcome.SEVERAL)


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


def injection_form(injection_explanation: InjectionExplanation, shown: Shown) -> dict[str, Any]:
    """Write an answer as data."""
    return {
        "workload": shown.whole(injection_explanation.workload),
        "verdict": injection_explanation.verdict.value,
        "reason": injection_explanation.reason,
        "webhooks": [
            {
                "name": match.configuration.name,
                "revision": match.revision,
                "webhook": match.webhook.name if match.webhook is not None else None,
                "injects": match.webhook is not None,
                "reason": match.reason,
                "location": None
                if injection_explanation.is_assumed
                else shown.whole(match.configuration)["location"],
            }
            for match in injection_explanation.matches
        ],
        "webhooks_assumed": injection_explanation.is_assumed,
        "notes": list(injection_explanation.notes),
    }


def tables(forms: Sequence[Form], *, is_one: bool) -> Iterator[Table]:
    """Walk the tables that show the answers: the webhooks of one workload, or all workloads."""
    if not is_one:
        yield _COLUMNS, [_row(form) for form in forms]
    elif forms[0]["webhooks"]:
        rows: list[tuple[object, ...]] = [
            (
                webhook["name"],
                webhook["revision"],
                "yes" if webhook["injects"] else "no",
                webhook["reason"],
            )
            for webhook in forms[0]["webhooks"]
        ]
        yield _WEBHOOK_COLUMNS, rows


def _row(form: Form) -> tuple[object, ...]:
    workload = form["workload"]
    injecting = ", ".join(webhook["name"] for webhook in form["webhooks"] if webhook["injects"])
    name = f"{workload['kind']} {workload['namespace']}/{workload['name']}"
    return name, form["verdict"], injecting, form["reason"]


def sentence(form: Form) -> str:
    """Write the verdict on one workload as a sentence, and what else there is to say below it."""
    name = f"{form['workload']['namespace']}/{form['workload']['name']}"
    verdict = PodOutcome(form["verdict"])
    by = next((webhook for webhook in form["webhooks"] if webhook["injects"]), None)
    words = _WORDS[verdict]
    if verdict is PodOutcome.INJECTED and by is not None:
        words += f" by {by['name']} (revision {by['revision']})"
    lines = [f"{name}: {words}: {form['reason']}"]
    return "\n".join([*lines, *(f"note: {note}" for note in form["notes"])])


_WORDS = {
    PodOutcome.INJECTED: "will be injected",
    PodOutcome.NOT_INJECTED: "will not be injected",
    PodOutcome.SEVERAL: "error, several webhooks will inject",
    PodOutcome.UNKNOWN: "unknown",
}


def _judge(mesh: Mesh, workload: Workload, labels: Mapping[str, str]) -> InjectionExplanation:
    namespace = {NAMESPACE_NAME: workload.namespace, **labels}
    pod = workload.pod_labels
    webhooks: Sequence[Any] = mesh.injection.webhooks.webhooks
    is_assumed = not webhooks
    if is_assumed:
        asked = (namespace.get(REVISION), pod.get(REVISION))
        named = (label for label in asked if label)
        webhooks = default_webhooks(dict.fromkeys((DEFAULT_REVISION, *named)))
    found = tuple(webhook_matches(webhooks, namespace, pod))
    taken = [match for match in found if match.webhook is not None]
    config = mesh.injection.webhooks.config(taken[0].revision) if taken else None
    decision = decide(workload, config)
    verdict, reason = _verdict(found, taken, decision)
    head = InjectionExplanation(workload, found, is_assumed, decision, verdict, reason, ())
    return head._replace(notes=tuple(_notes(mesh, head, namespace)))


def _verdict(
    found: Sequence[WebhookMatch], taken: Sequence[WebhookMatch], decision: InjectDecision
) -> tuple[PodOutcome, str]:
    if not taken:
        if decision.reason and not decision.injects:
            return PodOutcome.NOT_INJECTED, decision.reason
        live = [match.reason for match in found if "deactivated" not in match.reason]
        return PodOutcome.NOT_INJECTED, (live or ["every injection webhook is deactivated"])[0]
    if not decision.injects:
        return PodOutcome.NOT_INJECTED, decision.reason
    if len(taken) > 1:
        names = ", ".join(match.configuration.name for match in taken)
        return PodOutcome.SEVERAL, f"{names}; remove the label that all but one of them match"
    return PodOutcome.INJECTED, taken[0].reason


def _notes(
    mesh: Mesh, injection_explanation: InjectionExplanation, namespace: Mapping[str, str]
) -> Iterable[str]:
    workload = injection_explanation.workload
    if injection_explanation.is_assumed:
        yield (
            "the input shows no injection webhook; judged by those that Istio installs for the "
            "revisions that are asked for"
        )
    if (
        injection_explanation.decision is not None
        and injection_explanation.decision.injects
        and injection_explanation.decision.reason
    ):
        yield injection_explanation.decision.reason
    is_in = injection_explanation.verdict in {PodOutcome.INJECTED, PodOutcome.SEVERAL}
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
    if is_in or injection_explanation.verdict is PodOutcome.UNKNOWN:
        return
    if has_proxy_container(pod):
        yield "its pods have a container istio-proxy nevertheless: their own, or from before"
    elif _promises(mesh, workload) and not injection_explanation.taken_by:
        yield "its labels ask for a sidecar, but no webhook of the input heeds them"


def _promises(mesh: Mesh, workload: Workload) -> bool:
    namespace = mesh.workloads.namespace(workload.namespace)
    return promise(workload, namespace) is Membership.SIDECAR


def _test(part: str) -> Callable[[Mapping[str, str]], bool]:
    """Read ``key=value``, ``key!=value``, ``key`` or ``!key`` as a test of labels."""
    for operator, wanted in _OPERATORS:
        key, found, value = (word.strip() for word in part.partition(operator))
        if found:
            return lambda labels: (labels.get(key) == value) is wanted
    if " " in part or "(" in part:
        raise UsageError(
            f"the selector {part!r} cannot be read; write key=value, key!=value, key or !key, "
            "separated by commas"
        )
    key = part.removeprefix("!")
    return lambda labels: (key in labels) is (key == part)
