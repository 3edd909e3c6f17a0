"""What many nodes would repeat: pods behind many Services, and gateways that are sent the same.

Written out at each of them it would grow with the square of what is there.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import NamedTuple

from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.gateways.gateway_index import Gateways
from meshctl.resources import Resource, Service, ServiceEntry, Workload
from meshctl.resources.cached_property import cached_property
from meshctl.words import MOST_LISTED, amount, shortened

FEW = 8
"""So many alike stand in the picture one by one, and name all that they have."""


class ListedPods(NamedTuple):
    """The pods that a node names, and how many others it has, which other nodes name."""

    pods: Sequence[Workload]
    others: int = 0

    def facts(self) -> Iterator[str]:
        """Say what isn't named."""
        if self.others:
            yield f"{amount(self.others, 'more workload')} behind it, as behind others that name all"


class SharedPods:
    """Lists the pods behind hosts and subsets; those that many share in full for a few of them."""

    def __init__(self) -> None:
        self._listed: dict[str, ListedPods] = {}
        self._times: dict[int, tuple[Sequence[Workload], int]] = {}

    def of(self, id_: str, pods: Sequence[Workload]) -> ListedPods:
        """List the pods of a node; nodes with the very same sequence share them."""
        known = self._listed.get(id_)
        if known is None:
            times = self._times.get(id(pods), (pods, 0))[1] + 1
            self._times[id(pods)] = pods, times
            most = len(pods) if times <= FEW else MOST_LISTED
            known = ListedPods(pods[:most], max(0, len(pods) - most))
            self._listed[id_] = known
        return known


class SharedGateways:
    """Gateway workloads that one node stands for, where more than a few are sent the same.

    ``differ`` tells those apart that are sent the same and still aren't alike as clients.
    """

    def __init__(self, gateways: Gateways, differ: Callable[[EffectiveGateway], Hashable]) -> None:
        self._gateways = gateways
        self._differ = differ

    def __iter__(self) -> Iterator[EffectiveGateway]:
        """Walk those that have a node, in the order of the mesh."""
        return iter(self._members)

    def first(self, gateway: EffectiveGateway) -> EffectiveGateway:
        """Find the one that names the node of a gateway."""
        return self._first.get(gateway, gateway)

    def serving(self) -> dict[Service | ServiceEntry, EffectiveGateway]:
        """Find the gateway behind each Service that leads to one, the last of several."""
        found: dict[Service | ServiceEntry, EffectiveGateway] = {}
        seen = set[int]()
        for gateway in reversed(list(self._gateways)):
            services = gateway.workload.services
            if id(services) not in seen:  # pods of the same labels share it
                seen.add(id(services))
                for service in services:
                    found.setdefault(service, gateway)
        return found

    def facts(self, gateway: EffectiveGateway) -> Iterator[str]:
        """Say for whom the node of a gateway stands, if that are several."""
        several = self._members.get(gateway, ())
        if len(several) > 1:
            names = [effective_gateway.workload.name for effective_gateway in several]
            yield (
                f"stands for {amount(len(names), 'gateway workload')} that are sent the same: "
                f"{shortened(names, MOST_LISTED)}"
            )

    def objects(self, gateway: EffectiveGateway) -> Iterator[Resource]:
        """Walk the objects behind a node: workloads, their Services, then the Gateways."""
        seen = set[int]()
        for effective_gateway in self._members.get(gateway, (gateway,)):
            if effective_gateway.workload.workload is not None:
                yield effective_gateway.workload.workload
            if id(effective_gateway.workload.services) not in seen:
                seen.add(id(effective_gateway.workload.services))
                yield from effective_gateway.workload.services
        yield from gateway.gateways

    @cached_property
    def _members(self) -> dict[EffectiveGateway, list[EffectiveGateway]]:
        groups: dict[object, list[EffectiveGateway]] = {}
        for gateway in self._gateways:
            groups.setdefault((gateway.like, self._differ(gateway)), []).append(gateway)
        return {
            several[0]: several
            for group in groups.values()
            for several in ([group] if len(group) > FEW else [[gateway] for gateway in group])
        }

    @cached_property
    def _first(self) -> dict[EffectiveGateway, EffectiveGateway]:
        return {gateway: first for first, several in self._members.items() for gateway in several}
