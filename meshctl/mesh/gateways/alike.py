"""Which gateway workloads are sent the same, so that what Gateways become is made once for them.

istiod knows of a proxy, when it builds listeners and routes: its Gateways, its namespace, the ports
of the Services in front of it, and the labels that a match asks for (pilot/pkg/model/gateway.go and
pilot/pkg/networking/core/route/route.go, Istio 1.31).
"""

from collections.abc import Hashable, Sequence

from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.gateways.gateway_workloads import NO_TRANSLATION, GatewayWorkload
from meshctl.mesh.traffic.routes import Routes
from meshctl.resources import Gateway, GeneratedGateway, Service, Workload


class AlikeWorkloads:
    """Gives gateway workloads keys, which are equal where all that decides about them is."""

    def __init__(self, routes: Routes) -> None:
        self._routes = routes
        self._generated = IdentityCache(_has_generated)
        self._front = IdentityCache(_front)

    def key(self, workload: GatewayWorkload, gateways: Sequence[Gateway]) -> Hashable:
        """Give the key of a workload with its Gateways; what istiod will make stays alone.

        Gateways that the Gateway API makes name Services, so that these have to be the very same.
        """
        if workload.made_name:
            return workload.name, id(workload)
        named = id(workload.services) if self._generated.of(gateways) else None
        labels = workload.labels if workload.is_real else {}
        asked = tuple(labels.get(label) for label in sorted(self._routes.asked_labels))
        return (
            id(gateways), workload.namespace, workload.is_real, workload.is_known,
            workload.knows_services, self._front.of(workload.services), _ports(workload.workload),
            asked, named,
        )  # fmt: skip


def _has_generated(gateways: Sequence[Gateway]) -> bool:
    return any(isinstance(gateway, GeneratedGateway) for gateway in gateways)


def _front(services: tuple[Service, ...]) -> Hashable:
    """What the Services in front of pods say of ports."""
    return tuple(
        (
            service.namespace,
            NO_TRANSLATION in service.labels,
            tuple((port.port, port.target) for port in service.ports),
        )
        for service in services
    )


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
