"""Finds what the mesh does with requests to a Service."""

from collections.abc import Iterator
from dataclasses import dataclass

from meshctl.inspect.describe.callers import CallerAnswer, callers
from meshctl.inspect.describe.exposure import Exposure, exposures
from meshctl.inspect.describe.policies import (
    AuthorizationAnswer,
    PeerAnswer,
    PeerAnswers,
    authorization_at,
    authorization_of,
)
from meshctl.inspect.describe.virtual_services import HostRoutes, LeadingService
from meshctl.inspect.shown import Named, Place, Shown
from meshctl.istio.protocols import ProtocolChoice, chosen_protocol
from meshctl.mesh import Mesh
from meshctl.mesh.registry.services import HostPort, RegisteredHost
from meshctl.mesh.security.tls_connection import Client, Upstream
from meshctl.mesh.traffic.destination_rules import EffectiveDestinationRule
from meshctl.resources import Service, ServicePort, Subset, TrafficPolicy, Workload

_CHOSEN = {
    ProtocolChoice.TRANSPORT: "protocol",
    ProtocolChoice.APP_PROTOCOL: "appProtocol",
    ProtocolChoice.NAME: "port name",
    ProtocolChoice.NUMBER: "well-known port number",
    ProtocolChoice.DETECTION: "auto-detect",
}


@dataclass(frozen=True, slots=True)
class PortAnswer:
    """A port of a Service: its protocol, by what that was chosen, and the container ports."""

    number: int
    name: str | None
    protocol: str
    chosen_by: str
    target: int | str
    has_pods: bool
    pod_ports: tuple[int, ...]
    location: Place


@dataclass(frozen=True, slots=True)
class SubsetAnswer:
    """A subset: whom it selects, and what its traffic policy sets."""

    name: str
    labels: dict[str, str]
    workloads: tuple[str, ...]
    policy: tuple[str, ...]
    location: Place


@dataclass(frozen=True, slots=True)
class DestinationRuleAnswer:
    """The DestinationRules that hold for a host, as one."""

    host: str
    found_in: str
    objects: tuple[Named, ...]
    order_known: bool
    policy: tuple[str, ...]
    subsets: tuple[SubsetAnswer, ...]


@dataclass(frozen=True, slots=True)
class SentTls:
    """What sidecars beside a Service send to one of its ports or subsets."""

    port: int
    subset: str | None
    tls: str
    reason: str
    decided_by: Named | None


@dataclass(frozen=True, slots=True)
class WaypointAnswer:
    """The waypoint that requests to a Service pass; without a name there is none.

    ``refused`` says why the one that is asked for doesn't serve; ``passed_by`` are the clients
    whose requests pass it, the others go straight to the pods.
    """

    name: str | None
    asked_by: Named | None
    gateway: Named | None
    refused: str | None
    passed_by: tuple[str, ...]
    authorization: AuthorizationAnswer


@dataclass(frozen=True, slots=True)
class HostAnswer(Named):
    """A Service as its clients see it."""

    host: str
    type: str
    ports: tuple[PortAnswer, ...]
    destination_rule: DestinationRuleAnswer | None
    client_tls: tuple[SentTls, ...]
    virtual_services: tuple[LeadingService, ...]
    exposed: tuple[Exposure, ...]
    route_in_mesh: Named | None
    waypoint: WaypointAnswer | None


@dataclass(frozen=True, slots=True)
class ServingPods(Named):
    """A workload behind a Service."""

    proxy: str
    peer_authentication: PeerAnswer


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """Everything about a Service, and about the workloads behind it."""

    service: HostAnswer
    workloads: tuple[ServingPods, ...]
    callers: tuple[CallerAnswer, ...]


def service_answer(mesh: Mesh, service: Service, shown: Shown) -> ServiceAnswer:
    """Describe a Service, and the workloads behind it."""
    host = mesh.registry.of(service)[0]
    peers = PeerAnswers(mesh, shown)
    return ServiceAnswer(
        host_answer(mesh, host, shown),
        tuple(
            ServingPods(
                *shown.head(workload),
                mesh.workloads.membership(workload).value,
                peers.of(workload),
            )
            for workload in mesh.security.mtls.behind(host)
        ),
        callers(mesh, host, service.namespace),
    )


