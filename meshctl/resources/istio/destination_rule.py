"""A view of DestinationRule."""

from typing import ClassVar

from meshctl.resources.resource import Resource
from meshctl.resources.view import View, cached_property, views


class PortPolicy(View):
    """One entry of ``portLevelSettings``."""

    @cached_property
    def port(self) -> int | None:
        """The service port it is for."""
        return self.child("port").number("number")

    @property
    def tls(self) -> View:
        """Its TLS settings."""
        return self.child("tls")


class TrafficPolicy(View):
    """A ``trafficPolicy``, of the whole host or of a subset."""

    @cached_property
    def tls(self) -> View:
        """Its own TLS settings, empty for none."""
        return self.child("tls")

    @cached_property
    def ports(self) -> tuple[PortPolicy, ...]:
        """Its port-level settings."""
        return views(self, "portLevelSettings", PortPolicy)

    def for_port(self, port: int) -> PortPolicy | None:
        """Find the first entry for a service port."""
        return self._by_number.get(port)

    @cached_property
    def _by_number(self) -> dict[int | None, PortPolicy]:
        return {entry.port: entry for entry in reversed(self.ports)}


class Subset(View):
    """One named subset."""

    @cached_property
    def name(self) -> str:
        """Its name."""
        return self.text("name")

    @cached_property
    def labels(self) -> dict[str, str]:
        """Labels its pods carry beside those of the Service's selector."""
        return self.labels_of("labels")

    @cached_property
    def policy(self) -> TrafficPolicy:
        """Its own traffic policy."""
        return TrafficPolicy(
            self.resource, (*self.path, "trafficPolicy"), self.data.get("trafficPolicy")
        )


class DestinationRule(Resource):
    """A DestinationRule: what clients do on the way to a host."""

    is_generated: ClassVar[bool] = False
    """Did istiod make it of objects of the Gateway API?"""

    @cached_property
    def host(self) -> str:
        """The host as written."""
        return self.spec.text("host")

    @cached_property
    def export_to(self) -> tuple[str, ...]:
        """Namespaces it is visible to, as written."""
        return self.spec.texts("exportTo")

    @cached_property
    def policy(self) -> TrafficPolicy:
        """The policy for the whole host."""
        path = ("spec", "trafficPolicy")
        return TrafficPolicy(self, path, self.spec.data.get("trafficPolicy"))

    @cached_property
    def subsets(self) -> tuple[Subset, ...]:
        """The subsets in order."""
        return views(self.spec, "subsets", Subset)

    @cached_property
    def workload_selector(self) -> dict[str, str]:
        """Labels of the clients it is limited to; empty for all."""
        return self.spec.child("workloadSelector").labels_of("matchLabels")
