"""The pods of the mesh behind endpoints of ServiceEntries that are Services or pods.

A proxy resolves the name and dials the address of the Service as that of any other machine: it sends mutual TLS
only to endpoints with the label ``security.istio.io/tlsMode`` (GetTLSModeFromEndpointLabels, pilot/pkg/model/service.go,
Istio 1.31), whatever the location of the entry.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from meshctl.istio.labels import TLS_MODE
from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.registry.services import HostPort, RegisteredHost
from meshctl.mesh.security.tls_connection import Endpoint, ServerMode
from meshctl.resources import Ref, Service, ServiceEntry, Workload, WorkloadEntry
from meshctl.resources.cached_property import cached_property


class RefusedEndpoint(NamedTuple):
    """An endpoint that gets plaintext, the host and port that are dialled, and a pod that takes none there."""

    place: Ref
    dialled: str
    server: Endpoint


class EndpointPods:
    """Answers for ServiceEntries."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._strict_pods: dict[tuple[RegisteredHost, int], Endpoint | None] = {}

    def refused(self, entry: ServiceEntry) -> Iterator[RefusedEndpoint]:
        """Walk the endpoints whose pods refuse what proxies send them, each once."""
        for endpoint in entry.endpoints:
            declared = self._parts.registry.at(endpoint.address)
            is_service = any(isinstance(host.source, Service) for host in declared)
            for port in entry.ports if is_service and TLS_MODE not in endpoint.labels else ():
                number = endpoint.child("ports").number(port.name) or port.target
                server = self._strict(entry, declared, port.port, number)
                if server is not None:
                    dialled = f"{declared[0].host}:{number}"
                    yield RefusedEndpoint(endpoint.at("address"), dialled, server)
                    break

    def may_be_inside(self, entry: ServiceEntry) -> bool:
        """May an endpoint be in the mesh, so that it knows mutual TLS, whatever the location of the entry?

        That is a Service with a pod that isn't surely without a proxy, the address of a Service, pod or machine, and
        a private one, which any pod may have.
        """
        return any(self._is_inside(one.address, entry.namespace) for one in entry.endpoints)

    def _is_inside(self, address: str, namespace: str) -> bool:
        if address in self._addresses or _is_private(address):
            return True
        registry, domain = self._parts.registry, self._parts.config.domain
        host = registry.unshortened(address.rstrip("."), namespace)
        known = [one for one in registry.at(host) if isinstance(one.source, Service)]
        if not known:
            return host.endswith((".svc", f".svc.{domain}"))
        return any(self._has_proxies(one) for one in known)

    def _has_proxies(self, host: RegisteredHost) -> bool:
        """May pods behind a Service have proxies? Those of no Service in the input may."""
        mtls = self._parts.security.mtls
        behind = mtls.behind(host)
        return not behind or len(mtls.without_sidecar(host)) < len(behind)

    @cached_property
    def _addresses(self) -> frozenset[str]:
        """The addresses of Services, inside and outside the cluster, and of pods and machines."""
        services, pods = self._parts.of(Service), self._parts.of(Workload)
        found = {address for one in services for address in one.outside_addresses}
        found |= {one.spec.text("clusterIP") for one in services}
        found |= {one.child("status").text("podIP") for one in pods}
        found |= {one.spec.text("address") for one in self._parts.of(WorkloadEntry)}
        return frozenset(found - {"", "None"})

    def _strict(
        self, entry: ServiceEntry, declared: Sequence[RegisteredHost], called: int, number: int
    ) -> Endpoint | None:
        """Find a STRICT pod behind a port of a Service, unless proxies may open TLS to the entry's port."""
        origination = self._parts.security.tls_origination
        if any(origination.may_reach(host, called) for host in entry.hosts):
            return None
        found = (self._first_strict(host, number) for host in declared)
        return next((server for server in found if server is not None), None)

    def _first_strict(self, host: RegisteredHost, number: int) -> Endpoint | None:
        """The first pod behind a port of a Service that takes mutual TLS alone, whoever dials it."""
        key = host, number
        if key not in self._strict_pods:
            port = host.port(number)
            self._strict_pods[key] = self._strict_behind(host, port) if port is not None else None
        return self._strict_pods[key]

    def _strict_behind(self, host: RegisteredHost, port: HostPort) -> Endpoint | None:
        mtls = self._parts.security.mtls
        for workload in mtls.behind(host):
            target = self._parts.workloads.target_port(workload, port)
            server = mtls.server(workload, target) if target is not None else None
            if server is not None and server.mode is ServerMode.STRICT:
                return server
        return None


def _is_private(address: str) -> bool:
    """Is it an address of a private network?"""
    from ipaddress import ip_address  # noqa: PLC0415 - most inputs have no such question

    try:
        return ip_address(address).is_private
    except ValueError:
        return False
