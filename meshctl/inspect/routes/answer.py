"""Answers ``routes``: of all gateways, of one gateway workload, or of one host."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from meshctl.errors import UsageError
from meshctl.inspect.routes.client_routes import ClientRoutes, client_routes
from meshctl.inspect.routes.gateway_routes import (
    GatewayEntries,
    GatewayEntry,
    RouteEntry,
    VirtualHostEntry,
    alike,
    host_entries,
    route_entry,
)
from meshctl.inspect.targets import kind_of, look_up, look_up_hosts, look_up_workload
from meshctl.mesh import Mesh
from meshctl.mesh.core.hosts import HostIndex
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.gateways.virtual_hosts import VirtualHost
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.resources import Gateway, KubernetesGateway, Workload
from meshctl.settings import Settings
from meshctl.words import quoted


@dataclass(frozen=True, slots=True)
class HostRoutes:
    """The routes of one host: at each gateway that serves it, and in the mesh.

    ``mesh`` holds what sidecars of the host's own namespace do, else those of the namespace that
    the question is from.
    """

    host: str
    gateways: dict[str, dict[str, tuple[VirtualHostEntry, ...]]]
    mesh: tuple[RouteEntry, ...]


@dataclass(frozen=True, slots=True)
class RouteAnswer:
    """What was asked for: gateway workloads as a whole, or hosts.

    ``is_one`` says that one gateway workload was named; ``client`` is for a question with --from.
    """

    gateways: tuple[GatewayEntry, ...] = ()
    hosts: tuple[HostRoutes, ...] = ()
    is_one: bool = False
    client: ClientRoutes | None = None


def answer(
    mesh: Mesh, target: str | None, home: str, settings: Settings, client: str | None = None
) -> RouteAnswer:
    """Answer for what a name means, or (``None``) for all gateways.

    A gateway is a Gateway or a workload that runs one; any other workload stands for the Services
    in front of it. Raises UsageError with the nearest names for what isn't there.
    """
    shown = settings.shown_namespaces
    if client is not None:
        if target is None:
            raise UsageError(
                "--from needs a host: meshctl routes HOST --from NAMESPACE/WORKLOAD PATH"
            )
        return RouteAnswer(client=client_routes(mesh, target, client, home))
    if target is None:
        return RouteAnswer(all_gateways(mesh, shown), (), is_one=False)
    gateways = list(_gateways(mesh, target, home))
    if gateways:
        entries = tuple(map(GatewayEntries(mesh).of, gateways))
        return RouteAnswer(entries, (), is_one=len(gateways) == 1)
    hosts = list(_hosts(mesh, target, home))
    if not hosts:
        raise _nothing(mesh, target)
    return RouteAnswer((), tuple(_of_host(mesh, host, home) for host in hosts), is_one=False)


def all_gateways(mesh: Mesh, shown: tuple[str, ...]) -> tuple[GatewayEntry, ...]:
    """Read every gateway workload; of ``shown`` namespaces what they have to do with, if any."""
    entries = map(GatewayEntries(mesh).of, mesh.merged_gateways)
    return tuple(_narrowed(entries, shown))


def _gateways(mesh: Mesh, target: str, home: str) -> Iterator[EffectiveGateway]:
    """Find the gateway workloads that a name means: their own, or those of a Gateway."""
    named = mesh.merged_gateways.for_workload(target)
    if named is not None and named.gateways:
        yield named
        return
    kind = kind_of(target)
    if kind in {"", "Gateway"}:
        gateway = look_up(list(mesh.of(Gateway)), target, home)
        if gateway is not None and (kind or _workload(mesh, target, home) is None):
            yield from mesh.merged_gateways.of(gateway)
            return
        attached = look_up(list(mesh.of(KubernetesGateway)), target, home)
        if attached is not None and (kind or _workload(mesh, target, home) is None):
            yield from _of_listeners(mesh, attached)
            return
    workload = _workload(mesh, target, home)
    if workload is not None:
        served = mesh.merged_gateways.for_workload(mesh.workloads.listed(workload).key_name)
        if served is not None and served.gateways:
            yield served


def _of_listeners(mesh: Mesh, gateway: KubernetesGateway) -> Iterator[EffectiveGateway]:
    """Find the workloads that serve listeners of a Gateway of the Gateway API."""
    made = (
        generated_gateway
        for generated_gateway in mesh.gateway_api.generated_gateways
        if generated_gateway.parent is gateway
    )
    yield from dict.fromkeys(
        each for generated_gateway in made for each in mesh.merged_gateways.of(generated_gateway)
    )


def _workload(mesh: Mesh, target: str, home: str) -> Workload | None:
    return None if kind_of(target) in {"Service", "Gateway"} else look_up_workload(
        mesh, target, home
    )  # fmt: skip


def _hosts(mesh: Mesh, target: str, home: str) -> Iterator[str]:
    """Name the hosts that a name means: one that somebody routes, a Service's, a workload's."""
    if kind_of(target) == "" and (_is_routed(mesh, target, home)):
        yield target
        return
    found: tuple[RegisteredHost, ...] = ()
    if kind_of(target) in {"", "Service"}:
        found = look_up_hosts(mesh, target, home)
    if not found:
        workload = _workload(mesh, target, home)
        if workload is not None:
            found = tuple(mesh.workloads.container_ports.hosts(mesh.workloads.listed(workload)))
    yield from dict.fromkeys(registered_host.host for registered_host in found)


def _is_routed(mesh: Mesh, host: str, home: str) -> bool:
    return "." in host and bool(any(True for _ in mesh.merged_gateways.serving(host)) or _in_mesh(
        mesh, host, home
    ))  # fmt: skip


def _of_host(mesh: Mesh, host: str, home: str) -> HostRoutes:
    serving = mesh.merged_gateways.serving_gateways(host)
    return HostRoutes(
        host,
        {gateway.workload.name: _closest(gateway, host) for gateway in serving},
        _in_mesh(mesh, host, home),
    )


def _closest(gateway: EffectiveGateway, host: str) -> dict[str, tuple[VirtualHostEntry, ...]]:
    """Read, for each route configuration, the one virtual host that answers a host."""
    found: dict[str, tuple[VirtualHostEntry, ...]] = {}
    for name, hosts in sorted(gateway.route_configs.items()):
        index: HostIndex[VirtualHost] = HostIndex()
        for virtual_host in hosts:
            for domain in virtual_host.domains:
                index.add(domain, virtual_host)
        for closest in index.most_specific(host)[:1]:
            found[name] = host_entries([closest])
    return found


def _in_mesh(mesh: Mesh, host: str, namespace: str) -> tuple[RouteEntry, ...]:
    home = mesh.registry.home(mesh.registry.fqdn(host, namespace)) or namespace
    routes = mesh.merged_routes.in_mesh(mesh.registry.unshortened(host, home), home)
    return tuple(map(route_entry, routes))


def _narrowed(
    entries: Iterable[GatewayEntry], namespaces: tuple[str, ...]
) -> Iterator[GatewayEntry]:
    """Leave what namespaces have to do with: gateways in them, and routes and servers of theirs."""
    if not namespaces:
        yield from entries
        return
    for first, names in alike(entries):
        inside = [name for name in names if name.partition("/")[0] in namespaces]
        yield from (replace(first, name=name) for name in inside)
        outside = [name for name in names if name.partition("/")[0] not in namespaces]
        routes = {name: _routes_of(hosts, namespaces) for name, hosts in first.routes.items()}
        servers = tuple(
            server for server in first.servers if server.server.partition("/")[0] in namespaces
        )
        if servers or any(routes.values()):
            kept = {name: hosts for name, hosts in routes.items() if hosts}
            narrow = replace(first, routes=kept, servers=servers)
            yield from (replace(narrow, name=name) for name in outside)


def _routes_of(
    hosts: tuple[VirtualHostEntry, ...], namespaces: tuple[str, ...]
) -> tuple[VirtualHostEntry, ...]:
    def is_of(route: RouteEntry) -> bool:
        return route.virtual_service.partition("/")[0] in namespaces

    kept = (replace(host, routes=tuple(filter(is_of, host.routes))) for host in hosts)
    return tuple(virtual_host_entry for virtual_host_entry in kept if virtual_host_entry.routes)


def _nothing(mesh: Mesh, target: str) -> UsageError:
    from meshctl.inspect.near_names import nearest, nearest_hosts  # noqa: PLC0415 - for a mistake alone

    services = [
        f"{registered_host.source.name}.{registered_host.namespace}"
        for registered_host in mesh.registry
    ]
    workloads = [f"{workload.name}.{workload.namespace}" for workload in mesh.workloads]
    gateways = [effective_gateway.workload.name for effective_gateway in mesh.merged_gateways]
    near = nearest(target, [*services, *workloads])
    hosts = {registered_host.host for registered_host in mesh.registry} | {
        domain
        for gateway in mesh.merged_gateways
        for several in gateway.route_configs.values()
        for host in several
        for domain in host.domains
    }
    near = near or nearest_hosts(target, sorted(hosts)) or nearest(target, sorted(gateways))
    hint = f"did you mean {' or '.join(near)}?" if near else (
        "name a workload, Service or Gateway as NAME.NAMESPACE or NAMESPACE/NAME, or a host as in "
        "VirtualServices"
    )  # fmt: skip
    return UsageError(
        f"the input has no gateway workload, no Service and no routes for a host {quoted(target)}; {hint}"
    )
