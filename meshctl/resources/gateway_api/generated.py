"""What does istiod make of objects of the Gateway API: Gateways, VirtualServices and Services.

They are read as if somebody had written them (pilot/pkg/config/kube/gateway, Istio 1.31), and every
place in one leads back to what was written.
"""

from collections.abc import Mapping
from typing import Any

from meshctl.resources.gateway_api.gateway import KubernetesListener
from meshctl.resources.istio.gateway import Gateway
from meshctl.resources.istio.virtual_service import VirtualService
from meshctl.resources.kubernetes.service import Service
from meshctl.resources.resource import Resource
from meshctl.resources.view import Path, Ref, cached_property


class GeneratedGateway(Gateway):
    """The Gateway, with one server, that istiod makes of a listener.

    It configures the pods behind ``services`` (full host names) of the Gateway's namespace, not
    those that a selector picks; ``makes_pods`` says that istiod makes Service and pods, too.
    """

    def __init__(
        self, listener: KubernetesListener, parent: Resource, data: Mapping[str, Any],
        services: tuple[str, ...], *, makes_pods: bool,
    ) -> None:  # fmt: skip
        super().__init__(listener.resource.document, data)
        self.listener = listener
        self.parent = parent
        self.services = services
        self.makes_pods = makes_pods

    @property
    def home(self) -> str:
        """The namespace of its pods."""
        return self.parent.namespace

    @cached_property
    def service_names(self) -> frozenset[str]:
        """The Services that it names, as ``name.namespace``."""
        return frozenset(host.partition(".svc.")[0] for host in self.services)

    def origin(self, ref: Ref) -> Ref:  # noqa: ARG002 - every place is the same
        """Every place in it is the listener."""
        return self.listener.at()


class GeneratedVirtualService(VirtualService):
    """The VirtualService that istiod makes of routes; ``origins`` are their places, by path."""

    is_generated = True

    def __init__(
        self, oldest: Resource, data: Mapping[str, Any], origins: Mapping[Path, Ref]
    ) -> None:
        super().__init__(oldest.document, data)
        self.oldest = oldest
        self._origins = origins

    @property
    def origin_kind(self) -> str:
        """The kind of the route it is made of."""
        return self.oldest.kind

    @cached_property
    def sources(self) -> frozenset[Resource]:
        """The routes that it is made of."""
        return frozenset(ref.resource for ref in self._origins.values())

    def origin(self, ref: Ref) -> Ref:
        """Find what was written for a place: the closest one above it that is known."""
        path = ref.path
        while path:
            if path in self._origins:
                return self._origins[path]
            path = path[:-1]
        return self.oldest.at()


class GeneratedService(Service):
    """The Service that istiod makes for a Gateway, with Deployment and pods of the same name."""

    def __init__(self, parent: Resource, data: Mapping[str, Any]) -> None:
        super().__init__(parent.document, data, default_namespace=parent.namespace)
        self.parent = parent

    @cached_property
    def pod_labels(self) -> dict[str, str]:
        """The labels of its pods."""
        name = {"service.istio.io/canonical-name": self.name}
        return {**name, "service.istio.io/canonical-revision": "latest", **self.labels}

    def origin(self, ref: Ref) -> Ref:  # noqa: ARG002 - every place is the same
        """Every place in it is the name of the Gateway."""
        return self.parent.at("metadata", "name")
