"""Finds what Rollouts of Argo can't shift.

Argo Rollouts 1.8 edits the weights of routes that have a destination for the stable and one for
the canary pods, told apart by subset or by Service (rollout/trafficrouting/istio and
pkg/apis/rollouts/validation of its source). Where one is missing, the Rollout is refused as an
invalid spec or stays where it is.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

from meshctl.mesh.core.inventory import Inventory
from meshctl.resources import (
    Destination,
    DestinationRule,
    Ref,
    Resource,
    Rollout,
    Route,
    Service,
    View,
    VirtualService,
)
from meshctl.resources.cached_property import cached_property
from meshctl.resources.kubernetes.rollout import ShiftedRoutes
from meshctl.resources.view import views
from meshctl.words import quoted

_HASH = "rollouts-pod-template-hash"

R = TypeVar("R", bound=Resource)


class Unshifted(NamedTuple):
    """What a Rollout names in vain: its place, and a sentence; nobody knows where it is unsure."""

    place: Ref
    message: str
    is_sure: bool = True
    related: Ref | None = None


class Rollouts:
    """All objects that Rollouts name, by kind, namespace and name."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    def routes(self, rollout: Rollout) -> Iterator[Unshifted]:
        """Walk the VirtualServices and routes that it can't shift."""
        for shifted in rollout.shifted:
            service = self._find(VirtualService, shifted.namespace, shifted.name)
            if service is None:
                title = f"VirtualService {shifted.namespace}/{shifted.name}"
                yield self._absent(
                    VirtualService, shifted.namespace, shifted.view.at("name"), title
                )
            elif not shifted.has_others:
                yield from self._routes_of(rollout, shifted, service)

    def unmanaged(self, rollout: Rollout) -> Iterator[Unshifted]:
        """Walk the routes that steps make and ``managedRoutes`` doesn't list.

        Such a Rollout is refused as an invalid spec (ValidateRolloutStrategyCanary there).
        """
        if not rollout.istio.data:
            return
        routing = rollout.canary.child("trafficRouting")
        managed = [view.text("name") for view in views(routing, "managedRoutes", View)]
        for step in views(rollout.canary, "steps", View):
            for key in ("setHeaderRoute", "setMirrorRoute"):
                name = step.child(key).text("name")
                if name and name not in managed:
                    has = ", ".join(managed) or "none"
                    message = f"managedRoutes doesn't list {quoted(name)}, only {has}"
                    yield Unshifted(step.child(key).at("name"), message)

    def removed(self, rollout: Rollout) -> Iterator[tuple[Destination, Ref]]:
        """Walk destinations of the routes that it shifts which are neither version, with the Rollout's place.

        The first step takes them out of the route (processRoutes there).
        """
        for shifted in rollout.shifted:
            service = self._find(VirtualService, shifted.namespace, shifted.name)
            for route in service.http if service is not None and not shifted.has_others else ():
                if not shifted.routes or route.name in shifted.routes:
                    found = [weighted_route.destination for weighted_route in route.routes]
                    others = [
                        destination
                        for destination in found
                        if not _is_shifted(rollout, destination)
                    ]
                    if len(others) < len(found):
                        yield from ((other, shifted.view.at("name")) for other in others)

    def subsets(self, rollout: Rollout) -> Iterator[Unshifted]:
        """Walk the DestinationRule and the subsets that it can't relabel."""
        name = rollout.destination_rule.text("name")
        if not name:
            return
        found = self._find(DestinationRule, rollout.namespace, name)
        if found is None:
            title = f"DestinationRule {rollout.namespace}/{name}"
            place = rollout.destination_rule.at("name")
            yield self._absent(DestinationRule, rollout.namespace, place, title)
            return
        known = [subset.name for subset in found.subsets]
        for subset, place in rollout.subsets:
            if subset not in known:
                has = ", ".join(known) or "none"
                message = f"{found.title} has no subset {quoted(subset)}; it has {has}"
                yield Unshifted(place, message, related=found.at("spec", "subsets"))

    def services(self, rollout: Rollout) -> Iterator[Unshifted]:
        """Walk the Services that it can't point at its pods."""
        for name, place in rollout.services:
            service = self._find(Service, rollout.namespace, name)
            if service is None:
                title = f"Service {rollout.namespace}/{name}"
                yield self._absent(Service, rollout.namespace, place, title)
            else:
                yield from self._unmatched(rollout, service, place)
        if len({name for name, _ in rollout.services}) < len(rollout.services):
            name, place = rollout.services[-1]
            yield Unshifted(place, f"the stable and the canary Service are one, {name}")

    def _unmatched(self, rollout: Rollout, service: Service, place: Ref) -> Iterator[Unshifted]:
        """Find the label of a Service that the pods lack (ValidateService there)."""
        for label, value in service.selector.items():
            if label != _HASH and rollout.pod_labels.get(label) != value:
                message = (
                    f"Service {service.name} selects {label}={value}, which the pods don't have"
                )
                yield Unshifted(place, message, related=service.spec.at("selector", label))

    def _routes_of(
        self, rollout: Rollout, shifted: ShiftedRoutes, service: VirtualService
    ) -> Iterator[Unshifted]:
        if not shifted.routes:
            if len(service.http) > 1:
                count = len(service.http)
                message = f"{service.title} has {count} HTTP routes, and none is named here"
                yield Unshifted(shifted.view.at("name"), message, related=service.spec.at("http"))
            for route in service.http[:1]:
                yield from _destinations(rollout, route, shifted.view.at("name"))
            return
        by_name = {route.name: route for route in service.http if route.name}
        for index, name in enumerate(shifted.routes):
            place = shifted.view.at("routes", index)
            if name in by_name:
                yield from _destinations(rollout, by_name[name], place)
            else:
                has = ", ".join(by_name) or "no route with a name"
                message = f"{service.title} has no HTTP route {quoted(name)}; it has {has}"
                yield Unshifted(place, message, related=service.spec.at("http"))

    def _absent(self, kind: type[R], namespace: str, place: Ref, title: str) -> Unshifted:
        sure = bool(self._inventory.knows.all_of(kind.__name__, namespace))
        return Unshifted(place, f"there is no {title}", is_sure=sure)

    def _find(self, kind: type[R], namespace: str, name: str) -> R | None:
        return self._named.get((kind, namespace, name))  # type: ignore[return-value]

    @cached_property
    def _named(self) -> dict[tuple[type[Resource], str, str], Resource]:
        kinds: Sequence[type[Resource]] = (VirtualService, DestinationRule, Service)
        return {
            (kind, resource.namespace, resource.name): resource
            for kind in kinds
            for resource in self._inventory.of(kind)
        }


