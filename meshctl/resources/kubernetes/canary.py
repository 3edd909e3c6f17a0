"""A view of Canary (Flagger), which writes Services, routes and Deployments of its own."""

from meshctl.resources.resource import Resource
from meshctl.resources.view import View, cached_property


class Canary(Resource):
    """A Canary: the workload that Flagger copies, and the Service and routes it makes for it."""

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
