"""Who injects pods, by which settings: one facade over this package."""

# The modules are imported where they are asked, since an input needs few of them.
# ruff: noqa: PLC0415

from functools import partial
from typing import TYPE_CHECKING

from meshctl.mesh.core.injector_config import is_settings
from meshctl.mesh.core.inventory import Inventory
from meshctl.resources import ConfigMap, ProxyConfig, Ref, WebhookConfiguration, Workload
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.injection.annotation_use import Annotations
    from meshctl.mesh.injection.control_plane import ControlPlane
    from meshctl.mesh.injection.proxy_configs import ProxyConfigs
    from meshctl.mesh.injection.proxy_images import ProxyImages
    from meshctl.mesh.injection.proxy_mounts import ProxyMounts
    from meshctl.mesh.injection.proxy_revisions import ProxyRevisions
    from meshctl.mesh.injection.sidecar_resources import SidecarResources
    from meshctl.mesh.injection.webhooks import Injector
    from meshctl.mesh.workloads.workloads import Heed


class InjectionFacade:
    """Webhooks, settings and the control plane."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    @cached_property
    def admission_hosts(self) -> frozenset[str]:
        """The hosts that the API server calls from outside the mesh, such as webhooks."""
        from meshctl.mesh.core.api_server_calls import api_server_hosts

        return api_server_hosts(self._inventory)

    @cached_property
    def webhooks(self) -> "Injector":
        """Injection webhooks and their settings."""
        from meshctl.mesh.injection.webhooks import Injector

        return Injector(
            self._inventory.of(WebhookConfiguration),
            self._inventory.of(ConfigMap),
            self._inventory.config.root_namespace,
        )

    @cached_property
    def control_plane(self) -> "ControlPlane":
        """The installation of Istio."""
        from meshctl.mesh.injection.control_plane import ControlPlane

        return ControlPlane(self._inventory.resources, self._inventory.by_hand)

    @cached_property
    def proxy_configs(self) -> "ProxyConfigs":
        """The ProxyConfigs by the proxies that they are for."""
        from meshctl.mesh.injection.proxy_configs import ProxyConfigs

        return ProxyConfigs(self._inventory.of(ProxyConfig), self._inventory.config)

    @cached_property
    def proxy_images(self) -> "ProxyImages":
        """The images of running proxies."""
        from meshctl.mesh.injection.proxy_images import ProxyImages

        return ProxyImages(
            self.webhooks,
            self._inventory.of(ProxyConfig),
            self._inventory.of(Workload),
            self._inventory.config,
        )

    @cached_property
    def proxy_mounts(self) -> "ProxyMounts":
        """Files in the containers of proxies."""
        from meshctl.mesh.injection.proxy_mounts import ProxyMounts

        return ProxyMounts(self._inventory)

    @cached_property
    def proxy_revisions(self) -> "ProxyRevisions":
        """The revisions of running proxies."""
        from meshctl.mesh.injection.proxy_revisions import ProxyRevisions

        has_all = self._inventory.has_all("MutatingWebhookConfiguration")
        return ProxyRevisions(self.webhooks, self._inventory.of(Workload), has_all_webhooks=has_all)

    @cached_property
    def sidecar_resources(self) -> "SidecarResources":
        """What sidecars ask of a node, by the bounds of their namespaces."""
        from meshctl.mesh.injection.sidecar_resources import SidecarResources

        return SidecarResources(self._inventory)

    @cached_property
    def annotations(self) -> "Annotations":
        """Istio's annotations by object; where ``kube-inject`` is meant, of workloads alone."""
        from meshctl.mesh.injection.annotation_use import Annotations

        by_hand = self._inventory.by_hand is not None
        return Annotations(self._inventory.of(Workload) if by_hand else self._inventory.resources)

    @cached_property
    def probe_rewriting_off(self) -> Ref | None:
        """The place where the injector leaves probes as they are; ``None`` when it doesn't."""
        from meshctl.mesh.workloads.membership import rewriting_off

        return rewriting_off(self._inventory.resources)

    @cached_property
    def rewrites_probes(self) -> bool:
        """Does the injector send probes to its agent, where the pod doesn't decide?"""
        by_hand = self._inventory.by_hand
        return by_hand.rewrites_probes if by_hand is not None else self.probe_rewriting_off is None

    @cached_property
    def templates(self) -> frozenset[str]:
        """The templates by name that pods may ask for; empty when nothing tells."""
        by_hand = self._inventory.by_hand
        return by_hand.templates if by_hand is not None else self.webhooks.templates

    @property
    def heed(self) -> "Heed | None":
        """What is known of the injector, where the input has anything of it."""
        settings = map(is_settings, self._inventory.of(ConfigMap))
        if not self._inventory.of(WebhookConfiguration) and not any(settings):
            return None
        from meshctl.mesh.injection.inject_required import heeded

        has_all = self._inventory.has_all("MutatingWebhookConfiguration")
        return partial(heeded, injector=self.webhooks, has_all_webhooks=has_all)
