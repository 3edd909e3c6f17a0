"""The injection webhooks, and the settings of their injectors by revision.

The selectors are Kubernetes label selectors (apimachinery pkg/apis/meta/v1/helpers.go); the
settings come from the ``istio-sidecar-injector`` ConfigMap (pkg/config/analysis/analyzers/injection,
Istio 1.31).
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from meshctl.istio.labels import INJECT, NAMESPACE_NAME, REVISION
from meshctl.mesh.core.injector_config import config_of, revision_of, values_of
from meshctl.mesh.core.precedence import age
from meshctl.mesh.core.selectors import LabelSelector, matches
from meshctl.resources import ConfigMap, Namespace, View, Webhook, WebhookConfiguration, Workload
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.injection.explain import WebhookMatches
    from meshctl.mesh.injection.webhook_overlaps import WebhookOverlaps

_TEMPLATES = ("templates", "aliases")


def selects(webhook: Webhook, namespace: Mapping[str, str], pod: Mapping[str, str]) -> bool:
    """Is a pod with these labels, in a namespace with those, sent to a webhook?"""
    return matches(webhook.namespace_selector, namespace) and matches(webhook.object_selector, pod)


class WebhookIndex:
    """Webhooks by a label that they ask for, so that a pod touches only those that may take it."""

    def __init__(self, webhooks: Iterable[Webhook]) -> None:
        self._for_all: list[_Indexed] = []
        self._by_namespace: dict[tuple[str, str], list[_Indexed]] = {}
        self._by_pod: dict[tuple[str, str], list[_Indexed]] = {}
        for number, webhook in enumerate(webhooks):
            namespaces = LabelSelector(webhook.namespace_selector)
            pods = LabelSelector(webhook.object_selector)
            indexed = _Indexed(number, webhook, namespaces, pods)
            sides = ((pods, self._by_pod), (namespaces, self._by_namespace))
            for selector, index in sides:
                needed = selector.needed()
                if needed is not None:
                    for label in needed:
                        index.setdefault(label, []).append(indexed)
                    break
            else:
                self._for_all.append(indexed)

    def first(self, namespace: Mapping[str, str], pod: Mapping[str, str]) -> Webhook | None:
        """The first webhook that takes a pod with these labels in such a namespace."""
        return next(iter(self.all(namespace, pod)), None)

    def all(self, namespace: Mapping[str, str], pod: Mapping[str, str]) -> list[Webhook]:
        """All webhooks that take it, in their order."""
        candidates = [
            *self._for_all,
            *(one for label in pod.items() for one in self._by_pod.get(label, ())),
            *(one for label in namespace.items() for one in self._by_namespace.get(label, ())),
        ]
        taking = {
            candidate.number: candidate.webhook
            for candidate in candidates
            if candidate.namespaces.matches(namespace) and candidate.pods.matches(pod)
        }
        return [taking[number] for number in sorted(taking)]


class _Indexed(NamedTuple):
    number: int
    webhook: Webhook
    namespaces: LabelSelector
    pods: LabelSelector


class InjectorSettings(NamedTuple):
    """What one revision's injector puts into pods."""

    hub: str
    tag: str
    image: str
    is_on_by_default: bool
    config_map: ConfigMap

    def proxy_image(self) -> str:
        """The image of the sidecar without a variant; empty when the settings don't say."""
        if "/" in self.image:
            return self.image
        return f"{self.hub}/{self.image}:{self.tag}" if self.hub and self.tag else ""


class Injector:
    """The injection webhooks of the input and their settings by revision."""

    def __init__(
        self, configurations: Iterable[WebhookConfiguration], config_maps: Iterable[ConfigMap],
        root_namespace: str,
    ) -> None:  # fmt: skip
        self.webhooks = tuple(
            webhook
            for configuration in sorted(configurations, key=age)
            if configuration.is_mutating
            for webhook in configuration.webhooks
            if webhook.name.endswith("istio.io")
        )
        self._known = frozenset(self.webhooks)
        self._configs: dict[ConfigMap, View] = {}
        self._settings: dict[str, InjectorSettings] = {}
        for config_map in sorted(config_maps, key=age):
            revision = revision_of(config_map.name)
            if revision is not None and config_map.namespace in {root_namespace, ""}:
                self._settings.setdefault(revision, _read(config_map))

    def injects(self, workload: Workload, namespace: Namespace | None) -> bool | None:
        """Is a workload's pod sent to an injection webhook? ``None`` without any webhook."""
        if not self.webhooks:
            return None
        labels = namespace.labels if namespace is not None else {}
        return self.webhook_for(workload, labels) is not None

    def webhook_for(self, workload: Workload, namespace: Mapping[str, str]) -> Webhook | None:
        """The first webhook to which a pod of the workload is sent, by its namespace's labels."""
        named = {NAMESPACE_NAME: workload.namespace, **namespace}
        return self._index.first(named, workload.pod_labels)

    def takes(self, namespace: Namespace, revision: str) -> bool:
        """Would a pod of a namespace that asks for a revision, or for a sidecar, be taken by one?"""
        named = {NAMESPACE_NAME: namespace.name, **namespace.labels}
        asking: tuple[Mapping[str, str], ...] = ({}, {INJECT: "true"}, {REVISION: revision})
        return any(self._index.first(named, labels) is not None for labels in asking)

    def has(self, webhook: Webhook) -> bool:
        """Is a webhook one of those that inject?"""
        return webhook in self._known

    def settings(self, revision: str) -> InjectorSettings | None:
        """The settings of a revision; ``default`` is the one without a name."""
        return self._settings.get("" if revision == "default" else revision)

    def config(self, revision: str) -> View | None:
        """What the ConfigMap of a revision says of templates and policy, read once."""
        settings = self.settings(revision)
        if settings is None:
            return None
        known = self._configs.get(settings.config_map)
        if known is None:
            known = self._configs[settings.config_map] = config_of(settings.config_map)
        return known

    @cached_property
    def templates(self) -> frozenset[str]:
        """The templates, and aliases of some, that any revision has; empty when unknown."""
        configs = [
            config_of(injector_settings.config_map) for injector_settings in self._settings.values()
        ]
        return frozenset(
            name
            for each_config in configs
            for key in _TEMPLATES
            for name in each_config.child(key).names()
        )

    def is_on_by_default(self) -> ConfigMap | None:
        """The settings that inject into namespaces without any label, if some do."""
        return next(
            (
                injector_settings.config_map
                for injector_settings in self._settings.values()
                if injector_settings.is_on_by_default
            ),
            None,
        )

    @cached_property
    def overlaps(self) -> "WebhookOverlaps":
        """Which injection webhooks get the same pods."""
        from meshctl.mesh.injection.webhook_overlaps import WebhookOverlaps  # noqa: PLC0415

        return WebhookOverlaps(self.webhooks)

    @cached_property
    def matches(self) -> "WebhookMatches":
        """What each configuration of them does with a pod, and why."""
        from meshctl.mesh.injection.explain import WebhookMatches  # noqa: PLC0415

        return WebhookMatches(self.webhooks)

    @cached_property
    def _index(self) -> WebhookIndex:
        return WebhookIndex(self.webhooks)


def _read(config_map: ConfigMap) -> InjectorSettings:
    view = values_of(config_map)
    settings = view.child("global")
    return InjectorSettings(
        settings.text("hub"),
        settings.text("tag"),
        settings.child("proxy").text("image", "proxyv2"),
        view.child("sidecarInjectorWebhook").flag("enableNamespacesByDefault") is True,
        config_map,
    )
