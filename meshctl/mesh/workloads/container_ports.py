"""Container ports, and the Services that lead to them.

Kubernetes translates a Service's port before the connection reaches the pod, so sidecars know
container ports alone.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from meshctl.istio.annotation_names import TEMPLATES
from meshctl.istio.labels import APP_NAME
from meshctl.istio.protocols import Protocol
from meshctl.istio.well_known_ports import server_first
from meshctl.mesh.core.precedence import age
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.registry.services import HostPort, RegisteredHost
from meshctl.mesh.workloads.by_pods import ByPods
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.mesh.workloads.traffic_capture import TrafficCapture
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import Service, ServiceEntry, ServicePort, View, Workload
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.spelling import CloseNames

T = TypeVar("T")

_ASIDE = re.compile(r"metric|prom|health|probe|status|admin|manage|debug|jmx|monitor")


class MappedPort(NamedTuple):
    """A port that only Services have, of the first of them, and the container ports it lands on."""

    port: View
    target: int
    targets: frozenset[int]


class PodsBehind(NamedTuple):
    """The pods that a Service or ServiceEntry selects, and what they say of their ports."""

    pods: Sequence[Workload]
    oldest: Workload
    """The pods that were made first."""
    names: "CloseNames"
    """The names of their ports, sorted."""
    numbers: frozenset[int]
    """The numbers of all of their ports, where each of them lists some; else none."""
    gets_containers: bool
    """Are containers injected by templates, such as a gateway's proxy, with ports of their own?"""
    has_gateway: bool