def host_answer(
    mesh: Mesh, host: RegisteredHost, shown: Shown, workload: Workload | None = None
) -> HostAnswer:
    """Describe a Service to its clients; with a ``workload``, as far as it is behind it."""
    service = host.source
    assert isinstance(service, Service)  # noqa: S101 - narrows the type
    rule = mesh.traffic.destination_rules.effective(host, host.namespace, {})
    attached = mesh.gateway_api.competing_routes.of_service(service)
    return HostAnswer(
        *shown.head(service),
        host.host,
        "headless" if host.is_headless else service.type,
        tuple(_port(mesh, host, port, shown, workload) for port in host.ports),
        _rule(mesh, host, rule, shown) if rule is not None else None,
        tuple(_sent(upstream, shown) for upstream in _sends(mesh, host)),
        tuple(HostRoutes(mesh, host, shown, workload).services()),
        tuple(exposures(mesh, host, shown)),
        shown.whole(attached) if attached is not None else None,
        _waypoint(mesh, service, shown),
    )


def _port(
    mesh: Mesh, host: RegisteredHost, port: HostPort, shown: Shown, workload: Workload | None
) -> PortAnswer:
    view = port.view
    assert isinstance(view, ServicePort)  # noqa: S101 - narrows the type
    words = view.name, view.port, view.transport, view.app_protocol
    chosen = chosen_protocol(*words)[1]
    behind = [workload] if workload is not None else mesh.security.mtls.behind(host)
    targets = {mesh.workloads.target_port(one, port) for one in behind}
    return PortAnswer(
        number=port.number,
        name=port.name or None,
        protocol=port.protocol.value,
        chosen_by=_CHOSEN[chosen],
        target=port.target,
        has_pods=bool(behind),
        pod_ports=tuple(sorted(target for target in targets if target is not None)),
        location=shown.at(view.at("name") if port.name else view.at()).location,
    )


def _rule(
    mesh: Mesh, host: RegisteredHost, rule: EffectiveDestinationRule, shown: Shown
) -> DestinationRuleAnswer:
    return DestinationRuleAnswer(
        rule.host,
        rule.step.value,
        tuple(shown.whole(destination_rule) for destination_rule in rule.rules),
        rule.order_known,
        _settings(rule.policy),
        tuple(_subset(mesh, host, subset, shown) for subset in rule.subsets.values()),
    )


def _subset(mesh: Mesh, host: RegisteredHost, subset: Subset, shown: Shown) -> SubsetAnswer:
    picked = mesh.workloads.of_subset(host, subset.labels)
    return SubsetAnswer(
        subset.name,
        dict(subset.labels),
        tuple(workload.key_name for workload in picked),
        _settings(subset.policy),
        shown.at(subset.at("name")).location,
    )


def _settings(policy: TrafficPolicy | None) -> tuple[str, ...]:
    """Name what a traffic policy sets, of ports too."""
    if policy is None:
        return ()
    own = [name for name in policy.names() if name != "portLevelSettings"]
    ports = [
        f"port {entry.port}: {name}"
        for entry in policy.ports
        for name in entry.names()
        if name != "port"
    ]
    return (*own, *ports)


def _sends(mesh: Mesh, host: RegisteredHost) -> Iterator[Upstream]:
    """Walk what sidecars of the Service's own namespace send, as no rule tells them apart."""
    client = Client(host.namespace, host.namespace)
    return mesh.security.mtls.upstreams(client, host)


def _sent(upstream: Upstream, shown: Shown) -> SentTls:
    subset = upstream.subset.name if upstream.subset is not None else None
    words = upstream.tls.value, upstream.cause.value
    return SentTls(upstream.port.number, subset, *words, shown.perhaps(upstream.ref))


def _waypoint(mesh: Mesh, service: Service, shown: Shown) -> WaypointAnswer | None:
    """Find the waypoint that requests pass, and the policies that it enforces for the Service."""
    ambient = mesh.ambient
    use = ambient.waypoint_use(service)
    known = ambient.api.services.get(f"{service.namespace}/{mesh.registry.of(service)[0].host}")
    # Files don't say whether a waypoint has come up; where they have it, it is taken for ready.
    named = ambient.waypoints.find(use.key_name) if use is not None else None
    is_open = named is not None and not named.shows_status
    binding = ambient.waypoints.of_service(service, when_ready=is_open)
    waypoint = binding.bound
    if waypoint is not None and known is not None:
        policies = ambient.waypoint_policies.authorization_of(waypoint, known)
        authorization = authorization_of(policies, shown)
    else:
        authorization = authorization_at(mesh, service, shown)
    if use is None and not authorization.policies:
        return None
    clients: tuple[str, ...] = ("pods in ambient mode",) if waypoint is not None else ()
    if waypoint is not None and known is not None and known.ingress_label:
        clients += ("ingress gateways",)
    return WaypointAnswer(
        use.key_name if use is not None else None,
        shown.perhaps(use.ref if use is not None else None),
        shown.whole(named.gateway) if named is not None else None,
        binding.refusal.message if binding.refusal is not None and named is not None else None,
        clients,
        authorization,
    )
