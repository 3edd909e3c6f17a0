"""The pods that Gateways configure which istiod makes of the Gateway API.

Those behind the Services that they name, in the namespace of the Gateway (mergeGateways of
pilot/pkg/model/push_context.go, Istio 1.31). For a Gateway without address istiod makes Service and
Deployment itself; where the input has neither, a name stands for them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from meshctl.istio.labels import GATEWAY_NAME
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import Gateway, GeneratedGateway, Service, Workload


def is_service_of(gateway: GeneratedGateway, service: Service) -> bool:
    """Is a Service one of those that a Gateway names?"""
    named = f"{service.name}.{service.namespace}" in gateway.service_names
    return named and service.namespace == gateway.home


_Place = Workload | Service | str
"""What Gateways configure; a text is the name of what istiod will make."""


class GeneratedPicks:
    """Collects what generated Gateways pick; each workload is taken once.

    Workloads behind the same Services share one sequence of Gateways.
    """

    def __init__(self, workloads: Workloads, services: Mapping[str, Service]) -> None:
        self._workloads = workloads
        self._services = services
        self._picked: dict[_Place, list[int]] = {}
        self._numbers: dict[object, int] = {}
        self._groups: list[dict[Gateway, int]] = []  # with their order
        self._merged: dict[tuple[int, ...], Sequence[Gateway]] = {}
        self._order = 0

    def add(self, gateway: GeneratedGateway) -> None:
        """Find what a Gateway picks."""
        self._order += 1
        for key, places in self._find(gateway):
            if key not in self._numbers:
                self._numbers[key] = len(self._groups)
                self._groups.append({})
                for place in places:
                    self._picked.setdefault(place, []).append(self._numbers[key])
            self._groups[self._numbers[key]].setdefault(gateway, self._order)

    def take(self, workload: Workload | None, services: Iterable[Service]) -> Sequence[Gateway]:
        """Take the Gateways of a workload, or of the Services that stand for one."""
        if workload is not None:
            return self._of(self._picked.pop(workload, ()))
        return [gateway for place in services for gateway in self._of(self._picked.pop(place, ()))]

    def left(self) -> Iterator[tuple[_Place, Sequence[Gateway]]]:
        """Walk what nobody has taken."""
        return ((place, self._of(numbers)) for place, numbers in self._picked.items())

    def _of(self, numbers: Sequence[int]) -> Sequence[Gateway]:
        key = tuple(numbers)
        if key not in self._merged:
            found: dict[Gateway, int] = {}
            for number in key:
                found.update(self._groups[number])
            self._merged[key] = sorted(found, key=found.__getitem__)
        return self._merged[key]

    def _find(self, gateway: GeneratedGateway) -> Iterator[tuple[object, Sequence[_Place]]]:
        """Walk what a Gateway picks, together with a key of those that are picked together."""
        for host in gateway.services:
            name = host.partition(".svc.")[0].partition(".")
            service = self._services.get(f"{name[2]}/{name[0]}")
            if service is None or service.namespace != gateway.home:
                yield from ((made, (made,)) for made in self._to_be_made(gateway, host))
                continue
            selector = frozenset(service.selector.items())
            pods = self._workloads.find(service.selector, gateway.home) if selector else ()
            yield ((gateway.home, selector), pods) if pods else (service, (service,))

    def _to_be_made(self, gateway: GeneratedGateway, host: str) -> dict[str, None]:
        """Name what istiod will make; where its pods are there, a missing Service is missing."""
        if not gateway.makes_pods:
            return {}
        if self._workloads.find({GATEWAY_NAME: gateway.parent.name}, gateway.home):
            return {}
        return {f"{gateway.home}/{host.partition('.')[0]}": None}
