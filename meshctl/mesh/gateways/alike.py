"""Which gateway workloads are sent the same, so that what Gateways become is made once for them.

istiod knows of a proxy, when it builds listeners and routes: its Gateways, its namespace, the ports
of the Services in front of it, and the labels that a match asks for (pilot/pkg/model/gateway.go and
pilot/pkg/networking/core/route/route.go, Istio 1.31).
"""

from collections.abc import Hashable, Sequence

from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.gateways.gateway_workloads import NO_TRANSLATION, GatewayWorkload
from meshctl.mesh.registry.services import Registry
from meshctl.mesh.traffic.routes import Routes
from meshctl.resources import Gateway, GeneratedGateway, Service, Workload


class AlikeWorkloads:
    """Gives gateway workloads keys, which are equal where all that decides about them is."""

    def __init__(self, routes: Routes, registry: Registry) -> None:
        self._routes = routes
        self._registry = registry
        self._generated = IdentityCache(_has_generated)
        self._front = IdentityCache(_front)
        self._homes = IdentityCache(_homes)

    def sent(self, workload: GatewayWorkload, gateways: Sequence[Gateway]) -> Hashable:
        """Give what is equal for workloads that are sent the same, in whatever namespaces they run.

        What istiod will make stays alone. Gateways that the Gateway API makes name Services, so
        that these have to be the very same.
        """
        if workload.made_name:
            return workload.name, id(workload)
        named = id(workload.services) if self._generated.of(gateways) else None
        labels = workload.labels if workload.is_real else {}
        asked = tuple(labels.get(label) for label in sorted(self._routes.asked_labels))
        return (
            id(gateways), self._seen_from(workload.namespace), workload.is_real, workload.is_known,
            workload.knows_services, self._front.of(workload.services), _ports(workload.workload),
            asked, named,
        )  # fmt: skip

    def at_home(self, workload: GatewayWorkload) -> Hashable:
        """Give what tells workloads that are sent the same apart: the namespaces around them."""
        return workload.namespace, self._homes.of(workload.services)

    def _seen_from(self, namespace: str | None) -> str | None:
        """The namespace, empty for all from which the same routes and the same hosts are seen."""
        if namespace is None:
            return None
        is_apart = self._routes.tell_apart(namespace) or self._registry.tells_apart(namespace)
        return namespace if is_apart else ""


def _has_generated(gateways: Sequence[Gateway]) -> bool:
    return any(isinstance(gateway, GeneratedGateway) for gateway in gateways)


def _front(services: tuple[Service, ...]) -> Hashable:
    """What the Services in front of pods say of ports."""
    return tuple(
        (
            NO_TRANSLATION in service.labels,
            tuple((port.port, port.target) for port in service.ports),
        )
        for service in services
    )


def _homes(services: tuple[Service, ...]) -> Hashable:
    """The namespaces of the Services in front of pods."""
    return tuple(service.namespace for service in services)


def _ports(workload: Workload | None) -> Hashable:
    """What the pods say of their ports: the names, and those that the node has as well."""
    if workload is None:
        return None
    on_node = tuple(
        port.number("containerPort")
        for container in workload.containers
        for port in container.ports
        if port.has("hostPort")
    )
    return workload.uses_host_network, tuple(workload.named_ports.items()), on_node
