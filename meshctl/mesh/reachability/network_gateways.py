"""The gateways by which other networks come in: which Services and servers are meant to be one.

A Service with the label of a network is its gateway, on port 15443 or the one that another label names,
and by 15008 for ambient mode, at its addresses outside the cluster (getGatewayDetails,
pilot/pkg/serviceregistry/kube/controller/network.go). Connections carry the SNI of mutual TLS, by
which a server of mode AUTO_PASSTHROUGH sends them on unopened (Istio 1.31).
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from meshctl.istio.labels import NETWORK
from meshctl.mesh.core.injector_config import is_settings
from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.core.mesh_networks import WrittenNetwork, named_gateways, written_networks
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.gateways.gateway_index import Gateways
from meshctl.mesh.gateways.server_merge import MergedServer
from meshctl.mesh.registry.services import Registry
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import (
    ConfigMap,
    Gateway,
    GeneratedService,
    IstioOperator,
    KubernetesGateway,
    Namespace,
    Resource,
    Server,
    Service,
)
from meshctl.resources.cached_property import cached_property
from meshctl.words import MOST_LISTED, quoted, shortened, whole_number

_PORT_LABEL = "networking.istio.io/gatewayPort"
_PORT, _TUNNEL = 15443, 15008
_UNOPENED = "AUTO_PASSTHROUGH"


class LostGateway(NamedTuple):
    """A gateway of a network that istiod doesn't find, and what the input lacks to say so."""

    network: WrittenNetwork
    message: str
    unknown: str = ""


