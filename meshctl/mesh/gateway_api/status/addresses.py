"""The Service by which clients reach a Gateway, and whether it leads to the listeners' ports.

Mirrors extractGatewayServices (pilot/pkg/config/kube/gateway/conversion.go) and
ResolveGatewayInstances (pilot/pkg/config/kube/gatewaycommon), Istio 1.31.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from meshctl.istio.labels import GATEWAY_MANAGED
from meshctl.mesh.core.gateway_classes import Controller
from meshctl.mesh.gateway_api.given import Given
from meshctl.mesh.gateway_api.status.conditions import Condition, Fault, met, unmet
from meshctl.mesh.registry.gateway_services import deployment_name, is_managed
from meshctl.mesh.registry.services import HostPort, RegisteredHost
from meshctl.resources import GeneratedService, KubernetesGateway, Service
from meshctl.words import MOST_LISTED, shortened

_SERVICE_TYPE = "networking.istio.io/service-type"


class GatewayServices(NamedTuple):
    """The Services of a Gateway by full name, and what is wrong with how it asks for them."""

    hosts: tuple[str, ...]
    fault: Fault | None = None


def gateway_services(
    gateway: KubernetesGateway, controller: Controller, domain: str
) -> GatewayServices:
    """Find the Services by which a Gateway is reached, whether they are there or not."""
    if is_managed(gateway):
        name = deployment_name(gateway, controller)
        return GatewayServices((f"{name}.{gateway.namespace}.svc.{domain}",))
    hosts = []
    fault: Fault | None = None
    for address in gateway.addresses:
        value = address.text("value")
        if address.text("type", "IPAddress") != "Hostname":
            text = f"address {value} is passed over, since beside others only a Hostname counts"
            fault = fault or Fault("UnsupportedAddress", text, address.at("value"))
        elif "." in value:
            hosts.append(value)
        else:
            hosts.append(f"{value}.{gateway.namespace}.svc.{domain}")
    if fault is None and _SERVICE_TYPE in gateway.annotations:
        place = gateway.at("metadata", "annotations", _SERVICE_TYPE)
        fault = Fault("DeprecatedField", f"annotation {_SERVICE_TYPE} is deprecated", place)
    return GatewayServices(tuple(hosts), fault)


class _Warning(NamedTuple):
    text: str
    is_unusable: bool


class Addresses:
    """Answers for the Services of Gateways, as far as the input knows them."""

    def __init__(self, given: Given) -> None:
        self._given = given

    def programmed(
        self, gateway: KubernetesGateway, hosts: Iterable[str], ports: Iterable[int]
    ) -> Condition:
        """Say whether a Gateway can be reached at the ports of its listeners.

        What a file can't tell (will there be a Service, has its load balancer an address) is
        taken for granted unless the input is the whole mesh.
        """
        several = tuple(hosts)
        if not several:
            place = gateway.spec.at("addresses")
            return unmet(Fault("UnsupportedAddress", "no address can be used", place))
        wanted = sorted(set(ports))
        found = [warning for host in several for warning in self._warnings(gateway, host, wanted)]
        if not found:
            return met("Programmed")
        is_unusable = any(warning.is_unusable for warning in found)
        reason = "AddressNotUsable" if is_unusable else "AddressNotAssigned"
        text = "; ".join(dict.fromkeys(sorted(warning.text for warning in found)))
        return unmet(Fault(reason, text, gateway.spec.key("listeners")))

    def service(self, host: str, namespace: str) -> RegisteredHost | None:
        """Find the Service of a Gateway that is there: one of its own namespace alone counts."""
        declared = self._given.registry.at(host)
        is_there = (
            registered_host
            for registered_host in declared
            if not isinstance(registered_host.source, GeneratedService)
        )
        return next(
            (
                registered_host
                for registered_host in is_there
                if registered_host.namespace == namespace
            ),
            None,
        )

    def may_exist(self, gateway: KubernetesGateway, host: str) -> bool:
        """Is a Service there, or will or may it be for all that the input tells?"""
        knows = self._given.inventory.knows.all_of("Service", gateway.namespace)
        found = self.service(host, gateway.namespace)
        return found is not None or is_managed(gateway) or not knows

    def _warnings(
        self, gateway: KubernetesGateway, host: str, ports: list[int]
    ) -> Iterator[_Warning]:
        registered_host = self.service(host, gateway.namespace)
        if registered_host is None:
            others = shortened(
                sorted(other.namespace for other in self._given.registry.at(host)), MOST_LISTED
            )
            where = f", but in {others}" if others else ""
            if others or self._given.inventory.has_all("Service", "ServiceEntry"):
                text = f"namespace {gateway.namespace} has no Service {host}{where}"
                yield _Warning(text, is_unusable=True)
            return
        for port in ports:
            declared = registered_host.port(port)
            if declared is not None and self._has_endpoints(registered_host, declared):
                yield from self._pending(registered_host)
            elif not self._has_any(registered_host):
                yield _Warning(f"Service {host} has no pods", is_unusable=False)
            elif any(
                self._is_target(registered_host, each, port) for each in registered_host.ports
            ):
                text = f"{port} is the pod's port of Service {host}, and the Service's counts"
                yield _Warning(text, is_unusable=True)
            elif declared is None or GATEWAY_MANAGED not in registered_host.source.labels:
                yield _Warning(f"Service {host} has no port {port}", is_unusable=True)

    def _pending(self, registered_host: RegisteredHost) -> Iterator[_Warning]:
        source = registered_host.source
        if (
            isinstance(source, Service)
            and source.type == "LoadBalancer"
            and not source.outside_addresses
            and self._given.inventory.has_all("Service")
        ):
            yield _Warning(f"Service {registered_host.host} has no address yet", is_unusable=False)

    def _has_any(self, registered_host: RegisteredHost) -> bool:
        return not registered_host.ports or any(
            self._has_endpoints(registered_host, port) for port in registered_host.ports
        )

    def _has_endpoints(self, registered_host: RegisteredHost, port: HostPort) -> bool:
        source = registered_host.source
        if not isinstance(source, Service) or not source.selector:
            return True
        pods = self._given.workloads.behind(registered_host)
        if not pods:
            return not self._given.inventory.knows.all_of("Pod", registered_host.namespace)
        return any(self._given.workloads.target_port(pod, port) is not None for pod in pods)

    def _is_target(self, registered_host: RegisteredHost, port: HostPort, number: int) -> bool:
        if port.target == number:
            return True
        pods = self._given.workloads.behind(registered_host)
        return any(self._given.workloads.target_port(pod, port) == number for pod in pods)
