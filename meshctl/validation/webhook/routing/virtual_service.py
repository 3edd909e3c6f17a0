"""Checks VirtualServices.

Mirrors ValidateVirtualService, pkg/config/validation/validation.go, Istio 1.31. The CRD refuses
null entries and routes without a destination.
"""

from collections.abc import Iterator

from meshctl.resources.istio.virtual_service import VirtualService
from meshctl.resources.resource import Resource
from meshctl.resources.view import View, views
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse
from meshctl.validation.webhook.edges.exports import check_export_to
from meshctl.validation.webhook.fields.addresses import is_ip
from meshctl.validation.webhook.fields.hosts import overlaps, why_not_host, why_not_sni_host
from meshctl.validation.webhook.routing.gateway_names import check_gateways
from meshctl.validation.webhook.routing.headers import is_claim
from meshctl.validation.webhook.routing.http_routes import check_http_route
from meshctl.validation.webhook.routing.layer4_routes import (
    VirtualServiceHosts,
    check_tcp_route,
    check_tls_route,
)
from meshctl.words import quoted

CONVERTED = ("internal.istio.io/route-semantics", "gateway")
"""The annotation of a VirtualService that istiod made from an HTTPRoute and its like."""

MESH = "mesh"


def check(resource: Resource) -> Iterator[Fault]:
    """Check one VirtualService."""
    spec = resource.spec
    converted = resource.annotations.get(CONVERTED[0]) == CONVERTED[1]
    is_delegate = not spec.texts("hosts")
    if is_delegate:
        for key in ("gateways", "tls", "tcp"):
            if spec.data.get(key):
                yield refuse(
                    spec.key(key), f"without hosts this is a delegate, which cannot have {key}"
                )
    yield from check_gateways(spec, converted=converted)
    yield from _check_hosts(spec)
    assert isinstance(resource, VirtualService)  # noqa: S101 - narrows the type
    if not resource.routes:
        yield refuse(spec.at(), "a VirtualService needs at least one route: http, tls or tcp")
    if _is_for_mesh(spec):
        yield from _check_claims(resource)
    for route in resource.http:
        yield from check_http_route(route, is_delegate=is_delegate, converted=converted)
    hosts = VirtualServiceHosts(spec)
    for route in resource.tls:
        yield from check_tls_route(route, hosts, converted=converted)
    for route in resource.tcp:
        yield from check_tcp_route(route, converted=converted)
    yield from check_export_to(resource)


def _is_for_mesh(spec: View) -> bool:
    gateways = spec.texts("gateways")
    return not gateways or MESH in gateways


def _check_hosts(spec: View) -> Iterator[Fault]:
    hosts = spec.texts("hosts")
    for_mesh = _is_for_mesh(spec)
    by_sni = not for_mesh and any(
        match.data.get("sniHosts")
        for route in views(spec, "tls", View)
        for match in views(route, "match", View)
    )
    all_valid = True
    for at, host in enumerate(hosts):
        why = None if is_ip(host) else (why_not_sni_host if by_sni else why_not_host)(host)
        if host == "*" and for_mesh:
            why = "* would catch all traffic of the mesh; only for gateways may it be a host"
        if why:
            all_valid = False
            yield refuse(spec.at("hosts", at), why)
    if all_valid:
        for at, other in overlaps(list(hosts)):
            yield refuse(
                spec.at("hosts", at), f"{quoted(hosts[at])} overlaps with {quoted(hosts[other])}"
            )


def _check_claims(service: VirtualService) -> Iterator[Fault]:
    """Only a gateway can route by the claims of a token."""
    for condition in service.conditions:
        name = condition.name
        if condition.field in ("headers", "withoutHeaders") and is_claim(name):
            yield refuse(
                condition.match.key(condition.field, name),
                f"{name} routes by a claim, which only gateways do; this is for the mesh",
            )
