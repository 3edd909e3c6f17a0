"""A view of Canary (Flagger), which writes Services, routes and Deployments of its own."""

from typing import ClassVar

from meshctl.resources.kubernetes.workload import Workload
from meshctl.resources.resource import Resource
from meshctl.resources.view import View, cached_property

PRIMARY = "-primary"
"""What the names and the label of the copy that gets the requests end with."""
SELECTOR_LABELS = ("app", "name", "app.kubernetes.io/name")
"""The labels by which Flagger may tell the copy from its target, by default."""


class Canary(Resource):
    """A Canary: the workload that Flagger copies, and the Service and routes it makes for it."""

    made_kinds: ClassVar[tuple[str, ...]] = (
        "VirtualService",
        "DestinationRule",
        "Service",
        "Workload",
    )

    @cached_property
    def target(self) -> View:
        """The workload by ``kind`` and ``name``, in the namespace of the Canary."""
        return self.spec.child("targetRef")

    @cached_property
    def service(self) -> View:
        """What is said about the Service and its routes."""
        return self.spec.child("service")

    @property
    def service_name(self) -> str:
        """The name of the Service, and of the VirtualService that Flagger writes."""
        return self.service.text("name") or self.target.text("name")

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """The hosts of the VirtualService beside the Service's own."""
        return self.service.texts("hosts")

    def label_of(self, target: Workload) -> str:
        """Name the label that tells the copy from its target; empty where there is none."""
        labels = target.spec.child("selector").labels_of("matchLabels")
        return next((label for label in SELECTOR_LABELS if label in labels), "")