class ContainerPorts:
    """All container ports, with the Services in front of them."""

    def __init__(self, hosts: Iterable[RegisteredHost], workloads: Workloads) -> None:
        self._hosts = [host for host in hosts if isinstance(host.source, Service)]
        self._workloads = workloads
        # By the identity of what many workloads share, which is kept alive beside the answer.
        self._in_front: dict[object, tuple[object, Sequence[tuple[HostPort, int]]]] = {}
        self._made = IdentityCache(_made)
        self._probes = IdentityCache(_probes)
        self._targets = IdentityCache(_targets)
        self._sorted = IdentityCache(_by_name)
        self._behind = IdentityCache(_read)
        self._unled = IdentityCache(self._all_without_service)
        self._listing = IdentityCache(_kinds_by_list)
        self._mapped = IdentityCache(self._only_of_services)
        self._only = IdentityCache(_only_of_service)

    def in_front_of(self, workload: Workload) -> Iterator[tuple[HostPort, int]]:
        """Walk the Service ports that lead to a workload, each with its container port."""
        return iter(self.all_in_front_of(workload))

    def all_in_front_of(self, workload: Workload) -> Sequence[tuple[HostPort, int]]:
        """List them; workloads behind the same Services, with ports of the same names, share one."""
        hosts = self._by_pods.of(workload)
        key = id(hosts), tuple(workload.named_ports.items())
        known = self._in_front.get(key)
        if known is None:
            found = (
                (port, target)
                for host in hosts
                for port in host.ports
                if (target := self._workloads.target_port(workload, port)) is not None
            )
            known = self._in_front[key] = hosts, tuple(found)
        return known[1]

    def once(
        self, in_front: Sequence[tuple[HostPort, int]],
        make: Callable[[Sequence[tuple[HostPort, int]]], Iterable[T]],
    ) -> Sequence[T]:  # fmt: skip
        """Make something of what ``all_in_front_of`` gives, once for all workloads that share it."""
        return self._made.of(in_front, make)

    def pods_behind(self, source: Service | ServiceEntry) -> "PodsBehind | None":
        """Say what the pods that a Service or ServiceEntry selects name their ports.

        They are read once for a selector.
        """
        selector = source.selector if isinstance(source, Service) else source.workload_selector
        pods = self._workloads.endpoints_of(selector, source.namespace) if selector else ()
        return self._behind.of(pods)

    def layer4(self, workload: Workload) -> Iterator[tuple[HostPort, int]]:
        """Walk those Service ports, with their container port, that are surely not HTTP."""
        found = [*self.in_front_of(workload)]
        either = {target for port, target in found if port.protocol.is_http}
        for port, target in found:
            opaque = port.protocol not in {Protocol.AUTO, Protocol.UDP}
            if opaque and not port.protocol.is_http and target not in either:
                yield port, target

    def are_http(self, workload: Workload) -> bool:
        """Do Services lead to a workload, and all of their ports surely speak HTTP?"""
        found = [port.protocol.is_http for port, _ in self.in_front_of(workload)]
        return bool(found) and all(found)

    def is_exposed(self, workload: Workload) -> bool:
        """Do connections from outside the cluster come to a workload without a gateway?"""
        return workload.uses_host_network or any(
            service.type in {"NodePort", "LoadBalancer"} for service in self.services(workload)
        )

    def services(self, workload: Workload) -> Iterator[Service]:
        """Walk the Services in front of a workload, by name."""
        for host in self.hosts(workload):
            if isinstance(host.source, Service):
                yield host.source

    def hosts(self, workload: Workload) -> Sequence[RegisteredHost]:
        """The hosts of the Services in front of a workload, by name.

        Workloads behind the same Services share one sequence.
        """
        return self._sorted.of(self._by_pods.of(workload))

    def only_of_service(self, workload: Workload, number: int) -> tuple[View, int] | None:
        """Find a Service port of a number that is no container port, and where it lands."""
        return self.all_only_of_service(workload).get(number)

    def all_only_of_service(self, workload: Workload) -> Mapping[int, tuple[View, int]]:
        """All of them by number; workloads with the same ports share one mapping."""
        declared = frozenset(port.number("containerPort") for port in _container_ports(workload))
        return self._only.of(self.all_in_front_of(workload), declared)

    def only_of_services(self, workloads: Sequence[Workload], number: int) -> MappedPort | None:
        """Find a Service port of a number that is a container port of no workload.

        ``None`` where there is no such port in front of one of them.
        """
        return self._mapped.of(workloads).get(number)

    def _only_of_services(self, workloads: Sequence[Workload]) -> Mapping[int, MappedPort]:
        """All of them by number: workloads are many, and so may be the numbers that are asked for."""
        shared = {id(each): each for each in map(self.all_only_of_service, workloads)}
        hits: dict[int, list[tuple[View, int]]] = {}
        for each in shared.values():
            for number, hit in each.items():
                hits.setdefault(number, []).append(hit)
        return {
            number: _mapped(several)
            for number, several in hits.items()
            if len(several) == len(shared)
        }

    def governing_service(self, workload: Workload) -> Service | None:
        """Find the headless Service that names the pods of a StatefulSet."""
        name = workload.spec.text("serviceName")
        for host in self._by_pods.of(workload) if workload.kind == "StatefulSet" else ():
            source = host.source
            if isinstance(source, Service) and source.name == name and source.is_headless:
                return source
        return None

    def without_service(self, pods: Sequence[Workload]) -> frozenset[int]:
        """Name the ports that all of some pods list, in all of their containers, where Services lead to none of them.

        Ports whose names say that they are for metrics, probes or the like are left out.
        """
        return self._unled.of(pods)

    def _all_without_service(self, pods: Sequence[Workload]) -> frozenset[int]:
        found = [self._without_service(pod) for pod in pods]
        return frozenset.intersection(*found) if found else frozenset()

    def _without_service(self, workload: Workload) -> frozenset[int]:
        known = self._targets.of(self.all_in_front_of(workload))
        if known & _numbers(workload) or not all(one.ports for one in workload.containers):
            return frozenset()
        return frozenset(
            number
            for port in _container_ports(workload)
            if (number := port.number("containerPort")) is not None
            and port.text("protocol") in {"", "TCP"}
            and not _ASIDE.search(port.text("name"))
        )

    def of_others(self, service: Service, target: int) -> tuple[Workload, frozenset[int]] | None:
        """Find pods of another application behind a port of a Service, and the ports that they list.

        They list other ports in all of their containers, to one of which a Service of their own leads, while pods
        beside them list this one.
        """
        kinds = self._listing.of(self._workloads.endpoints_of(service.selector, service.namespace))
        listing = [pod for pod, listed in kinds if target in listed]
        for pod, listed in kinds if listing else ():
            if target in listed or not all(container.ports for container in pod.containers):
                continue
            if _application(pod) in {"", _application(listing[0])}:
                continue
            led = {
                number
                for host in self.hosts(pod)
                if host.source is not service
                for port in host.ports
                if (number := self._workloads.target_port(pod, port)) is not None
            }
            if led & listed:
                return pod, listed
        return None

    def server_first(self, service: Service, port: ServicePort) -> str:
        """Name the protocol behind a Service port if its server speaks first, else nothing.

        Told by well-known numbers, and by the images of containers that declare the port.
        """
        selector = service.selector
        pods = self._workloads.endpoints_of(selector, service.namespace) if selector else []
        images = (
            container.text("image")
            for pod in pods
            for container in pod.containers
            if any(port.target in {each_port.number("containerPort"), each_port.text("name")}
                   for each_port in container.ports)
        )  # fmt: skip
        found = (server_first(port.port, port.target, image) for image in ("", *images))
        return next((protocol for protocol in found if protocol), "")

    def is_grpc_alone(self, service: Service, port: HostPort) -> bool:
        """Do gRPC probes, and none by HTTP, ask the container behind a port that is declared HTTP/1.1?

        The kubelet dials a gRPC server in the clear there (pkg/probe/grpc/grpc.go, Kubernetes).
        """
        pods = self._workloads.endpoints_of(service.selector, service.namespace)
        if port.protocol is not Protocol.HTTP or not service.selector or not pods:
            return False
        return all(
            "grpc" in asked and "httpGet" not in asked
            for pod in pods
            for asked in [self._probes.of(pod).get(self._workloads.target_port(pod, port), ())]
        )

    def undeclared(self, workload: Workload) -> Iterator[View]:
        """Walk the captured ports that no Service leads to, of containers that one leads to.

        Ports that are probed, or named for metrics, are for others than the peers.
        """
        known = self._targets.of(self.all_in_front_of(workload))
        capture = TrafficCapture(workload)
        apart = known | {number for number, _ in capture.probed_ports()}
        for container in workload.containers:
            numbers = {port.number("containerPort") for port in container.ports}
            for port in container.ports if numbers & known else ():
                number = port.number("containerPort")
                is_tcp = port.text("protocol") in {"", "TCP"}
                if number is None or number in apart or not is_tcp:
                    continue
                if "metrics" not in port.text("name") and capture.includes(number):
                    yield port

    @cached_property
    def _by_pods(self) -> ByPods[RegisteredHost]:
        found: ByPods[RegisteredHost] = ByPods(self._workloads)
        for host in self._hosts:
            found.add(host, host)
        return found


