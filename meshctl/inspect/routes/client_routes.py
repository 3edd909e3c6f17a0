"""Lists the routes that the sidecar of one client has for a host, on each of its ports."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from meshctl.errors import UsageError
from meshctl.inspect.routes.gateway_routes import RouteEntry, route_entry
from meshctl.inspect.targets import find_workload
from meshctl.mesh import Mesh
from meshctl.mesh.traffic.sidecar_routes import RoutingClient, SidecarVirtualHost
from meshctl.mesh.workloads.membership import Membership, is_gateway
from meshctl.resources import Workload
from meshctl.words import quoted


@dataclass(frozen=True, slots=True)
class ClientTable:
    """The routes of one port: which name answered, and which VirtualService (null: the host).

    ``rest`` says what becomes of requests that no route takes.
    """

    port: int
    domain: str
    virtual_service: str | None
    rest: Literal["host", "routes", "404"]
    routes: tuple[RouteEntry, ...]


@dataclass(frozen=True, slots=True)
class ClientRoutes:
    """The routes of one client for a host, port by port."""

    host: str
    client: str
    tables: tuple[ClientTable, ...]


def client_routes(mesh: Mesh, host: str, client: str, namespace: str) -> ClientRoutes:
    """Find the routes of one client, which ``find_workload`` reads, for a host."""
    workload = _client(mesh, client, namespace)
    known = mesh.sidecar_scope.client(workload)
    found = list(hosts_of(mesh, known, host, workload.namespace))
    if not found:
        raise UsageError(
            f"{workload.title} has no routes for a host {quoted(host)}: nothing it sees declares the "
            "host, or a Sidecar hides it; name a host as clients do"
        )
    return ClientRoutes(host, workload.key_name, tuple(map(_table, found)))


def hosts_of(
    mesh: Mesh, client: RoutingClient, host: str, namespace: str
) -> Iterator[SidecarVirtualHost]:
    """Walk the virtual hosts that answer a host, as a client names it, in order of their ports."""
    full = mesh.registry.unshortened(host, namespace)
    for port in mesh.sidecar_routes.ports(client, full):
        found = mesh.sidecar_routes.find(client, full, port)
        if found is not None:
            yield found


def _client(mesh: Mesh, written: str, namespace: str) -> Workload:
    """Find a client; raises UsageError for none, or one without a sidecar."""
    workload = mesh.workloads.listed(find_workload(mesh, written, namespace))
    if is_gateway(workload):
        raise UsageError(f"{workload.title} is a gateway; ask for its routes by its name alone")
    if mesh.workloads.membership(workload) not in {Membership.SIDECAR, Membership.UNKNOWN}:
        raise UsageError(f"{workload.title} has no sidecar, so it has no routes of its own")
    return workload


def _table(virtual_host: SidecarVirtualHost) -> ClientTable:
    service = virtual_host.virtual_service
    return ClientTable(
        virtual_host.port,
        virtual_host.domain,
        None if service is None else service.key_name,
        "host" if service is None else ("routes" if virtual_host.answers_all else "404"),
        tuple(map(route_entry, virtual_host.routes)),
    )
