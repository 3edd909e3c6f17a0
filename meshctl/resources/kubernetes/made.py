"""Objects that other controllers make of what people write; every place in one leads back to that."""

from collections.abc import Mapping
from typing import Any

from meshctl.resources.istio.destination_rule import DestinationRule
from meshctl.resources.istio.virtual_service import VirtualService
from meshctl.resources.kubernetes.service import Service
from meshctl.resources.kubernetes.workload import Workload
from meshctl.resources.resource import Resource
from meshctl.resources.view import Path, Ref


class Made(Resource):
    """An object that a controller makes; ``origins`` says what was written for its places."""

    def __init__(
        self, maker: Resource, data: Mapping[str, Any], origins: Mapping[Path, Ref]
    ) -> None:
        super().__init__(maker.document, data, default_namespace=maker.namespace)
        self.maker = maker
        self._origins = origins

    @property
    def title(self) -> str:
        """How messages name it: with what it is made of."""
        return f"{super().title} (made of {self.maker.title})"

    def origin(self, ref: Ref) -> Ref:
        """Find what was written for a place: what is below one that is known, else that of all."""
        path = ref.path
        for end in range(len(path), -1, -1):
            written = self._origins.get(path[:end])
            if written is not None:
                return Ref(written.resource, written.path + path[end:], ref.key)
        return self.maker.at("metadata", "name")


class MadeService(Made, Service):
    """A Service that a controller makes."""

    is_judged = False


class MadeWorkload(Made, Workload):
    """Pods that a controller runs."""

    is_judged = False


class MadeVirtualService(Made, VirtualService):
    """A VirtualService that a controller writes: rules judge what people wrote for it."""


class MadeDestinationRule(Made, DestinationRule):
    """A DestinationRule that a controller writes."""


class GeneratedDestinationRule(MadeDestinationRule):
    """The DestinationRule that istiod makes of BackendTLSPolicies, also with one of a user below it."""

    is_generated = True

    @property
    def title(self) -> str:
        """How messages name it: as what somebody wrote."""
        return self.maker.title
