"""A view of Rollout (Argo Rollouts), which shifts traffic by editing objects of Istio."""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.resources.kubernetes.workload import Workload
from meshctl.resources.view import Ref, View, cached_property, views


class ShiftedRoutes(NamedTuple):
    """A VirtualService whose weights a Rollout changes, and the routes that it names."""

    view: View
    name: str
    namespace: str
    routes: tuple[str, ...]
    """The names of HTTP routes; without any the VirtualService may have but one."""
    has_others: bool
    """Are tls or tcp routes meant?"""


class Rollout(Workload):
    """A Rollout: pods of two versions, and how requests move from one to the other."""

    @cached_property
    def canary(self) -> View:
        """The strategy."""
        return self.spec.child("strategy", "canary")

    @cached_property
    def istio(self) -> View:
        """What is said about Istio."""
        return self.canary.child("trafficRouting", "istio")

    @cached_property
    def destination_rule(self) -> View:
        """The DestinationRule with a subset for each version."""
        return self.istio.child("destinationRule")

    @cached_property
    def subsets(self) -> tuple[tuple[str, Ref], ...]:
        """The names of the stable and the canary subset, each with its place."""
        keys = ("stableSubsetName", "canarySubsetName")
        found = ((self.destination_rule.text(key), self.destination_rule.at(key)) for key in keys)
        return tuple((name, place) for name, place in found if name)

    @cached_property
    def services(self) -> tuple[tuple[str, Ref], ...]:
        """The names of the stable and the canary Service, each with its place."""
        keys = ("stableService", "canaryService")
        found = ((self.canary.text(key), self.canary.at(key)) for key in keys)
        return tuple((name, place) for name, place in found if name)

    @property
    def shifted(self) -> Iterator[ShiftedRoutes]:
        """Walk the VirtualServices; ``name.namespace`` names another namespace."""
        several = views(self.istio, "virtualServices", View)
        for view in (*([self.istio.child("virtualService")]), *several):
            name, _, namespace = view.text("name").partition(".")
            if name:
                others = bool(view.data.get("tlsRoutes") or view.data.get("tcpRoutes"))
                home = namespace or self.namespace
                yield ShiftedRoutes(view, name, home, view.texts("routes"), others)
