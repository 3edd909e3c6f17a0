"""Finds what Canaries name, and VirtualServices in the way of those that Flagger writes for them.

Flagger 1.41 writes one with the name of the Canary's Service, for that Service and
`spec.service.hosts`, at `spec.service.gateways` (pkg/router/istio.go of its source).
"""

from collections.abc import Iterator

from meshctl.mesh.core.hosts import fqdn
from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.traffic.delegates import MESH, gateway_name, gateways_of
from meshctl.resources import Canary, VirtualService, Workload
from meshctl.resources.cached_property import cached_property


class Canaries:
    """The targets of Canaries, and VirtualServices by their hosts."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    def target(self, canary: Canary) -> Workload | None:
        """Find the workload that a Canary names, if the input has it."""
        kind, name = canary.target.text("kind") or "Deployment", canary.target.text("name")
        return next(
            (
                workload
                for workload in self._inventory.named_in(Workload, name, canary.namespace)
                if workload.kind == kind
            ),
            None,
        )

    def rivals(self, canary: Canary) -> Iterator[tuple[VirtualService, int]]:
        """Walk other VirtualServices for a host of a Canary at one gateway, with the host's number."""
        written = canary.service.texts("gateways") or (MESH,)
        gateways = {gateway_name(name, canary.namespace) for name in written}
        for host in dict.fromkeys((canary.service_name, *canary.hosts)):
            name = fqdn(host, canary.namespace, self._inventory.config.domain)
            for service, index in self._by_host.get(name, ()):
                own = service.namespace == canary.namespace and service.name == canary.service_name
                if not own and not gateways.isdisjoint(gateways_of(service)):
                    yield service, index

    @cached_property
    def _by_host(self) -> dict[str, list[tuple[VirtualService, int]]]:
        found: dict[str, list[tuple[VirtualService, int]]] = {}
        for service in self._inventory.of(VirtualService):
            for index, host in enumerate(service.hosts):
                name = fqdn(host, service.namespace, self._inventory.config.domain)
                found.setdefault(name, []).append((service, index))
        return found
