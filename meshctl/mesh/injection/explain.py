"""Explains why an injection webhook gets a pod, or not.

Mirrors what ``istioctl x check-inject`` asks (istioctl/pkg/checkinject, Istio 1.31). Where the
input has no webhook, those that Istio installs stand for them
(manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from meshctl.istio.labels import DEACTIVATED, INJECT, INJECTION, REVISION
from meshctl.mesh.core.selectors import matches
from meshctl.mesh.injection.webhooks import WebhookIndex, selects
from meshctl.resources import View, Webhook, WebhookConfiguration, make_resource
from meshctl.sources.documents import Document

DEFAULT_REVISION = "default"
_DEACTIVATED = {DEACTIVATED: "never-match"}
"""What ``istioctl tag set default`` puts into selectors that are to match nothing."""
MOST_OTHERS = 20
"""How many configurations are told that don't take a pod."""
_SUFFIX = ".sidecar-injector.istio.io"


class WebhookMatch(NamedTuple):
    """Whether one webhook configuration sends a pod to its injector; ``webhook`` is the one."""

    configuration: WebhookConfiguration
    webhook: Webhook | None
    reason: str

    @property
    def revision(self) -> str:
        """The revision of the control plane that would inject."""
        return self.configuration.labels.get(REVISION, DEFAULT_REVISION)


class WebhookMatches:
    """The configurations of webhooks, with what each does with a pod and why.

    Of many that don't take a pod only some are told, those before others that are deactivated.
    """

    def __init__(self, webhooks: Sequence[Webhook]) -> None:
        found: dict[WebhookConfiguration, list[Webhook]] = {}
        for webhook in webhooks:
            found.setdefault(_configuration_of(webhook), []).append(webhook)
        ordered = sorted(found.items(), key=lambda pair: pair[0].name)
        self._all = sorted(ordered, key=lambda pair: all(map(_is_deactivated, pair[1])))
        self._index = WebhookIndex(webhooks)

    def __len__(self) -> int:
        return len(self._all)

    def of(self, namespace: Mapping[str, str], pod: Mapping[str, str]) -> list[WebhookMatch]:
        """List those that take a pod, and of the others some, by name."""
        taking: dict[WebhookConfiguration, Webhook] = {}
        for webhook in self._index.all(namespace, pod):
            taking.setdefault(_configuration_of(webhook), webhook)
        others = (
            (configuration, several)
            for configuration, several in self._all
            if configuration not in taking
        )
        found = [
            *(
                WebhookMatch(configuration, hook, _why(hook, namespace, pod))
                for configuration, hook in taking.items()
            ),
            *(
                WebhookMatch(configuration, None, _why_not(several, namespace, pod))
                for configuration, several in islice(others, MOST_OTHERS)
            ),
        ]
        return sorted(found, key=lambda match: match.configuration.name)


def _configuration_of(webhook: Webhook) -> WebhookConfiguration:
    configuration = webhook.resource
    assert isinstance(configuration, WebhookConfiguration)  # noqa: S101 - narrows the type
    return configuration


def default_webhooks(revisions: Iterable[str]) -> list[Webhook]:
    """Give the webhooks that Istio installs for revisions, ``default`` among them or not."""
    found: list[Webhook] = []
    for revision in revisions:
        data = _configuration(revision)
        document = Document("", 1, "", data)
        configuration = make_resource(document, data, (), "")
        assert isinstance(configuration, WebhookConfiguration)  # noqa: S101 - narrows the type
        found += configuration.webhooks
    return found


def _why(webhook: Webhook, namespace: Mapping[str, str], pod: Mapping[str, str]) -> str:
    reasons = [
        f"{what} label {key}={labels[key]}"
        for what, selector, labels in _sides(webhook, namespace, pod)
        for key in _wanted(selector)
        if key in labels
    ]
    if not reasons:
        return "it takes the pods of every namespace that says nothing"
    return f"the {' and the '.join(reasons)} {'match' if len(reasons) > 1 else 'matches'}"


