"""Finds the identities that are known to call a Service, gateways among them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

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


class KnownCaller(NamedTuple):
    """A caller of a Service: ``namespace/account``, or nothing for one without a proven identity.

    ``ports`` are those of the Service; none stands for all of them.
    """

    identity: str | None
    ports: frozenset[int]
    why: str


class KnownCallers:
    """Answers for Services."""

    def __init__(
        self, mesh: Mesh, calls: KnownCalls, observed: Sequence[ObservedCall] = ()
    ) -> None:
        self._mesh = mesh
        self._calls = calls
        self._seen = observed

    def of(self, host: RegisteredHost) -> Sequence[KnownCaller]:
        """List the callers of a host; one may be there for several reasons."""
        return self._by_host.get(host, ())

    @cached_property
    def _by_host(self) -> dict[RegisteredHost, list[KnownCaller]]:
        found: dict[RegisteredHost, list[KnownCaller]] = {}
        for host, caller in (*self._declared(), *self._at_gateways(), *self._observed()):
            found.setdefault(host, []).append(caller)
        return found

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

    def _at_gateways(self) -> Iterator[tuple[RegisteredHost, KnownCaller]]:
        """Walk what gateways lead to, each with the identity of its pods.

        Of pods that the input lacks none is known.
        """
        routes = self._mesh.merged_routes
        served = set()
        for effective in self._mesh.merged_gateways:
            pods = effective.workload.workload
            identity = self._identity(pods) if pods is not None else None
            lack = "" if identity is not None else ", whose pods aren't known to be in the mesh"
            for gateway in effective.gateways:
                served.add(gateway.key_name)
                for service in routes.naming(gateway.key_name):
                    written = service.origin(service.at("spec")).resource
                    why = f"{written.title} routes it at {gateway.origin(gateway.at('spec')).resource.title}{lack}"
                    yield from self._led_to(service, identity, why)
        for service in self._mesh.of(VirtualService):
            for name in routes.gateways_of(service):
                if name != MESH and name not in served:
                    why = f"{service.title} routes it at Gateway {name}, whose pods aren't known"
                    yield from self._led_to(service, None, why)

    def _led_to(
        self, service: VirtualService, identity: str | None, why: str
    ) -> Iterator[tuple[RegisteredHost, KnownCaller]]:
        for destination in written_destinations(self._mesh, service):
            host = self._mesh.registry.resolve(destination.host, destination.resource.namespace)
            if host is not None:
                yield host, KnownCaller(identity, frozenset(), why)

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
