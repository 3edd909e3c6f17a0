"""The pods that Gateways configure which istiod makes of the Gateway API.

Those behind the Services that they name, in the namespace of the Gateway (mergeGateways of
pilot/pkg/model/push_context.go, Istio 1.31). For a Gateway without address istiod makes Service and
Deployment itself; where the input has neither, a name stands for them.
"""

from collections.abc import Iterable, Iterator, Mapping

from meshctl.istio.labels import GATEWAY_NAME
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import Gateway, GeneratedGateway, Service, Workload


def is_service_of(gateway: GeneratedGateway, service: Service) -> bool:
    """Is a Service one of those that a Gateway names?"""
    named = f"{service.name}.{service.namespace}" in gateway.service_names
    return named and service.namespace == gateway.home


class GeneratedPicks:
    """Collects what generated Gateways pick; each workload is taken once."""

    def __init__(self, workloads: Workloads, services: Mapping[str, Service]) -> None:
        self._workloads = workloads
        self._services = services
        self._picked: dict[Workload | Service | str, list[Gateway]] = {}

    def add(self, gateway: GeneratedGateway) -> None:
        """Find what a Gateway picks."""
        for one in self._find(gateway):
            self._picked.setdefault(one, []).append(gateway)

    def take(self, workload: Workload | None, services: Iterable[Service]) -> list[Gateway]:
        """Take the Gateways of a workload, or of the Services that stand for one."""
        places: Iterable[Workload | Service] = services if workload is None else (workload,)
        return [gateway for place in places for gateway in self._picked.pop(place, ())]

    def left(self) -> Iterator[tuple[Workload | Service | str, list[Gateway]]]:
        """Walk what nobody has taken; a text is the name of what istiod will make."""
        yield from self._picked.items()

    def _find(self, gateway: GeneratedGateway) -> dict[Workload | Service | str, None]:
        found: dict[Workload | Service | str, None] = {}
        for host in gateway.services:
            name = host.partition(".svc.")[0].partition(".")
            service = self._services.get(f"{name[2]}/{name[0]}")
            if service is None or service.namespace != gateway.home:
                found.update(self._to_be_made(gateway, host))
                continue
            pods = self._workloads.find(service.selector, gateway.home) if service.selector else []
            found.update(dict.fromkeys(pods) if pods else {service: None})
        return found

    def _to_be_made(self, gateway: GeneratedGateway, host: str) -> dict[str, None]:
        """Name what istiod will make; where its pods are there, a missing Service is missing."""
        if not gateway.makes_pods:
            return {}
        if self._workloads.find({GATEWAY_NAME: gateway.parent.name}, gateway.home):
            return {}
        return {f"{gateway.home}/{host.partition('.')[0]}": None}
