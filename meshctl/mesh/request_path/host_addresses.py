"""The address that a name gets a pod to call, and what stands behind it.

As the DNS of a cluster answers: a Service by its address, a headless one by a pod of it, an
ExternalName by the name that it stands for. Names outside the cluster have addresses that nobody
knows; a text that is no address stands for those.
"""

from typing import NamedTuple

from meshctl.mesh.core.export_to import is_visible_to
from meshctl.mesh.core.hosts import in_cluster
from meshctl.mesh.registry.services import NO_ADDRESS, RegisteredHost, Registry
from meshctl.mesh.request_path.proxy_services import ProxyService, ProxyServices
from meshctl.mesh.request_path.service_endpoints import ServiceEndpoints
from meshctl.resources import Service

_MOST_ALIASES = 8


class CalledAddress(NamedTuple):
    """The address for a name; ``host`` is the registered host it belongs to, if there is one.

    ``is_unresolved``: it is a name of the cluster that nothing there has.
    """

    address: str
    host: RegisteredHost | None = None
    is_unresolved: bool = False


class HostAddresses:
    """Answers for names as applications write them."""

    def __init__(
        self, registry: Registry, services: ProxyServices, endpoints: ServiceEndpoints, domain: str
    ) -> None:
        self._registry = registry
        self._services = services
        self._endpoints = endpoints
        self._domain = domain

    def resolve(self, host: str, namespace: str, port: int) -> CalledAddress:
        """Resolve a name as a pod of a namespace does."""
        from meshctl.validation.webhook.fields.addresses import is_ip  # noqa: PLC0415 - for calls alone

        name = host.rstrip(".").lower()
        for _ in range(_MOST_ALIASES):
            if is_ip(name):
                return CalledAddress(name)
            found = self._known(name, namespace, port)
            if isinstance(found, CalledAddress):
                return found
            name = found
        return CalledAddress(f"outside:{host}")

    def _known(self, name: str, namespace: str, port: int) -> "CalledAddress | str":
        """Find the address of a name, or the name that it stands for."""
        full = self._registry.unshortened(name, namespace)
        declared = self._services.by_host.get(full, ())
        for service in declared:
            if service.is_kubernetes:
                return service.external_name or self._of_service(service, port)
        parent = self._headless_above(full, namespace)
        if parent is not None:
            return self._of_pod(parent, full, port)
        seen = [
            service for service in declared if is_visible_to(service.declared.visible, namespace)
        ]
        if seen:
            own = seen[0]
            known = own.address if own.address != NO_ADDRESS else f"outside:{full}"
            return CalledAddress(known.partition("/")[0], own.declared)
        wild = self._registry.find(full, namespace)
        lost = in_cluster(full, self._domain) is not None or "." not in full
        return CalledAddress(f"outside:{full}", wild, is_unresolved=lost and wild is None)

    def _of_service(self, service: ProxyService, port: int) -> CalledAddress:
        if service.address != NO_ADDRESS:
            return CalledAddress(service.address, service.declared)
        ports = service.ports
        chosen = service.port(port) or (ports[0] if ports else None)
        found = self._endpoints.of(service, chosen) if chosen is not None else []
        address = found[0].address if found else f"outside:{service.host}"
        return CalledAddress(address, service.declared)

    def _headless_above(self, name: str, namespace: str) -> ProxyService | None:
        """Find the headless Service of which a name is a pod's."""
        rest = name.partition(".")[2]
        full = self._registry.unshortened(rest, namespace) if rest else ""
        for service in self._services.by_host.get(full, ()):
            source = service.declared.source
            if isinstance(source, Service) and source.is_headless:
                return service
        return None

    def _of_pod(self, service: ProxyService, name: str, port: int) -> CalledAddress:
        own = name.partition(".")[0]
        ports = service.ports
        chosen = service.port(port) or (ports[0] if ports else None)
        found = self._endpoints.of(service, chosen) if chosen is not None else []
        pods = [endpoint for endpoint in found if endpoint.workload is not None]
        named = [pod for pod in pods if pod.workload and pod.workload.name == own]
        address = next((endpoint.address for endpoint in named or pods), f"outside:{name}")
        return CalledAddress(address, service.declared)
