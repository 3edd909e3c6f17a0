"""The pods that run the Envoy which a Gateway configures, and their ports.

Mirrors mergeGateways of pilot/pkg/model/push_context.go (Istio 1.31). Where the input has no
workload that a selector picks, the Service in front of it or the selector itself stands for it,
and what only the missing objects could tell (namespace, container ports) is unknown.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from meshctl.istio.annotation_names import TEMPLATES
from meshctl.istio.labels import GATEWAY_NAME
from meshctl.mesh.core.known_objects import KnownObjects
from meshctl.mesh.core.selectors import IdentityCache, LabelIndex, SelectorIndex
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import Gateway, GeneratedGateway, GeneratedService, Server, Service, Workload
from meshctl.resources.cached_property import cached_property

_UNPRIVILEGED = ("ISTIO_META_UNPRIVILEGED_POD", "true")
_FIRST_FREE = 1024
NO_TRANSLATION = "experimental.istio.io/disable-gateway-port-translation"


@dataclass(frozen=True, slots=True, eq=False)
class GatewayWorkload:
    """The pods that run one gateway Envoy.

    ``workload`` is ``None`` when the input has only its ``services``, or nothing but a selector.
    """

    labels: Mapping[str, str]
    namespace: str | None
    workload: Workload | None
    services: tuple[Service, ...]
    knows_services: bool
    """Would the input have the Services in front of it, if there were any?"""
    made_name: str = ""
    """The ``namespace/name`` of what istiod will make for a Gateway of the Gateway API."""
    _targets: dict[int, int] = field(default_factory=dict)
    _exposed: set[int | str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """``namespace/name`` of the workload or Service, else its selector."""
        if self.workload is not None:
            return self.workload.key_name
        if self.services:
            return self.services[0].key_name
        if self.made_name:
            return self.made_name
        return ",".join(f"{key}={value}" for key, value in sorted(self.labels.items()))

    @property
    def is_real(self) -> bool:
        """Is the workload itself in the input?"""
        return self.workload is not None

    @property
    def is_known(self) -> bool:
        """Is the workload in the input, or will istiod make it?"""
        return self.is_real or any(
            isinstance(service, GeneratedService) for service in self.services
        )

    @property
    def knows_ports(self) -> bool:
        """Is it certain which container port a server's port becomes?"""
        return bool(self.services) or self.knows_services

    def target(self, port: int) -> int:
        """Translate the port of a server to the container's: by the first Service that has it.

        Mirrors resolvePorts (pilot/pkg/model/gateway.go, Istio 1.31): a port that no Service
        has is listened on as it is.
        """
        if self.services and not self._targets:
            named = self.workload.named_ports if self.workload is not None else {}
            for service in self.services:
                for service_port in service.ports if NO_TRANSLATION not in service.labels else ():
                    is_number = isinstance(service_port.target, int)
                    target = (
                        service_port.target
                        if is_number
                        else named.get(str(service_port.target), service_port.port)
                    )
                    self._targets.setdefault(service_port.port, int(target))
        return self._targets.get(port, port)

    def targets(self, server: Server) -> tuple[int, ...]:
        """Translate the port of a server to the container's.

        A Gateway that istiod made of the Gateway API names its Services: each that has the port
        counts, and without any the server isn't there (resolvePorts).
        """
        gateway = server.gateway
        if not isinstance(gateway, GeneratedGateway):
            return (self.target(server.port),)
        if not self.services:
            return (server.port,)  # istiod will make the Service, with the same ports
        from meshctl.mesh.gateways.generated_picks import is_service_of  # noqa: PLC0415 - of the Gateway API

        found: dict[int, None] = {}
        for service in self.services:
            if is_service_of(gateway, service):
                for port in service.ports:
                    target = self._named(port.target) if port.port == server.port else None
                    if target is not None:
                        found[target] = None
        return tuple(found)

    def _named(self, target: int | str) -> int | None:
        if isinstance(target, int):
            return target
        return self.workload.named_ports.get(target) if self.workload is not None else None

    def exposes(self, port: int) -> bool:
        """Does a Service in front of it, or the node it runs on, lead to this container port?"""
        if self.services and not self._exposed:
            for service in self.services:
                for service_port in service.ports:
                    self._exposed.update((self.target(service_port.port), service_port.target))
        return port in self._exposed or self._is_on_node(port)

    def exposed_instead(self, port: int) -> frozenset[int]:
        """The ports of its Services that lead to a container port which none of them has itself."""
        ports = [service_port for service in self.services for service_port in service.ports]
        if self._is_on_node(port) or any(
            port in {service_port.port, service_port.number("nodePort")} for service_port in ports
        ):
            return frozenset()
        return frozenset(service_port.port for service_port in ports if service_port.target == port)

    def may_listen_on(self, port: int) -> bool:
        """Does istiod give the proxy a listener on this container port?

        It skips those below 1024 where the pod says that it is unprivileged (buildGatewayListeners,
        pilot/pkg/networking/core/gateway.go, Istio 1.31).
        """
        if port >= _FIRST_FREE or self.workload is None:
            return True
        return not any(
            (entry.get("name"), str(entry.get("value")).lower()) == _UNPRIVILEGED
            for container in self.workload.containers
            for _, entry in container.items("env")
        )

    def _is_on_node(self, port: int) -> bool:
        if self.workload is None:
            return False
        return self.workload.uses_host_network or any(
            view.number("containerPort") == port and view.has("hostPort")
            for container in self.workload.containers
            for view in container.ports
        )


