"""Describes what the mesh does with requests to a Service."""

from collections.abc import Iterator
from typing import Any

from meshctl.inspect.describe.exposure import exposures
from meshctl.inspect.describe.policies import authorization_at, peer_authentication
from meshctl.inspect.describe.virtual_services import HostRoutes
from meshctl.inspect.shown import Shown
from meshctl.istio.protocols import ProtocolChoice, chosen_protocol
from meshctl.mesh import Mesh
from meshctl.mesh.registry.services import HostPort, RegisteredHost
from meshctl.mesh.security.tls_connection import Client, Upstream
from meshctl.mesh.traffic.destination_rules import EffectiveDestinationRule
from meshctl.resources import (
    Service,
    ServicePort,
    Subset,
    TrafficPolicy,
    Workload,
)

_CHOSEN = {
    ProtocolChoice.TRANSPORT: "protocol",
    ProtocolChoice.APP_PROTOCOL: "appProtocol",
    ProtocolChoice.NAME: "port name",
    ProtocolChoice.NUMBER: "well-known port number",
    ProtocolChoice.DETECTION: "auto-detect",
}


def service_form(mesh: Mesh, service: Service, shown: Shown) -> dict[str, Any]:
    """Write everything about a Service, and about the workloads behind it."""
    host = mesh.registry.of(service)[0]
    workloads = mesh.security.mtls.behind(host)
    return {
        "service": host_form(mesh, host, shown),
        "workloads": [
            {
                **shown.whole(workload),
                "proxy": mesh.workloads.membership(workload).value,
                "peer_authentication": peer_authentication(mesh, workload, shown),
            }
            for workload in workloads
        ],
    }


def host_form(
    mesh: Mesh, host: RegisteredHost, shown: Shown, workload: Workload | None = None
) -> dict[str, Any]:
    """Write a Service as its clients see it; with a ``workload``, as far as it is behind it."""
    service = host.source
    assert isinstance(service, Service)  # noqa: S101 - narrows the type
    rule = mesh.traffic.destination_rules.effective(host, host.namespace, {})
    attached = mesh.gateway_api.competing_routes.of_service(service)
    return {
        **shown.whole(service),
        "host": host.host,
        "type": "headless" if host.is_headless else service.type,
        "ports": [_port(mesh, host, port, shown, workload) for port in host.ports],
        "destination_rule": _rule(mesh, host, rule, shown) if rule is not None else None,
        "client_tls": [_sent(upstream, shown) for upstream in _sends(mesh, host)],
        "virtual_services": list(HostRoutes(mesh, host, shown, workload).forms()),
        "exposed": list(exposures(mesh, host, shown)),
        "route_in_mesh": shown.whole(attached) if attached is not None else None,
        "waypoint": _waypoint(mesh, service, shown),
    }


def _port(
    mesh: Mesh, host: RegisteredHost, port: HostPort, shown: Shown, workload: Workload | None
) -> dict[str, Any]:
    view = port.view
    assert isinstance(view, ServicePort)  # noqa: S101 - narrows the type
    words = view.name, view.port, view.transport, view.app_protocol
    chosen = chosen_protocol(*words)[1]
    behind = [workload] if workload is not None else mesh.security.mtls.behind(host)
    targets = {mesh.workloads.target_port(each_workload, port) for each_workload in behind}
    return {
        "number": port.number,
        "name": port.name or None,
        "protocol": port.protocol.value,
        "chosen_by": _CHOSEN[chosen],
        "target": port.target,
        "has_pods": bool(behind),
        "pod_ports": sorted(target for target in targets if target is not None),
        "location": shown.at(view.at("name") if port.name else view.at())["location"],
    }


def _rule(
    mesh: Mesh, host: RegisteredHost, rule: EffectiveDestinationRule, shown: Shown
) -> dict[str, Any]:
    return {
        "host": rule.host,
        "found_in": rule.step.value,
        "objects": [shown.whole(destination_rule) for destination_rule in rule.rules],
        "order_known": rule.order_known,
        "policy": _settings(rule.policy),
        "subsets": [_subset(mesh, host, subset, shown) for subset in rule.subsets.values()],
    }


def _subset(mesh: Mesh, host: RegisteredHost, subset: Subset, shown: Shown) -> dict[str, Any]:
    picked = mesh.workloads.of_subset(host, subset.labels)
    return {
        "name": subset.name,
        "labels": subset.labels,
        "workloads": [workload.key_name for workload in picked],
        "policy": _settings(subset.policy),
        "location": shown.at(subset.at("name"))["location"],
    }


def _settings(policy: TrafficPolicy | None) -> list[str]:
    """Name what a traffic policy sets, of ports too."""
    if policy is None:
        return []
    own = [name for name in policy.names() if name != "portLevelSettings"]
    ports = [
        f"port {entry.port}: {name}"
        for entry in policy.ports
        for name in entry.names()
        if name != "port"
    ]
    return [*own, *ports]


def _sends(mesh: Mesh, host: RegisteredHost) -> Iterator[Upstream]:
    """Walk what sidecars of the Service's own namespace send, as no rule tells them apart."""
    client = Client(host.namespace, host.namespace)
    return mesh.security.mtls.upstreams(client, host)


def _sent(upstream: Upstream, shown: Shown) -> dict[str, Any]:
    return {
        "port": upstream.port.number,
        "subset": upstream.subset.name if upstream.subset is not None else None,
        "tls": upstream.tls.value,
        "reason": upstream.cause.value,
        "decided_by": shown.perhaps(upstream.ref),
    }


def _waypoint(mesh: Mesh, service: Service, shown: Shown) -> dict[str, Any] | None:
    """Write the waypoint that requests pass, and the policies that it enforces for the Service."""
    use = mesh.workloads.ambient.waypoint_use(service)
    authorization = authorization_at(mesh, service, shown)
    if use is None and not authorization["policies"]:
        return None
    gateway = mesh.workloads.ambient.waypoint(use) if use is not None else None
    return {
        "name": use.key_name if use is not None else None,
        "asked_by": shown.perhaps(use.ref if use is not None else None),
        "gateway": shown.whole(gateway) if gateway is not None else None,
        "authorization": authorization,
    }
