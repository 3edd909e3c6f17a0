"""Finds what a Gateway opens, for which hosts, and what of it comes to nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from meshctl.inspect.describe.policies import AuthorizationAnswer, authorization_at
from meshctl.inspect.routes.gateway_routes import reason
from meshctl.inspect.shown import Named, Shown
from meshctl.mesh import Mesh
from meshctl.mesh.gateway_api import Admission
from meshctl.mesh.gateway_api.listeners import GatewayListener
from meshctl.mesh.gateway_api.status.conditions import Conditions
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.gateways.server_merge import MergedServer
from meshctl.resources import (
    Gateway,
    KubernetesGateway,
    KubernetesListener,
    KubernetesRoute,
    ObjectReference,
    Server,
    VirtualService,
)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a server on one gateway workload."""

    workload: str
    pod_port: int
    dropped: bool
    serves: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """A Secret that a server presents; ``found`` is null where the input can't tell."""

    name: str
    namespaces: tuple[str, ...]
    found: bool | None
    objects: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class ServerAnswer(Named):
    """A server of a Gateway."""

    port: int | None
    protocol: str
    hosts: tuple[str, ...]
    tls: str | None
    redirects_to_https: bool
    certificates: tuple[Certificate, ...]
    fates: tuple[Fate, ...]


@dataclass(frozen=True, slots=True)
class EntranceService(Named):
    """A Service in front of a gateway workload, and where it is reached from outside."""

    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenListener:
    """A port that a gateway workload listens on; closed if no Service leads to it."""

    address: str
    is_open: bool
    duplicate_sni: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GatewayWorkloadAnswer:
    """A workload that runs a gateway, as far as the input has it."""

    name: str
    object: Named | None
    proxy: str | None
    services: tuple[EntranceService, ...]
    listeners: tuple[OpenListener, ...]


@dataclass(frozen=True, slots=True)
class ServingWorkload(GatewayWorkloadAnswer):
    """A gateway workload with everything that Gateways make it serve."""

    gateways: tuple[Named, ...]
    servers: tuple[ServerAnswer, ...]


@dataclass(frozen=True, slots=True)
class BoundService(Named):
    """A VirtualService that names a Gateway, the servers that take its hosts, its rules."""

    hosts: tuple[str, ...]
    servers: tuple[int, ...]
    routes: dict[str, int]


@dataclass(frozen=True, slots=True)
class GatewayAnswer:
    """A Gateway of Istio."""

    gateway: Named
    selector: dict[str, str]
    servers: tuple[ServerAnswer, ...]
    workloads: tuple[GatewayWorkloadAnswer, ...]
    virtual_services: tuple[BoundService, ...]


@dataclass(frozen=True, slots=True)
class StatusCondition:
    """A condition that istiod writes into a status; ``reason`` and ``message`` say why."""

    type: str
    status: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class ListenerAnswer(Named):
    """A listener of a Gateway of the Gateway API, with the routes that attach, in order."""

    listener: str
    port: int | None
    protocol: str
    host: str
    routes_from: str
    certificates: tuple[str, ...]
    kinds: tuple[str, ...]
    routes: tuple[str, ...]
    conditions: tuple[StatusCondition, ...]


@dataclass(frozen=True, slots=True)
class AttachedRoute(Named):
    """A route that names a Gateway; ``admitted`` is yes, no or unknown.

    ``listeners`` are those that it attaches to; ``conditions`` are those of this parent.
    """

    hosts: tuple[str, ...]
    listeners: tuple[str, ...]
    admitted: str
    conditions: tuple[StatusCondition, ...]


@dataclass(frozen=True, slots=True)
class KubernetesGatewayAnswer:
    """A Gateway of the Gateway API."""

    gateway: Named
    class_: str
    is_waypoint: bool
    conditions: tuple[StatusCondition, ...]
    listeners: tuple[ListenerAnswer, ...]
    routes: tuple[AttachedRoute, ...]
    authorization: AuthorizationAnswer


def gateway_answer(mesh: Mesh, gateway: Gateway, shown: Shown) -> GatewayAnswer:
    """Describe a Gateway: its servers, on each workload that it selects, and what routes there."""
    effective = mesh.gateways.of(gateway)
    return GatewayAnswer(
        shown.whole(gateway),
        dict(gateway.selector),
        tuple(_server(mesh, server, effective, shown) for server in gateway.servers),
        tuple(_workload(mesh, effective_gateway, shown) for effective_gateway in effective),
        tuple(
            _service(mesh, virtual_service, gateway, shown)
            for virtual_service in mesh.traffic.routes.naming(gateway.key_name)
        ),
    )


def workload_answer(mesh: Mesh, gateway: EffectiveGateway, shown: Shown) -> ServingWorkload:
    """Describe what a gateway workload listens on, of all Gateways that select it."""
    gateway_workload_answer = _workload(mesh, gateway, shown)
    return ServingWorkload(
        gateway_workload_answer.name, gateway_workload_answer.object, gateway_workload_answer.proxy, gateway_workload_answer.services, gateway_workload_answer.listeners,
        tuple(shown.whole(each) for each in gateway.gateways),
        tuple(_server(mesh, each.server, [gateway], shown) for each in gateway.servers),
    )  # fmt: skip