class GatewayWorkloads:
    """Finds the gateway workloads for Gateways."""

    def __init__(
        self, workloads: Workloads, services: Iterable[Service], knows: KnownObjects
    ) -> None:
        self._workloads = workloads
        self._services = sorted(services, key=lambda service: (service.name, service.namespace))
        self._knows = knows
        # What ports become, once for workloads behind the same Services that name their ports alike.
        self._translated: dict[
            tuple[int, frozenset[tuple[str, int]]],
            tuple[tuple[Service, ...], dict[int, int], set[int | str]],
        ] = {}

    def pick(
        self, gateways: Iterable[Gateway]
    ) -> Iterator[tuple[GatewayWorkload, Sequence[Gateway]]]:
        """Walk the gateway workloads with the Gateways whose selectors, or Services, pick them.

        Workloads of the same Gateways mostly share one sequence of them.
        """
        several = list(gateways)
        made = [one for one in several if isinstance(one, GeneratedGateway)]
        written = [one for one in several if not isinstance(one, GeneratedGateway)]
        if made:
            yield from self._pick_both(made, written)
            return
        for workload, picked in self._pick_written(written):
            if picked:
                yield workload, picked

    def _pick_both(
        self, made: Iterable[GeneratedGateway], written: Iterable[Gateway]
    ) -> Iterator[tuple[GatewayWorkload, Sequence[Gateway]]]:
        from meshctl.mesh.gateways.generated_picks import GeneratedPicks  # noqa: PLC0415 - of the Gateway API

        generated = GeneratedPicks(self._workloads, self._by_name)
        joined = IdentityCache(lambda taken: IdentityCache(lambda picked: (*picked, *taken)))
        for gateway in made:
            generated.add(gateway)
        for workload, picked in self._pick_written(written):
            taken = generated.take(workload.workload, workload.services)
            if picked or taken:
                yield workload, joined.of(taken).of(picked) if taken else picked
        for service, several in generated.left():
            if isinstance(service, Workload):
                yield self._real(service), several
            elif isinstance(service, Service):
                index = self._by_selector[service.namespace]
                services = tuple(index.find(service.selector))
                yield (
                    GatewayWorkload(
                        service.selector, service.namespace, None, services, knows_services=True
                    ),
                    several,
                )
            else:
                namespace, _, name = service.partition("/")
                labels = {GATEWAY_NAME: name}
                yield (
                    GatewayWorkload(
                        labels, namespace, None, (), knows_services=True, made_name=service
                    ),
                    several,
                )

    def _pick_written(
        self, gateways: Iterable[Gateway]
    ) -> Iterator[tuple[GatewayWorkload, Sequence[Gateway]]]:
        by_labels: dict[str, SelectorIndex[Gateway]] = {"": SelectorIndex()}
        selectors: dict[frozenset[tuple[str, str]], Mapping[str, str]] = {}
        for gateway in gateways:
            for home in ("", gateway.namespace) if self.are_scoped else ("",):
                by_labels.setdefault(home, SelectorIndex()).add(gateway.selector, gateway)
            selectors.setdefault(frozenset(gateway.selector.items()), gateway.selector)
        for workload in self._all(selectors.values()):
            home = (workload.namespace or "") if self.are_scoped else ""
            index = by_labels.get(home)
            yield workload, index.find(workload.labels) if index is not None else ()

    @cached_property
    def _by_name(self) -> dict[str, Service]:
        return {service.key_name: service for service in self._services}

    def named(self, name: str) -> GatewayWorkload | None:
        """Find a workload by ``namespace/name``, whether a Gateway selects it or not."""
        found = self._by_key.get(name)
        return self._real(found) if found is not None else None

    @cached_property
    def _by_key(self) -> dict[str, Workload]:
        found: dict[str, Workload] = {}
        for workload in self._workloads:
            found.setdefault(workload.key_name, workload)
        return found

    @cached_property
    def are_scoped(self) -> bool:
        """Do Gateways select in their own namespace only (PILOT_SCOPE_GATEWAY_TO_NAMESPACE)?"""
        wanted = ("PILOT_SCOPE_GATEWAY_TO_NAMESPACE", "true")
        return any(
            (entry.get("name"), str(entry.get("value")).lower()) == wanted
            for workload in self._workloads
            for container in workload.containers
            if container.name == "discovery"
            for _, entry in container.items("env")
        )

    def _all(self, selectors: Iterable[Mapping[str, str]]) -> Iterator[GatewayWorkload]:
        real: dict[Workload, None] = dict.fromkeys(self.routers)
        missing: list[Mapping[str, str]] = []
        for selector in selectors:
            found = self._workloads.find(selector) if selector else self.routers
            real.update(dict.fromkeys(found))
            if not found:
                missing.append(selector)
        for workload in real:
            yield self._real(workload)
        for selector in missing:
            # An empty selector picks what the others pick; it needs nothing to stand for it.
            if selector or not (real or len(missing) > 1):
                yield from self._stand_ins(selector)

    def _real(self, workload: Workload) -> GatewayWorkload:
        index = self._by_selector.get(workload.namespace)
        services = tuple(index.find(workload.pod_labels)) if index is not None else ()
        known = bool(self._knows.all_of("Service", workload.namespace))
        key = id(services), frozenset(workload.named_ports.items())
        _, targets, exposed = self._translated.setdefault(key, (services, {}, set()))
        return GatewayWorkload(
            workload.pod_labels, workload.namespace, workload, services, known,
            _targets=targets, _exposed=exposed,
        )  # fmt: skip

    def _stand_ins(self, selector: Mapping[str, str]) -> Iterator[GatewayWorkload]:
        """Take the Services that select at least the same labels, else the selector itself."""
        groups: dict[tuple[str, frozenset[tuple[str, str]]], Service] = {}
        for service in self._by_labels.find(selector) if selector else ():
            groups.setdefault((service.namespace, frozenset(service.selector.items())), service)
        for (namespace, _), service in groups.items():
            several = tuple(self._by_selector[namespace].find(service.selector))
            yield GatewayWorkload(service.selector, namespace, None, several, knows_services=True)
        if not groups:
            yield GatewayWorkload(selector, None, None, (), knows_services=False)

    @cached_property
    def routers(self) -> list[Workload]:
        """Workloads that say themselves that their Envoy is a gateway."""
        return [workload for workload in self._workloads if is_router(workload)]

    @cached_property
    def _by_selector(self) -> dict[str, SelectorIndex[Service]]:
        found: dict[str, SelectorIndex[Service]] = {}
        for service in self._services:
            if service.selector:
                found.setdefault(service.namespace, SelectorIndex()).add(service.selector, service)
        return found

    @cached_property
    def _by_labels(self) -> LabelIndex[Service]:
        index: LabelIndex[Service] = LabelIndex()
        for service in self._services:
            if service.selector:
                index.add(service.namespace, service.selector, service)
        return index


def is_router(workload: Workload) -> bool:
    """Does a workload run Envoy as a gateway: by its template, or by the arguments it starts?"""
    templates = workload.pod_annotations.get(TEMPLATES, "")
    return "gateway" in templates.split(",") or any(
        "router" in container.texts("args") for container in workload.containers
    )