def _destinations(rollout: Rollout, route: Route, place: Ref) -> Iterator[Unshifted]:
    """Find the version that a route has no destination for."""
    hosts = {entry.destination.host.partition(".")[0] for entry in route.routes}
    subsets = {entry.destination.subset for entry in route.routes}
    services, rule = dict.fromkeys(("stable", "canary"), ""), rollout.destination_rule
    for version in services:
        service = rollout.canary.text(f"{version}Service")
        subset = rule.text(f"{version}SubsetName")
        wanted = f"subset {subset}" if subset else f"Service {service}"
        is_there = (subset and subset in subsets) or (not subset and service in hosts)
        if (subset or service) and not is_there:
            message = f"the route to shift has no destination for the {version} pods, {wanted}"
            yield Unshifted(place, message, related=route.at("route"))


def _is_shifted(rollout: Rollout, destination: Destination) -> bool:
    """Is it one of the two versions, or a subset that the Rollout leaves alone?"""
    rule = rollout.destination_rule
    services = {rollout.canary.text("stableService"), rollout.canary.text("canaryService")}
    subsets = {
        rule.text("stableSubsetName"), rule.text("canarySubsetName"),
        *rule.texts("additionalSubsetNames"),
    }  # fmt: skip
    host = destination.host.partition(".")[0]
    return host in services - {""} or destination.subset in subsets - {""}
