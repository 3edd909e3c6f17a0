"""Clients outside the mesh that objects of Kubernetes lead to pods which take mutual TLS alone.

The API server, the controllers of Ingresses and of other objects, and the clients of a load balancer have no
certificate of the mesh: the inbound filter chain of a STRICT port closes their connections
(pilot/pkg/networking/core/listener_inbound.go, Istio 1.31), and so does ztunnel.
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.clauses.refusals.controllers_calls import ControllersCalls
from meshctl.mesh.clauses.refusals.scrapes import ScrapedPod, Scrapes
from meshctl.mesh.core.api_server_calls import called_by_api_server, called_port
from meshctl.mesh.registry.services import HostPort, RegisteredHost
from meshctl.mesh.security.tls_connection import Endpoint, ServerMode
from meshctl.mesh.workloads.membership import Membership, is_gateway
from meshctl.resources import ConfigMap, Ref, Resource, Service, View, Workload
from meshctl.resources.cached_property import cached_property
from meshctl.resources.kubernetes.ingress import CONTROLLER, backends_of, class_of

_ISTIO = "istio"
_OUTSIDE = frozenset({"LoadBalancer", "NodePort"})
_PROMETHEUS = "Prometheus"
_SELECTED = "pods that are selected here"
_NGINX = "k8s.io/ingress-nginx"
_NGINX_IMAGE = "ingress-nginx/controller"
_BY_SERVICE = "nginx.ingress.kubernetes.io/service-upstream"
_HOST = "nginx.ingress.kubernetes.io/upstream-vhost"


class OutsideClient(NamedTuple):
    """A client outside the mesh, the host and port it is led to, and the place that says so."""

    who: str
    host: RegisteredHost
    port: HostPort
    place: Ref


class RefusedOutside(NamedTuple):
    """Such a client, what it calls, the place that says so, and a pod that takes mutual TLS alone there."""

    who: str
    called: str
    place: Ref
    server: Endpoint


class OutsideClients:
    """Clients outside the mesh by the object that leads them in."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def refused(self, resource: Resource) -> Iterator[RefusedOutside]:
        """Walk the clients that an object leads to a STRICT port, each host and port once."""
        seen = set()
        for client in self._led_by(resource):
            key = client.who, client.host, client.port.number
            server = self._strict(client) if key not in seen else None
            seen.add(key)
            if server is not None:
                called = f"{client.host.host}:{client.port.number}"
                yield RefusedOutside(client.who, called, client.place, server)
        if resource.kind == "PodMonitor":
            yield from self._scraped_pods(self._scrapes.of_pods(resource), _SELECTED)
        elif isinstance(resource, Workload):
            yield from self._scraped_pods(self._scrapes.of_annotations(resource), "these pods")

    def scraped(self, workload: Workload) -> Iterator[ScrapedPod]:
        """Walk the port that annotations lead a Prometheus outside the mesh to, past the agent of the sidecar."""
        return self._scrapes.of_annotations(workload)

    def _scraped_pods(self, scraped: Iterator[ScrapedPod], which: str) -> Iterator[RefusedOutside]:
        """Walk the first pods that refuse to be scraped, one for each place that asks for it."""
        seen: set[Ref] = set()
        for place, port, workload in scraped:
            server = self._parts.security.mtls.server(workload, port) if place not in seen else None
            if server is not None and server.mode is ServerMode.STRICT:
                seen.add(place)
                yield RefusedOutside(_PROMETHEUS, which, place, server)

    def _led_by(self, resource: Resource) -> Iterator[OutsideClient]:
        if isinstance(resource, Service):
            yield from self._balanced(resource)
        elif resource.kind == "Ingress":
            yield from self._by_controller(resource)
        elif resource.kind == "ServiceMonitor":
            for place, host, port in self._scrapes.of_services(resource):
                yield OutsideClient(_PROMETHEUS, host, port, place)
        for call in self._of_controllers.of(resource):
            yield OutsideClient(call.who, call.host, call.port, call.place)
        for service in called_by_api_server(resource):
            namespace = service.text("namespace")
            yield from self._led("the API server", service, namespace, called_port(service))

    @cached_property
    def _of_controllers(self) -> ControllersCalls:
        return ControllersCalls(self._parts)

    @cached_property
    def _scrapes(self) -> Scrapes:
        return Scrapes(self._parts)

    def _balanced(self, service: Service) -> Iterator[OutsideClient]:
        if service.type not in _OUTSIDE:
            return
        place, who = service.spec.at("type"), f"whoever comes in by the {service.type}"
        for host in self._parts.registry.of(service):
            yield from (OutsideClient(who, host, port, place) for port in host.ports)

    def _by_controller(self, ingress: Resource) -> Iterator[OutsideClient]:
        asked = class_of(ingress)
        if not asked or asked in self._classes_of_istio:
            return
        by_address = self._is_by_address(ingress, asked)
        if self._has_exposed_pods_in_mesh and not by_address:
            return
        for service in backends_of(ingress):
            port = service.child("port")
            number = port.number("number") or self._number(service, ingress, port.text("name"))
            who = f"the Ingress controller of class {asked}"
            who += ", which dials the addresses of pods," if by_address else ""
            for client in self._led(who, service, ingress.namespace, number):
                if not by_address or not ingress.annotations.get(_HOST) or _is_moved(client):
                    yield client

    def _is_by_address(self, ingress: Resource, asked: str) -> bool:
        """Does nginx, with a sidecar that knows no such host, dial pods past the clusters of Services?"""
        is_nginx = self._controllers.get(asked) == _NGINX
        by_service = ingress.annotations.get(_BY_SERVICE) == "true"
        return is_nginx and not by_service and self._nginx_is_in_mesh

    @cached_property
    def _nginx_is_in_mesh(self) -> bool:
        """Have all controllers of nginx a sidecar, and no settings that lead them to Services?"""
        found = [
            workload
            for workload in self._parts.workloads
            if any(_NGINX_IMAGE in container.text("image") for container in workload.containers)
        ]
        settings = (one.values.get("service-upstream") for one in self._parts.of(ConfigMap))
        membership = self._parts.workloads.membership
        in_mesh = all(membership(workload) is Membership.SIDECAR for workload in found)
        return bool(found) and in_mesh and "true" not in settings and self._parts.is_whole

    def _number(self, service: View, ingress: Resource, name: str) -> int:
        hosts = self._parts.registry.at(
            self._parts.registry.fqdn(service.text("name"), ingress.namespace)
        )
        named = (port.number for host in hosts for port in host.ports if port.name == name)
        return next(named, 0)

    def _led(self, who: str, service: View, namespace: str, number: int) -> Iterator[OutsideClient]:
        for host in self._parts.registry.at(
            self._parts.registry.fqdn(service.text("name"), namespace)
        ):
            port = host.port(number)
            if port is not None and isinstance(host.source, Service):
                yield OutsideClient(who, host, port, service.at("name"))

    def _strict(self, client: OutsideClient) -> Endpoint | None:
        mtls = self._parts.security.mtls
        for workload in sorted(mtls.behind(client.host), key=lambda one: one.key_name):
            target = self._parts.workloads.target_port(workload, client.port)
            if target is not None and not is_gateway(workload):
                server = mtls.server(workload, target)
                if server.mode is ServerMode.STRICT:
                    return server
        return None

    @cached_property
    def _classes_of_istio(self) -> frozenset[str]:
        classes = self._controllers.items()
        return frozenset((_ISTIO, *(name for name, one in classes if one == CONTROLLER)))

    @cached_property
    def _controllers(self) -> dict[str, str]:
        """The controller of each IngressClass."""
        return {
            resource.name: resource.spec.text("controller")
            for resource in self._parts.of(Resource)
            if resource.kind == "IngressClass"
        }

    @cached_property
    def _has_exposed_pods_in_mesh(self) -> bool:
        """Do pods with a proxy take connections from outside, as a controller in the mesh would?

        Pods of the host's network have no sidecar. Which pods run a controller, no manifest says.
        """
        exposed = (one for one in self._parts.of(Service) if one.type in _OUTSIDE)
        behind = (
            workload
            for service in exposed
            for host in self._parts.registry.of(service)
            for workload in self._parts.security.mtls.behind(host)
        )
        return any(map(self._may_be_in_mesh, behind)) or not self._parts.is_whole

    def _may_be_in_mesh(self, workload: Workload) -> bool:
        membership = self._parts.workloads.membership(workload)
        return membership is not Membership.NONE and not is_gateway(workload)


def _is_moved(client: OutsideClient) -> bool:
    """Does a port of a Service lead to another number, at which the sidecar of a client knows no such host?"""
    target = client.port.target
    return isinstance(target, int) and target not in {port.number for port in client.host.ports}
