"""Follows a plain request of each identity to a Service."""

from collections.abc import Iterator
from typing import Literal

from meshctl.errors import UsageError
from meshctl.inspect.describe.callers import CallerAnswer
from meshctl.inspect.trace.answer import Trace, trace
from meshctl.inspect.trace.requests import TracedRequest, sent_to
from meshctl.mesh import Mesh
from meshctl.mesh.registry.services import HostPort, RegisteredHost
from meshctl.mesh.workloads.membership import Membership, is_gateway
from meshctl.resources import Workload

_MOST_IDENTITIES = 40
_MOST_PORTS = 65_535


def traced_callers(mesh: Mesh, host: RegisteredHost, default: str) -> Iterator[CallerAnswer]:
    """Walk identities of clients, those of the Service's namespace first."""
    ports = [port for port in host.ports if 0 < port.number <= _MOST_PORTS]
    if not ports:
        return
    port = next((host_port for host_port in ports if host_port.protocol.is_http), ports[0])
    identities = sorted(_identities(mesh).items())
    home = [identity for identity in identities if identity[0][0] == host.namespace]
    others = [identity for identity in identities if identity[0][0] != host.namespace]
    for (namespace, account), clients in (*home, *others)[:_MOST_IDENTITIES]:
        request = next(_request(host, port, clients[0]), None)
        found = _followed(mesh, request, default) if request is not None else None
        if request is not None and found is not None and found.authorization is not None:
            decided = found.authorization
            yield CallerAnswer(
                namespace, account, tuple(client.key_name for client in clients),
                f"{request.method} {request.url}" if request.is_http else request.url,
                _decision(decided.decision), decided.policy, decided.rule,
            )  # fmt: skip


def _decision(word: str) -> Literal["allow", "deny", "unknown"]:
    return "allow" if word == "allow" else "deny" if word == "deny" else "unknown"


def _identities(mesh: Mesh) -> dict[tuple[str, str], list[Workload]]:
    found: dict[tuple[str, str], list[Workload]] = {}
    for namespace in mesh.workloads.namespaces:
        for workload in mesh.workloads.in_mesh(namespace):
            if mesh.workloads.membership(workload) is not Membership.AMBIENT and not is_gateway(
                workload
            ):
                found.setdefault((workload.namespace, workload.service_account), []).append(
                    workload
                )
    return found


def _request(host: RegisteredHost, port: HostPort, client: Workload) -> Iterator[TracedRequest]:
    scheme = "http" if port.protocol.is_http else "tcp"
    return sent_to(f"{scheme}://{host.host}:{port.number}", client.key_name)


def _followed(mesh: Mesh, request: TracedRequest, default: str) -> Trace | None:
    try:
        return trace(mesh, request, default)
    except UsageError:
        return None
