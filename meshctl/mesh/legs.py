"""Which two rules does one request pass, on its way through a gateway inside the mesh?

A sidecar routes the request to an egress gateway (or another one behind a Service), and that
gateway routes it on by a rule of its own for the same host. Each has its own timeout and retries.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from meshctl.mesh.delegates import MESH, HttpRule
from meshctl.mesh.gateways import EffectiveGateway
from meshctl.resources import Service, VirtualService
from meshctl.resources.cached_property import cached_property
from meshctl.resources.durations import nanoseconds

if TYPE_CHECKING:
    from meshctl.mesh.model import Mesh


class Legs(NamedTuple):
    """The rule of the sidecar, and the rules at the gateway that requests may go on by."""

    outer: HttpRule
    inner: tuple[HttpRule, ...]


class GatewayLegs:
    """Routes of sidecars that lead to gateways."""

    def __init__(self, mesh: "Mesh") -> None:
        self._mesh = mesh

    def of(self, service: VirtualService) -> Iterator[Legs]:
        """Walk the rules of a VirtualService for sidecars that send all requests to a gateway."""
        if MESH not in self._mesh.routes.gateways_of(service) or not self._by_service:
            return
        for rule in self._mesh.routes.delegates.rules(service):
            gateways = [self._gateway(entry.destination.host, rule) for entry in rule.action.routes]
            if _is_for(rule, MESH) and len(gateways) == 1 and gateways[0] is not None:
                inner = tuple(self._onward(service, rule, gateways[0]))
                if inner:
                    yield Legs(rule, inner)

    def _gateway(self, host: str, rule: HttpRule) -> EffectiveGateway | None:
        known = self._mesh.registry.resolve(host, rule.action.resource.namespace)
        source = known.source if known is not None else None
        return self._by_service.get(source) if isinstance(source, Service) else None

    def _onward(
        self, service: VirtualService, outer: HttpRule, gateway: EffectiveGateway
    ) -> Iterator[HttpRule]:
        registry, routes = self._mesh.registry, self._mesh.routes
        hosts = {registry.fqdn(host, service.namespace) for host in service.hosts}
        for one in gateway.gateways:
            for other in routes.naming(one.key_name):
                if hosts.isdisjoint(registry.fqdn(host, other.namespace) for host in other.hosts):
                    continue
                for rule in routes.delegates.rules(other):
                    if rule is not outer and _is_for(rule, one.key_name):
                        yield rule

    @cached_property
    def _by_service(self) -> dict[Service, EffectiveGateway]:
        return {
            service: effective
            for effective in self._mesh.gateways
            for service in effective.workload.services
        }


def attempts(rule: HttpRule) -> int:
    """The retries that a rule asks for, 0 when it doesn't speak of them."""
    return rule.saying("retries").child("retries").number("attempts") or 0


def timeout(rule: HttpRule) -> int:
    """The timeout of a rule in nanoseconds, 0 for none."""
    return nanoseconds(rule.saying("timeout").text("timeout")) or 0


def _is_for(rule: HttpRule, gateway: str) -> bool:
    """Has a rule a match for a gateway, or no match at all?"""
    return not rule.matches or any(
        not one.match.gateways or gateway in one.match.gateways for one in rule.matches
    )