def kubernetes_answer(
    mesh: Mesh, gateway: KubernetesGateway, shown: Shown
) -> KubernetesGatewayAnswer:
    """Describe a Gateway of the Gateway API: its listeners and the routes that attach to it."""
    read = mesh.gateway_api.gateway(gateway)
    known = {listener.listener: listener for listener in read.listeners} if read is not None else {}
    return KubernetesGatewayAnswer(
        shown.whole(gateway),
        gateway.class_name,
        gateway.is_waypoint,
        conditions_of(mesh.gateway_api.gateway_conditions(gateway)),
        tuple(
            _listener(mesh, listener, known.get(listener), shown) for listener in gateway.listeners
        ),
        tuple(
            _attached(mesh, gateway, route, parent, shown)
            for route in mesh.of(KubernetesRoute)
            for parent in route.parents
            if parent.kind == "Gateway" and mesh.reference_grants.gateway(parent) is gateway
        ),
        authorization_at(mesh, gateway, shown),
    )


def conditions_of(conditions: Conditions) -> tuple[StatusCondition, ...]:
    """Write conditions in the order of their types."""
    return tuple(
        StatusCondition(kind, condition.status, condition.reason, condition.text)
        for kind, condition in sorted(conditions.items())
    )


def _attached(
    mesh: Mesh, gateway: KubernetesGateway, route: KubernetesRoute, parent: ObjectReference,
    shown: Shown,
) -> AttachedRoute:  # fmt: skip
    """Describe one reference of a route: as istiod takes it, or by the text for other classes."""
    statuses = mesh.gateway_api.parents(route)
    status = next(
        (
            parent_status
            for parent_status in statuses
            if parent_status.reference.path == parent.path
        ),
        None,
    )
    head, hosts = shown.head(route), tuple(route.hostnames)
    may_attach = mesh.reference_grants.admits(gateway, route, parent.section)
    if mesh.gateway_api.gateway(gateway) is None:
        listeners = mesh.gateway_api.competing_routes.listeners(parent)
        names = tuple(listener.name for listener in listeners)
        return AttachedRoute(*head, hosts, names, may_attach.value, ())
    if status is None:
        return AttachedRoute(*head, hosts, (), "no", ())
    taken = (
        attachment
        for attachment in status.attachments
        if attachment.denial is None and attachment.listener is not None
    )
    names = tuple(
        attachment.listener.listener.name for attachment in taken if attachment.listener is not None
    )
    is_unknown = names and may_attach is Admission.UNKNOWN
    admitted = "unknown" if is_unknown else ("yes" if names else "no")
    return AttachedRoute(*head, hosts, names, admitted, conditions_of(status.conditions))


def _server(
    mesh: Mesh, server: Server, effective: Sequence[EffectiveGateway], shown: Shown
) -> ServerAnswer:
    return ServerAnswer(
        *shown.head_at(server.at()),
        server.port,
        server.protocol,
        tuple(server.hosts),
        server.tls_mode or None,
        server.https_redirect,
        tuple(_certificates(mesh, server, effective, shown)),
        tuple(
            _fate(gateway, found)
            for gateway in effective
            for found in [gateway.find(server)]
            if found
        ),
    )


def _fate(gateway: EffectiveGateway, server: MergedServer) -> Fate:
    return Fate(
        gateway.workload.name, server.target, server.drop is not None, server in gateway.serving,
        reason(server, gateway),
    )  # fmt: skip


def _certificates(
    mesh: Mesh, server: Server, effective: Sequence[EffectiveGateway], shown: Shown
) -> Iterator[Certificate]:
    """Walk the Secrets a server presents."""
    homes = {gateway.workload.namespace for gateway in effective} - {None}
    is_certain = bool(mesh.knows.everywhere("Secret"))
    for name, _ in server.credentials:
        places = {
            home: ref for home, ref in mesh.registry.secrets.called(name).items() if home in homes
        }
        yield Certificate(
            name,
            tuple(sorted(home for home in homes if home is not None)),
            bool(places) if places or (homes and is_certain) else None,
            tuple(shown.at(ref) for ref in places.values()),
        )


def _workload(mesh: Mesh, gateway: EffectiveGateway, shown: Shown) -> GatewayWorkloadAnswer:
    workload, services = gateway.workload.workload, gateway.workload.services
    return GatewayWorkloadAnswer(
        gateway.workload.name,
        shown.whole(workload) if workload is not None else None,
        mesh.workloads.membership(workload).value if workload is not None else None,
        tuple(EntranceService(*shown.head(service), tuple(service.outside_addresses)) for service in services),
        tuple(
            OpenListener(
                f"{listener.bind}:{listener.port}", gateway.workload.exposes(listener.port),
                tuple(listener.duplicate_sni),
            )
            for listener in gateway.listeners
        ),
    )  # fmt: skip


def _service(mesh: Mesh, service: VirtualService, gateway: Gateway, shown: Shown) -> BoundService:
    servers = mesh.gateways.bindings.servers(gateway, service)
    return BoundService(
        *shown.head(service),
        tuple(service.hosts),
        tuple(sorted(server.index for server in servers)),
        {kind: len(getattr(service, kind)) for kind in ("http", "tls", "tcp")},
    )


def _listener(
    mesh: Mesh, listener: KubernetesListener, known: GatewayListener | None, shown: Shown
) -> ListenerAnswer:
    attached = mesh.gateway_api.attached(known) if known is not None else ()
    return ListenerAnswer(
        *shown.head_at(listener.at()),
        listener.name,
        listener.port,
        listener.protocol,
        listener.hostname or "*",
        listener.routes_from,
        tuple(certificate.text("name") for certificate in listener.certificates),
        known.kinds if known is not None else (),
        tuple(f"{route.kind} {route.key_name}" for route in attached),
        conditions_of(known.conditions) if known is not None else (),
    )
