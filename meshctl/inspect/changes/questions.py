"""Chooses requests that a change may treat differently: witnesses to be followed in both meshes.

They are made of what the changed objects themselves say (their hosts, matches, rules and selectors),
so that their number grows with the change and not with the mesh.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from meshctl.inspect.changes.changed_objects import ChangedObject
from meshctl.inspect.changes.shapes import (
    PLAIN,
    Shape,
    kubernetes_shapes,
    rule_shapes,
    shapes_of,
)
from meshctl.inspect.trace.requests import OUTSIDE, TracedRequest, sent_to
from meshctl.mesh import Mesh
from meshctl.mesh.core.hosts import is_wildcard
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.traffic.delegates import MESH
from meshctl.resources import (
    BackendTlsPolicy,
    DestinationRule,
    Gateway,
    KubernetesGateway,
    KubernetesRoute,
    PeerAuthentication,
    Policy,
    Resource,
    Service,
    ServiceEntry,
    Sidecar,
    VirtualService,
    Workload,
)

MOST_CLIENTS = 12
MOST_HOSTS = 60
_MOST_PODS = 600
_MOST_SHAPES = 40
_HTTP = 80
_WITH_TLS = frozenset({"HTTPS", "TLS"})


def questions(mesh: Mesh, changed: Iterable[ChangedObject]) -> Iterator[TracedRequest]:
    """Walk the requests for what changed, as one of the two meshes suggests them."""
    asked: set[object] = set()
    for changed_object in changed:
        for version in changed_object.both:
            key = _alike(version)
            if key is None or key not in asked:
                asked.add(key)
                yield from _about(mesh, version)


def _alike(resource: Resource) -> object | None:
    """What policies share that the same is asked about; ``None`` for everything else."""
    if not isinstance(resource, Policy | PeerAuthentication):
        return None
    if isinstance(resource, Policy) and resource.target_refs:
        return ()
    shapes = tuple(
        (shape.method, shape.path, *sorted(shape.headers.items()))
        for shape in islice(rule_shapes(resource), _MOST_SHAPES)
    )
    return resource.namespace, frozenset(resource.selector.items()), shapes


def _about(mesh: Mesh, resource: Resource) -> Iterator[TracedRequest]:
    if isinstance(resource, VirtualService):
        yield from _of_virtual_service(mesh, resource)
    elif isinstance(resource, KubernetesRoute):
        yield from _of_kubernetes_route(mesh, resource)
    elif isinstance(resource, DestinationRule):
        yield from _of_host(
            mesh, mesh.traffic.destination_rules.host_of(resource), resource.namespace
        )
    elif isinstance(resource, BackendTlsPolicy):
        yield from _of_backend_policy(mesh, resource)
    elif isinstance(resource, Service | ServiceEntry):
        for host in mesh.registry.of(resource):
            yield from _to(mesh, host, host.namespace)
    elif isinstance(resource, Policy | PeerAuthentication):
        yield from _of_policy(mesh, resource)
    elif isinstance(resource, Gateway):
        for server in resource.servers:
            for written in server.hosts:
                yield from _outside(written.rpartition("/")[2], server.port, server.is_tls, PLAIN)
    elif isinstance(resource, Workload):
        yield from _of_workload(mesh, resource)
    elif isinstance(resource, Sidecar):
        yield from _of_sidecar(mesh, resource)


def _of_virtual_service(mesh: Mesh, virtual_service: VirtualService) -> Iterator[TracedRequest]:
    shapes = list(islice(shapes_of(mesh, virtual_service), _MOST_SHAPES))
    roots = (
        [virtual_service]
        if virtual_service.hosts
        else mesh.traffic.routes.delegates.roots(virtual_service)
    )
    for root in roots:
        gateways = mesh.traffic.routes.gateways_of(root)
        for written in root.hosts:
            host = mesh.registry.fqdn(written, root.namespace)
            for name in gateways:
                if name == MESH:
                    for number in _ports(mesh, host):
                        for client in _clients(mesh, root.namespace, host):
                            yield from _ask(client, host, number, shapes)
                else:
                    yield from _at_gateway(mesh, name, host, shapes)


def _at_gateway(
    mesh: Mesh, name: str, host: str, shapes: Iterable[Shape]
) -> Iterator[TracedRequest]:
    gateway = mesh.gateways.find(name)
    for port, is_tls in gateway.ports if gateway is not None else ():
        for shape in shapes:
            yield from _outside(host, port, is_tls, shape)


def _of_kubernetes_route(mesh: Mesh, route: KubernetesRoute) -> Iterator[TracedRequest]:
    """Walk requests to what a route of the Gateway API is bound to: gateways, or Services."""
    shapes = list(islice(kubernetes_shapes(route), _MOST_SHAPES))
    for parent in route.parents:
        namespace = parent.namespace or route.namespace
        if parent.kind == "Service":
            for host in mesh.registry:
                if host.host.startswith(f"{parent.name}.{namespace}."):
                    yield from _to(mesh, host, route.namespace, shapes)
            continue
        for gateway in mesh.named_in(KubernetesGateway, parent.name, namespace):
            for number, protocol, name in _asked_at(gateway, route):
                for shape in shapes:
                    yield from _outside(name, number or _HTTP, protocol in _WITH_TLS, shape)


def _asked_at(
    gateway: KubernetesGateway, route: KubernetesRoute
) -> Iterator[tuple[int | None, str, str]]:
    """Walk the ports, protocols and hosts at which a Gateway may take requests for a route."""
    if route.hostnames:
        for port in gateway.ports:
            yield from ((*port, host) for host in route.hostnames)
        return
    for listener in gateway.listeners:
        yield listener.port, listener.protocol, listener.hostname or "*"


def _of_backend_policy(mesh: Mesh, policy: BackendTlsPolicy) -> Iterator[TracedRequest]:
    """Walk requests to the backends of a policy, and those that routes send there."""
    names = {(reference.kind, reference.namespace, reference.name) for reference in policy.targets}
    for target in policy.targets:
        for host in mesh.traffic.backend_tls.declared(target):
            yield from _of_host(mesh, host.host, policy.namespace)
    for route in mesh.of(KubernetesRoute):
        if any(
            (backend.kind, backend.namespace, backend.name) in names for backend in route.backends
        ):
            yield from _of_kubernetes_route(mesh, route)


def _of_host(mesh: Mesh, host: str, namespace: str) -> Iterator[TracedRequest]:
    """Walk requests to a host or wildcard, and those that routes send to it."""
    for registered in islice(mesh.registry.covered_by(host), MOST_HOSTS):
        yield from _to(mesh, registered, namespace)
    for route in islice(mesh.traffic.destinations.to(host), MOST_HOSTS):
        service = route.resource
        if isinstance(service, VirtualService):
            yield from _of_virtual_service(mesh, service)


def _to(
    mesh: Mesh, host: RegisteredHost, namespace: str, shapes: Iterable[Shape] = (PLAIN,)
) -> Iterator[TracedRequest]:
    for port in host.ports:
        for client in _clients(mesh, namespace, host.host):
            if port.protocol.is_http or port.protocol.value == "auto":
                yield from _ask(client, host.host, port.number, shapes)
            else:
                scheme = "tls" if port.protocol.is_tls else "tcp"
                yield from sent_to(f"{scheme}://{_example(host.host)}:{port.number}", client)


def _of_policy(mesh: Mesh, one: Policy | PeerAuthentication) -> Iterator[TracedRequest]:
    """Walk requests to the workloads that a policy is for, of the kinds that its rules speak of."""
    shapes = list(islice(rule_shapes(one), _MOST_SHAPES))
    home = None if one.namespace == mesh.config.root_namespace else one.namespace
    picked = [] if isinstance(one, Policy) and one.target_refs else (
        mesh.workloads.find(one.selector, home)
    )  # fmt: skip
    seen: dict[RegisteredHost, None] = {}
    for workload in islice(picked, _MOST_PODS):
        seen.update(dict.fromkeys(mesh.request_paths.server.ports.hosts(workload)[:MOST_HOSTS]))
    for host in islice(seen, MOST_HOSTS):
        yield from _to(mesh, host, host.namespace, shapes)


def _of_workload(mesh: Mesh, workload: Workload) -> Iterator[TracedRequest]:
    listed = mesh.workloads.listed(workload)
    for host in mesh.request_paths.server.ports.hosts(listed)[:MOST_HOSTS]:
        yield from _to(mesh, host, host.namespace)


def _of_sidecar(mesh: Mesh, sidecar: Sidecar) -> Iterator[TracedRequest]:
    clients = list(islice(mesh.sidecar_scope.reached(sidecar), 2))
    for host in islice(mesh.registry, MOST_HOSTS):
        for client in clients:
            for port in host.ports[:1]:
                if port.protocol.is_http:
                    yield from _ask(client.key_name, host.host, port.number, (PLAIN,))


def _ports(mesh: Mesh, host: str) -> list[int]:
    numbers = {
        port.number
        for registered_host in islice(mesh.registry.covered_by(host), MOST_HOSTS)
        for port in registered_host.ports
        if port.protocol.is_http or port.protocol.value == "auto"
    }
    return sorted(numbers) or [_HTTP]


def _clients(mesh: Mesh, namespace: str, host: str) -> list[str]:
    """Choose clients that may be treated apart: by namespace, and of each by service account."""
    home = mesh.registry.home(host) or namespace
    clients = mesh.workloads.clients_by_account
    found = [
        workload.key_name
        for near in dict.fromkeys((namespace, home))
        for workload in islice(clients.get(near, {}).values(), MOST_CLIENTS)
    ]
    others = (several for other, several in clients.items() if other not in {namespace, home})
    found += [next(iter(several.values())).key_name for several in islice(others, MOST_CLIENTS)]
    return found[:MOST_CLIENTS]


def _ask(client: str, host: str, port: int, shapes: Iterable[Shape]) -> Iterator[TracedRequest]:
    for shape in shapes:
        url = f"http://{_example(host)}:{port}{shape.path}"
        yield from sent_to(url, client, method=shape.method, headers=shape.headers)


def _outside(host: str, port: int, is_tls: bool, shape: Shape) -> Iterator[TracedRequest]:  # noqa: FBT001
    scheme = "https" if is_tls else "http"
    url = f"{scheme}://{_example(host)}:{port}{shape.path}"
    yield from sent_to(url, OUTSIDE, method=shape.method, headers=shape.headers)


def _example(host: str) -> str:
    """Give a host that a wildcard stands for."""
    if host == "*":
        return "any.example.com"
    return f"any{host.removeprefix('*')}" if is_wildcard(host) else host