def _made(
    in_front: Sequence[tuple[HostPort, int]],
    make: Callable[[Sequence[tuple[HostPort, int]]], Iterable[Any]],
) -> Sequence[Any]:
    return tuple(make(in_front))


def _only_of_service(
    in_front: Sequence[tuple[HostPort, int]], declared: frozenset[int | None]
) -> Mapping[int, tuple[View, int]]:
    known = declared | {target for _, target in in_front}
    found: dict[int, tuple[View, int]] = {}
    for port, target in in_front:
        if port.number not in known:
            found.setdefault(port.number, (port.view, target))
    return found


def _by_name(hosts: Sequence[RegisteredHost]) -> Sequence[RegisteredHost]:
    return tuple(sorted(hosts, key=lambda host: host.host))


def _targets(in_front: Sequence[tuple[HostPort, int]]) -> frozenset[int]:
    """The container ports that Service ports lead to."""
    return frozenset(target for _, target in in_front)


def _probes(pod: Workload) -> dict[int | None, set[object]]:
    """Which ways of probing a pod's containers name a port, by its number."""
    found: dict[int | None, set[object]] = {}
    for number, view in TrafficCapture(pod).probed_ports():
        found.setdefault(number, set()).add(view.path[-1])
    return found


def _mapped(hits: Sequence[tuple[View, int]]) -> MappedPort:
    port, target = min(hits, key=lambda hit: (hit[0].resource.key_name, hit[1]))
    return MappedPort(port, target, frozenset(target for _, target in hits))


def _read(pods: Sequence[Workload]) -> PodsBehind | None:
    if not pods:
        return None
    from meshctl.spelling import CloseNames  # noqa: PLC0415 - few inputs ask for names

    names = CloseNames(sorted({name for pod in pods for name in pod.named_ports}))
    is_late = any(TEMPLATES in pod.pod_annotations for pod in pods)
    listed = [_numbers(pod) for pod in pods]
    numbers = frozenset[int]().union(*listed) if all(listed) else frozenset()
    has_gateway = any(map(is_gateway, pods))
    return PodsBehind(pods, min(pods, key=age), names, numbers, is_late, has_gateway)


def _numbers(workload: Workload) -> frozenset[int]:
    containers = (*workload.containers, *workload.init_containers)
    found = (port.number("containerPort") for container in containers for port in container.ports)
    return frozenset(number for number in found if number)


def _kinds_by_list(pods: Sequence[Workload]) -> Sequence[tuple[Workload, frozenset[int]]]:
    """Give the first of those pods that are of one application and list the same ports."""
    found: dict[object, tuple[Workload, frozenset[int]]] = {}
    for pod in pods:
        listed = _numbers(pod)
        found.setdefault((_application(pod), listed), (pod, listed))
    return tuple(found.values())


def _container_ports(workload: Workload) -> Iterator[View]:
    for container in workload.containers:
        yield from container.ports


def _application(workload: Workload) -> str:
    """Name the application by the usual labels; empty where pods have none."""
    labels = workload.pod_labels
    return labels.get("app") or labels.get(APP_NAME, "")