def _why_not(webhooks: list[Webhook], namespace: Mapping[str, str], pod: Mapping[str, str]) -> str:
    """Say what keeps a pod away: the label without which it would be taken, if there is one."""
    if all(_is_deactivated(webhook) for webhook in webhooks):
        return "it is deactivated: its selectors match nothing"
    for what, key, value, changed in _changes(namespace, pod):
        if any(selects(webhook, *changed) for webhook in webhooks):
            return f"the {what} label {key}={value} prevents it"
    asked: dict[str, dict[str, None]] = {}
    for webhook in webhooks:
        for what, selector, _ in _sides(webhook, namespace, pod):
            labels = (f"{key}={'|'.join(values)}" for key, values in _wanted(selector).items())
            asked.setdefault(what, {}).update(dict.fromkeys(labels))
    said = (f"{' or '.join(labels)} on the {what}" for what, labels in asked.items() if labels)
    return f"no label asks for it: {', or '.join(said) or 'its selectors are about others'}"


def _changes(
    namespace: Mapping[str, str], pod: Mapping[str, str]
) -> Iterator[tuple[str, str, str, tuple[Mapping[str, str], Mapping[str, str]]]]:
    """Walk the labels that may prevent injection, each with the labels as they'd be otherwise."""
    if INJECT in pod:
        yield "pod", INJECT, pod[INJECT], (namespace, _without(pod, INJECT))
    if INJECTION in namespace:
        free = _without(namespace, INJECTION)
        yield "namespace", INJECTION, namespace[INJECTION], (free, pod)
        enabled = {**namespace, INJECTION: "enabled"}
        yield "namespace", INJECTION, namespace[INJECTION], (enabled, pod)
    if REVISION in namespace:
        free = _without(namespace, REVISION)
        yield "namespace", REVISION, namespace[REVISION], (free, pod)
    if REVISION in pod:
        yield "pod", REVISION, pod[REVISION], (namespace, _without(pod, REVISION))


def _without(labels: Mapping[str, str], key: str) -> dict[str, str]:
    return {name: value for name, value in labels.items() if name != key}


def _sides(
    webhook: Webhook, namespace: Mapping[str, str], pod: Mapping[str, str]
) -> Iterator[tuple[str, View, Mapping[str, str]]]:
    yield "namespace", webhook.namespace_selector, namespace
    yield "pod", webhook.object_selector, pod


def _wanted(selector: View) -> dict[str, tuple[str, ...]]:
    """The labels that a selector asks to be there, with the values it takes."""
    found: dict[str, tuple[str, ...]] = {
        key: (value,) for key, value in selector.labels_of("matchLabels").items()
    }
    for _, data in selector.items("matchExpressions"):
        expression = View(selector.resource, (), data)
        if expression.text("operator") == "In":
            found[expression.text("key")] = expression.texts("values")
        elif expression.text("operator") == "Exists":
            found[expression.text("key")] = ("*",)
    return found


def _is_deactivated(webhook: Webhook) -> bool:
    selectors = webhook.namespace_selector, webhook.object_selector
    return any(
        _DEACTIVATED.items() <= selector.labels_of("matchLabels").items()
        and not matches(selector, {})
        for selector in selectors
    )


def _configuration(revision: str) -> dict[str, Any]:
    is_default = revision == DEFAULT_REVISION
    not_refused = _expression(INJECT, "NotIn", "false")
    of_revision = _expression(REVISION, "In", revision)
    no_revision = _expression(REVISION, "DoesNotExist")
    no_injection = _expression(INJECTION, "DoesNotExist")
    webhooks = [
        _webhook("rev.namespace", [of_revision, no_injection], [not_refused]),
        _webhook("rev.object", [no_revision, no_injection], [not_refused, of_revision]),
    ]
    if is_default:
        enabled, asked = _expression(INJECTION, "In", "enabled"), _expression(INJECT, "In", "true")
        webhooks += [
            _webhook("namespace", [enabled], [not_refused]),
            _webhook("object", [no_injection, no_revision], [asked, no_revision]),
        ]
    suffix = "" if is_default else f"-{revision}"
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": f"istio-sidecar-injector{suffix}", "labels": {REVISION: revision}},
        "webhooks": webhooks,
    }


def _webhook(name: str, namespaces: list[Any], pods: list[Any]) -> dict[str, Any]:
    return {
        "name": name + _SUFFIX,
        "namespaceSelector": {"matchExpressions": namespaces},
        "objectSelector": {"matchExpressions": pods},
    }


def _expression(key: str, operator: str, *values: str) -> dict[str, Any]:
    return {"key": key, "operator": operator, **({"values": list(values)} if values else {})}
