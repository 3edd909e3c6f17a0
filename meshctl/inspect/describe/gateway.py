"""Describes what a Gateway opens, for which hosts, and what of it istiod drops."""

from collections.abc import Iterator
from typing import Any

from meshctl.inspect.describe.policies import authorization_at
from meshctl.inspect.routes.gateway_routes import reason
from meshctl.inspect.shown import Shown
from meshctl.mesh import Mesh
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.gateways.server_merge import MergedServer
from meshctl.resources import (
    Gateway,
    KubernetesGateway,
    KubernetesListener,
    KubernetesRoute,
    Server,
    VirtualService,
)


def gateway_form(mesh: Mesh, gateway: Gateway, shown: Shown) -> dict[str, Any]:
    """Write a Gateway: its servers, on each workload that it selects, and what routes there."""
    effective = mesh.gateways.of(gateway)
    return {
        "gateway": shown.whole(gateway),
        "selector": gateway.selector,
        "servers": [_server(mesh, server, effective, shown) for server in gateway.servers],
        "workloads": [_workload(mesh, effective_gateway, shown) for effective_gateway in effective],
        "virtual_services": [
            _service(mesh, service, gateway, shown)
            for service in mesh.traffic.routes.naming(gateway.key_name)
        ],
    }


def workload_form(mesh: Mesh, gateway: EffectiveGateway, shown: Shown) -> dict[str, Any]:
    """Write what a gateway workload listens on, of all Gateways that select it."""
    return {
        **_workload(mesh, gateway, shown),
        "gateways": [shown.whole(each_gateway) for each_gateway in gateway.gateways],
        "servers": [_server(mesh, server.server, [gateway], shown) for server in gateway.servers],
    }


def kubernetes_form(mesh: Mesh, gateway: KubernetesGateway, shown: Shown) -> dict[str, Any]:
    """Write a Gateway of the Gateway API: its listeners and the routes that attach to it."""
    routes = [
        (route, parent)
        for route in mesh.of(KubernetesRoute)
        for parent in route.parents
        if parent.kind == "Gateway" and mesh.gateway_api.reference_grants.gateway(parent) is gateway
    ]
    return {
        "gateway": shown.whole(gateway),
        "class": gateway.class_name,
        "is_waypoint": gateway.is_waypoint,
        "listeners": [_listener(listener, shown) for listener in gateway.listeners],
        "routes": [
            {
                **shown.whole(route),
                "hosts": list(route.hostnames),
                "listeners": [
                    listener.name
                    for listener in mesh.gateway_api.competing_routes.listeners(parent)
                ],
                "admitted": mesh.gateway_api.reference_grants.admits(
                    gateway, route, parent.section
                ).value,
            }
            for route, parent in routes
        ],
        "authorization": authorization_at(mesh, gateway, shown),
    }


def _server(
    mesh: Mesh, server: Server, effective: list[EffectiveGateway], shown: Shown
) -> dict[str, Any]:
    return {
        **shown.at(server.at()),
        "port": server.port,
        "protocol": server.protocol,
        "hosts": list(server.hosts),
        "tls": server.tls_mode or None,
        "redirects_to_https": server.https_redirect,
        "certificates": list(_certificates(mesh, server, effective, shown)),
        "fates": [
            _fate(gateway, found)
            for gateway in effective
            for found in [gateway.find(server)]
            if found
        ],
    }


def _fate(gateway: EffectiveGateway, server: MergedServer) -> dict[str, Any]:
    return {
        "workload": gateway.workload.name,
        "pod_port": server.target,
        "dropped": server.drop is not None,
        "serves": server in gateway.serving,
        "reason": reason(server, gateway),
    }


def _certificates(
    mesh: Mesh, server: Server, effective: list[EffectiveGateway], shown: Shown
) -> Iterator[dict[str, Any]]:
    """Walk the Secrets a server presents; ``found`` is null where the input can't tell."""
    homes = {gateway.workload.namespace for gateway in effective} - {None}
    is_certain = mesh.has_all("Secret") and bool(mesh.registry.secrets)
    for name, _ in server.credentials:
        places = {
            home: ref for home, ref in mesh.registry.secrets.called(name).items() if home in homes
        }
        yield {
            "name": name,
            "namespaces": sorted(home for home in homes if home is not None),
            "found": bool(places) if places or (homes and is_certain) else None,
            "objects": [shown.at(ref) for ref in places.values()],
        }


def _workload(mesh: Mesh, gateway: EffectiveGateway, shown: Shown) -> dict[str, Any]:
    workload, services = gateway.workload.workload, gateway.workload.services
    return {
        "name": gateway.workload.name,
        "object": shown.whole(workload) if workload is not None else None,
        "proxy": mesh.workloads.membership(workload).value if workload is not None else None,
        "services": [
            {**shown.whole(service), "addresses": list(service.outside_addresses)}
            for service in services
        ],
        "listeners": [
            {
                "address": f"{listener.bind}:{listener.port}",
                "is_open": gateway.workload.exposes(listener.port),
                "duplicate_sni": list(listener.duplicate_sni),
            }
            for listener in gateway.listeners
        ],
    }


def _service(mesh: Mesh, service: VirtualService, gateway: Gateway, shown: Shown) -> dict[str, Any]:
    servers = mesh.gateways.bindings.servers(gateway, service)
    return {
        **shown.whole(service),
        "hosts": list(service.hosts),
        "servers": sorted(server.index for server in servers),
        "routes": {kind: len(getattr(service, kind)) for kind in ("http", "tls", "tcp")},
    }


def _listener(listener: KubernetesListener, shown: Shown) -> dict[str, Any]:
    return {
        **shown.at(listener.at()),
        "listener": listener.name,
        "port": listener.port,
        "protocol": listener.protocol,
        "host": listener.hostname or "*",
        "routes_from": listener.routes_from,
        "certificates": [certificate.text("name") for certificate in listener.certificates],
    }
