"""The webhook's checks by kind."""

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module

from meshctl.resources.resource import Resource
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.fields.annotations import check_annotations

NETWORKING = "networking.istio.io"
SECURITY = "security.istio.io"
EXTENSIONS = "extensions.istio.io"

CHECKS: dict[tuple[str, str], str] = {
    (SECURITY, "AuthorizationPolicy"): "security.authorization_policy",
    (NETWORKING, "DestinationRule"): "destination.destination_rule",
    (NETWORKING, "EnvoyFilter"): "extensions.envoy_filter",
    (NETWORKING, "Gateway"): "edges.gateway",
    (SECURITY, "PeerAuthentication"): "security.peer_authentication",
    (NETWORKING, "ProxyConfig"): "extensions.proxy_config",
    (SECURITY, "RequestAuthentication"): "security.request_authentication",
    (NETWORKING, "ServiceEntry"): "edges.service_entry",
    (NETWORKING, "Sidecar"): "edges.sidecar",
    ("telemetry.istio.io", "Telemetry"): "extensions.telemetry",
    (EXTENSIONS, "TrafficExtension"): "extensions.traffic_extension",
    (NETWORKING, "VirtualService"): "routing.virtual_service",
    (EXTENSIONS, "WasmPlugin"): "extensions.wasm_plugin",
    (NETWORKING, "WorkloadEntry"): "edges.workload_entry",
    (NETWORKING, "WorkloadGroup"): "edges.workload_group",
}
"""The module of each kind that the webhook sees (pkg/config/schema/collections, 1.31)."""

ALONE: dict[tuple[str, str], str] = {
    (NETWORKING, "VirtualService"): "routing.unreachable_routes",
}
"""Checks that a rule with the whole mesh in view makes better, false alarms left out."""


def check(resource: Resource, *, alone: bool = True) -> Iterator[Fault]:
    """Answer as the webhook does; it has no opinion about kinds that are not Istio's.

    ``alone`` says that no rule looks at the object as well. A wrong annotation is the whole
    answer: the webhook looks no further then.
    """
    kind = (resource.group, resource.kind)
    module = CHECKS.get(kind)
    if module is None:
        return
    fault = check_annotations(resource)
    if fault is not None:
        yield fault
        return
    yield from _loaded(module)(resource)
    if alone and kind in ALONE:
        yield from _loaded(ALONE[kind])(resource)


@cache
def _loaded(module: str) -> Callable[[Resource], Iterator[Fault]]:
    """Import the check of a kind, once."""
    check_of: Callable[[Resource], Iterator[Fault]] = import_module(f"{__package__}.{module}").check
    return check_of
