"""Which routes does the sidecar of one client have for a host, on each of its ports?"""

from collections.abc import Iterator
from typing import Any

from meshctl.errors import UsageError
from meshctl.inspect.routes.gateway_routes import route_form
from meshctl.mesh import Mesh
from meshctl.mesh.traffic.sidecar_routes import RoutingClient, SidecarVirtualHost
from meshctl.mesh.workloads.membership import Membership, is_gateway
from meshctl.resources import Workload


def client_answer(mesh: Mesh, host: str, client: str, namespace: str) -> dict[str, Any]:
    """Write the routes of one client (``[namespace/]workload``) for a host, port by port.

    ``mesh`` holds the routes as ``answer`` does, each with the ``port`` it is for; ``tables`` says
    for each port which name answered, and which VirtualService (``null``: the Service itself).
    """
    workload = find_workload(mesh, client, namespace)
    found = list(hosts_of(mesh, mesh.sidecar_scope.client(workload), host, workload.namespace))
    if not found:
        raise UsageError(
            f"{workload.title} has no routes for a host {host!r}: nothing it sees declares the "
            "host, or a Sidecar hides it; name a host as clients do"
        )
    return {
        "host": host,
        "from": workload.key_name,
        "gateways": {},
        "mesh": [
            {"port": one.port, **route_form(route, with_place=True)}
            for one in found
            for route in one.routes
        ],
        "tables": [_table(one) for one in found],
    }


def hosts_of(
    mesh: Mesh, client: RoutingClient, host: str, namespace: str
) -> Iterator[SidecarVirtualHost]:
    """Walk the virtual hosts that answer a host, as a client names it, in order of their ports."""
    full = mesh.registry.unshortened(host, namespace)
    for port in mesh.gateway_api.sidecar_routes.ports(client, full):
        found = mesh.gateway_api.sidecar_routes.find(client, full, port)
        if found is not None:
            yield found


def find_workload(mesh: Mesh, written: str, namespace: str) -> Workload:
    """Find a client by ``[namespace/]name``; raises UsageError for none, or one without sidecar."""
    home, slash, name = written.rpartition("/")
    key = f"{home}/{name}" if slash else f"{namespace}/{name}"
    found = [one for one in mesh.workloads if one.key_name == key]
    if not found:
        raise UsageError(f"the input has no workload {key!r}; name one as namespace/name")
    workload = found[0]
    if is_gateway(workload):
        raise UsageError(f"{workload.title} is a gateway; ask for its routes by its name alone")
    if mesh.workloads.membership(workload) not in {Membership.SIDECAR, Membership.UNKNOWN}:
        raise UsageError(f"{workload.title} has no sidecar, so it has no routes of its own")
    return workload


def _table(one: SidecarVirtualHost) -> dict[str, Any]:
    service = one.virtual_service
    return {
        "port": one.port,
        "domain": one.domain,
        "virtual_service": None if service is None else service.key_name,
        "rest": "host" if service is None else ("routes" if one.answers_all else "404"),
    }
