"""The injection webhooks, and the settings of their injectors by revision.

The selectors are Kubernetes label selectors (apimachinery pkg/apis/meta/v1/helpers.go); the
settings come from the ``istio-sidecar-injector`` ConfigMap (pkg/config/analysis/analyzers/injection,
Istio 1.31).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from meshctl.istio.labels import INJECT, INJECTION, NAMESPACE_NAME, REVISION
from meshctl.mesh.core.injector_config import config_of, revision_of, values_of
from meshctl.mesh.core.precedence import age
from meshctl.mesh.core.selectors import matches
from meshctl.resources import ConfigMap, Namespace, View, Webhook, WebhookConfiguration, Workload
from meshctl.resources.cached_property import cached_property

_TEMPLATES = ("templates", "aliases")


def selects(webhook: Webhook, namespace: Mapping[str, str], pod: Mapping[str, str]) -> bool:
    """Is a pod with these labels, in a namespace with those, sent to a webhook?"""
    return matches(webhook.namespace_selector, namespace) and matches(webhook.object_selector, pod)


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
        return next(
            (webhook for webhook in self.webhooks if selects(webhook, named, workload.pod_labels)),
            None,
        )

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

    def overlaps(self, webhook: Webhook) -> Iterator[Webhook]:
        """Walk the other injection webhooks that get the same pods, by a witness pod."""
        for other in self.webhooks:
            if other is not webhook and self._witness(webhook, other):
                yield other

    def _witness(self, webhook: Webhook, other: Webhook) -> bool:
        revisions = self._revisions()
        namespaces = list(_variants(INJECTION, ("enabled", "disabled"), revisions))
        pods = list(_variants(INJECT, ("true", "false"), revisions))
        return any(
            selects(webhook, namespace, pod) and selects(other, namespace, pod)
            for namespace, pod in product(namespaces, pods)
        )

    def _revisions(self) -> Sequence[str]:
        """The revisions that the webhooks' selectors ask for."""
        found = set()
        for webhook in self.webhooks:
            for selector in (webhook.namespace_selector, webhook.object_selector):
                found.add(selector.labels_of("matchLabels").get(REVISION, ""))
                for _, expression in selector.items("matchExpressions"):
                    if expression.get("key") == REVISION:
                        found.update(View(webhook.resource, (), expression).texts("values"))
        return sorted(found - {""})


def _variants(
    key: str, values: Sequence[str], revisions: Sequence[str]
) -> Iterator[dict[str, str]]:
    for value in ("", *values):
        for revision in ("", *revisions):
            labels = {key: value, REVISION: revision}
            yield {name: text for name, text in labels.items() if text}


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
