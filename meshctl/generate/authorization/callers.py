"""Finds the identities that are known to call a Service, gateways among them."""

from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from meshctl.engine.locations import locate
from meshctl.generate.dependencies.known_calls import (
    OBSERVED,
    KnownCalls,
    destinations,
    written_destinations,
)
from meshctl.generate.dependencies.observed import ObservedCall
from meshctl.mesh import Mesh
from meshctl.mesh.registry.service_accounts import parse_principal
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.traffic.delegates import MESH
from meshctl.mesh.workloads.membership import Membership
from meshctl.resources import Service, VirtualService, Workload
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.gateways.effective_gateway import EffectiveGateway


class KnownCaller(NamedTuple):
    """A caller of a Service: ``namespace/account``, or nothing for one without a proven identity.

    ``ports`` are those of the Service; none stands for all of them.
    """

    identity: str | None
    ports: frozenset[int]
    why: str


class _Pods(NamedTuple):
    """The pods of a gateway: their place among all, and the identity that they have."""

    place: int
    identity: str | None

    def led(self, why: str) -> KnownCaller:
        """Describe them as callers of what they lead to; of pods that the input lacks no identity is known."""
        lack = "" if self.identity is not None else ", whose pods aren't known to be in the mesh"
        return KnownCaller(self.identity, frozenset(), f"{why}{lack}")


class KnownCallers:
    """Answers for Services."""

    def __init__(
        self, mesh: Mesh, calls: KnownCalls, observed: Sequence[ObservedCall] = ()
    ) -> None:
        self._mesh = mesh
        self._calls = calls
        self._seen = observed

    def of(self, host: RegisteredHost) -> Iterator[KnownCaller]:
        """Walk the callers of a host; one may be there for several reasons."""
        yield from self._by_calls.get(host, ())
        yield from self._at_gateways(host)
        yield from self._elsewhere.get(host, ())

    def nameless(self, host: RegisteredHost) -> KnownCaller | None:
        """Find the first caller without a proven identity; ``None`` where all have one."""
        led = self._led.get(host, {})
        lacking = [
            (pods, whys[0])
            for first, whys in led.items()
            for pods in islice((one for one in self._pods[first] if one.identity is None), 1)
        ]
        of_gateways = [pods.led(why) for pods, why in sorted(lacking, key=_place)]
        several = (*self._by_calls.get(host, ()), *of_gateways, *self._elsewhere.get(host, ()))
        return next((caller for caller in several if caller.identity is None), None)

    @cached_property
    def _by_calls(self) -> dict[RegisteredHost, list[KnownCaller]]:
        return _by_host(self._declared())

    @cached_property
    def _elsewhere(self) -> dict[RegisteredHost, list[KnownCaller]]:
        return _by_host(chain(self._at_unknown_gateways(), self._observed()))

    def _declared(self) -> Iterator[tuple[RegisteredHost, KnownCaller]]:
        for client in self._mesh.workloads:
            for call in self._calls.of(client):
                place = locate(call.place) if call.place is not None else None
                where = f" ({place.file}:{place.line})" if place is not None else ""
                for host in destinations(self._mesh, call, client.namespace):
                    # A VirtualService may lead to other ports than the one that was called.
                    known = call.port if host is call.host and host.port(call.port or 0) else None
                    ports = frozenset({known} if known is not None else ())
                    yield host, KnownCaller(self._identity(client), ports, f"{call.why}{where}")

    def _identity(self, workload: Workload) -> str | None:
        if self._mesh.workloads.membership(workload) is Membership.NONE:
            return None
        return f"{workload.namespace}/{workload.service_account}"

    def _at_gateways(self, host: RegisteredHost) -> Iterator[KnownCaller]:
        """Walk the gateways that lead to a host, each with the identity of its pods."""
        led = self._led.get(host, {})
        members = (((pods, whys) for pods in self._pods[first]) for first, whys in led.items())
        for pods, whys in merge(*members, key=_place):
            yield from map(pods.led, whys)

    @cached_property
    def _pods(self) -> "dict[EffectiveGateway, list[_Pods]]":
        """All pods of gateways, by the first of those that are sent the same."""
        found: dict[EffectiveGateway, list[_Pods]] = {}
        for place, effective in enumerate(self._mesh.merged_gateways):
            workload = effective.workload.workload
            identity = self._identity(workload) if workload is not None else None
            found.setdefault(effective.first, []).append(_Pods(place, identity))
        return found

    @cached_property
    def _led(self) -> "dict[RegisteredHost, dict[EffectiveGateway, list[str]]]":
        """What gateways lead to, and why, each time once for those that are sent the same."""
        found: dict[RegisteredHost, dict[EffectiveGateway, list[str]]] = {}
        for first in self._pods:
            for gateway in first.gateways:
                at = gateway.origin(gateway.at("spec")).resource.title
                for service in self._mesh.merged_routes.naming(gateway.key_name):
                    written = service.origin(service.at("spec")).resource
                    for host in self._led_to(service):
                        whys = found.setdefault(host, {}).setdefault(first, [])
                        whys.append(f"{written.title} routes it at {at}")
        return found

    def _at_unknown_gateways(self) -> Iterator[tuple[RegisteredHost, KnownCaller]]:
        """Walk what Gateways lead to that the input lacks, or whose pods it lacks."""
        served = {gateway.key_name for first in self._pods for gateway in first.gateways}
        for service in self._mesh.of(VirtualService):
            for name in self._mesh.merged_routes.gateways_of(service):
                if name != MESH and name not in served:
                    why = f"{service.title} routes it at Gateway {name}, whose pods aren't known"
                    for host in self._led_to(service):
                        yield host, KnownCaller(None, frozenset(), why)

    def _led_to(self, service: VirtualService) -> Iterator[RegisteredHost]:
        for destination in written_destinations(self._mesh, service):
            host = self._mesh.registry.resolve(destination.host, destination.resource.namespace)
            if host is not None:
                yield host

    def _observed(self) -> Iterator[tuple[RegisteredHost, KnownCaller]]:
        for call in self._seen:
            host = self._mesh.registry.find(call.host, call.client_namespace)
            if host is None or not isinstance(host.source, Service):
                continue
            principal = parse_principal(call.principal)
            client = f"{call.client_namespace}/{call.client}" if call.client else "somebody"
            why = f"{OBSERVED}: {client} calls it"
            if principal is not None:
                identity = f"{principal.namespace}/{principal.account}"
                yield host, KnownCaller(identity, frozenset(), why)
            elif not self._is_in_mesh(call):
                yield host, KnownCaller(None, frozenset(), f"{why} without mutual TLS")

    def _is_in_mesh(self, call: ObservedCall) -> bool:
        """Has the client a sidecar, so that its own report alone lacks the identity?"""
        found = self._mesh.workloads.find({}, call.client_namespace)
        return any(
            workload.name == call.client
            and self._mesh.workloads.membership(workload) is not Membership.NONE
            for workload in found
        )


def _by_host(
    several: Iterable[tuple[RegisteredHost, KnownCaller]],
) -> dict[RegisteredHost, list[KnownCaller]]:
    found: dict[RegisteredHost, list[KnownCaller]] = {}
    for host, caller in several:
        found.setdefault(host, []).append(caller)
    return found


def _place(led: tuple[_Pods, object]) -> int:
    return led[0].place