class NetworkGateways:
    """Answers for Services and Gateways."""

    def __init__(
        self, inventory: Inventory, registry: Registry, workloads: Workloads, gateways: Gateways
    ) -> None:
        self._inventory = inventory
        self._registry = registry
        self._workloads = workloads
        self._gateways = gateways

    def network(self, service: Service) -> str:
        """Name the network whose gateway a Service in front of gateway pods is, empty for none."""
        network = service.labels.get(NETWORK, "")
        pods = self._workloads.endpoints_of(service.selector, service.namespace) if network else ()
        is_one = any(map(is_gateway, pods)) or (network and self._gateways.behind(service))
        return network if is_one else ""

    def flaw(self, service: Service) -> str | None:
        """Say why nobody comes in by a Service that is labelled as the gateway of a network."""
        if not self.network(service) or isinstance(service, GeneratedService):
            return None
        port, ports = gateway_port(service), {service_port.port for service_port in service.ports}
        if port not in ports:
            if _TUNNEL in ports:
                return None
            return (
                f"it has no port {port}, by which other networks come in, and isn't taken for one"
            )
        if service.type == "ClusterIP" and not service.outside_addresses:
            return "it has no address outside the cluster, and isn't taken for one"
        if _TUNNEL in ports or any(self._takes(gateway, port) for gateway in self._behind(service)):
            return None
        if not self._inventory.knows.everywhere("Gateway"):
            return None
        return f"no Gateway has a server on port {port} for it: connections are reset"

    def opened(self, gateway: Gateway) -> Iterator[tuple[Server, Service]]:
        """Walk the servers on the port of a network's gateway that don't pass on by SNI."""
        labelled = self._labelled
        for effective in self._gateways.of(gateway) if labelled else ():
            for service in effective.workload.services:
                for server in gateway.servers if service in labelled else ():
                    passes = server.is_tls and server.tls_mode == _UNOPENED
                    if server.port == gateway_port(service) and not passes:
                        yield server, service

    @cached_property
    def _labelled(self) -> frozenset[Service]:
        """The Services that are labelled as the gateway of a network."""
        services = (
            service for effective in self._gateways for service in effective.workload.services
        )
        return frozenset(
            service for service in services if NETWORK in service.labels and self.network(service)
        )

    def without_service(self, gateway: Gateway) -> Iterator[tuple[int, Server]]:
        """Walk the hosts of AUTO_PASSTHROUGH that stand for no registered host, by index."""
        has_services = next(iter(self._registry), None) is not None
        for server in gateway.servers if has_services else ():
            for index, host in enumerate(server.hosts if server.tls_mode == _UNOPENED else ()):
                if next(self._registry.covered_by(host.rpartition("/")[2]), None) is None:
                    yield index, server

    def unlabelled(self, service: Service) -> Server | None:
        """Find the server by which other networks are to come in, where they don't know the way.

        Only in a mesh that has networks; MeshNetworks may name the Service instead of a label.
        """
        if NETWORK in service.labels or isinstance(service, GeneratedService):
            return None
        host = f"{service.name}.{service.namespace}.svc.{self._inventory.config.domain}"
        if not self._has_networks or host in self._named:
            return None
        for effective in self._behind(service):
            for server in effective.servers:
                exposed = any(port.port == server.server.port for port in service.ports)
                if exposed and server.drop is None and server.server.tls_mode == _UNOPENED:
                    return server.server
        return None

    def leads_nowhere_named(self, namespace: Namespace) -> Service | None:
        """Find the gateway of a network in a root namespace that names no network for its pods.

        ``None`` also where the installation, or the pods, may name it (``global.network``).
        """
        if namespace.name != self._inventory.config.root_namespace or NETWORK in namespace.labels:
            return None
        if any(
            is_settings(resource) or resource.kind == "IstioOperator"
            for resource in self._inventory.resources
        ):
            return None
        if any(
            NETWORK in workload.pod_labels and not is_gateway(workload)
            for workload in self._workloads
        ):
            return None
        services = self._inventory.of(Service)
        return next((service for service in services if self.network(service)), None)

    @cached_property
    def own(self) -> str:
        """The network that the root namespace is labelled with, empty where none or several are."""
        root = self._inventory.config.root_namespace
        found = {
            namespace.labels.get(NETWORK, "")
            for namespace in self._inventory.of(Namespace)
            if namespace.name == root
        }
        return found.pop() if len(found) == 1 else ""

    def lost(self, resource: Resource) -> Iterator[LostGateway]:
        """Walk the gateways that MeshNetworks name and istiod doesn't find."""
        for network, gateway in named_gateways(resource):
            host, port = gateway.text("registryServiceName"), gateway.number("port")
            declared = self._registry.at(host)
            if not network.registries:
                message = (
                    f"network {network.name} names no cluster by fromRegistry, so istiod looks nowhere for "
                    f"its gateway {quoted(host)}"
                )
                yield LostGateway(network, message)
            elif not declared:
                yield self._undeclared(network, host)
            elif missing := self._registry.together(declared).missing_port(port):
                known = shortened(missing.known, MOST_LISTED)
                message = f"network {network.name} is to be entered by port {port} of {host}, which has only {known}"
                yield LostGateway(network, message)

    def _undeclared(self, network: WrittenNetwork, host: str) -> LostGateway:
        home = self._registry.home(host)
        known = self._inventory.knows.all_of("Service", home) if home is not None else None
        full = "" if home else ", and istiod looks for full names"
        message = f"the gateway of network {network.name}, {quoted(host)}, is no Service{full}"
        return LostGateway(network, message, "" if known is None or known else known.reason)

    def without_way_in(self, resource: Resource) -> Iterator[WrittenNetwork]:
        """Walk the networks of MeshNetworks that have no gateway, by an entry or by a label.

        Where there are several, that is; clients of another network dial such pods directly.
        """
        networks = list(written_networks(resource))
        several = len(networks) > 1 or (
            self.own and {self.own} != {network.name for network in networks}
        )
        for network in networks:
            is_apart = several or network.is_remote
            if is_apart and not network.gateways and network.name not in self._by_label:
                yield network

    @cached_property
    def _by_label(self) -> frozenset[str]:
        labelled = (*self._inventory.of(Service), *self._inventory.of(KubernetesGateway))
        return frozenset(
            resource.labels[NETWORK] for resource in labelled if NETWORK in resource.labels
        )

    @cached_property
    def _has_networks(self) -> bool:
        return bool(self.own or self._named)

    @cached_property
    def _named(self) -> frozenset[str]:
        """The Services that MeshNetworks name as gateways."""
        return frozenset(
            gateway.text("registryServiceName")
            for resource in (*self._inventory.of(ConfigMap), *self._inventory.of(IstioOperator))
            for _, gateway in named_gateways(resource)
        )

    def _behind(self, service: Service) -> Iterable[EffectiveGateway]:
        return self._gateways.behind(service)

    def _takes(self, gateway: EffectiveGateway, port: int) -> bool:
        return any(_listens(server, gateway.workload.target(port)) for server in gateway.servers)


def _listens(server: MergedServer, port: int) -> bool:
    return server.target == port and server.drop is None


def gateway_port(service: Service) -> int:
    """Read the port by which other networks come in; text that is no number is passed over."""
    written = whole_number(service.labels.get(_PORT_LABEL, ""))
    return _PORT if written is None else written
