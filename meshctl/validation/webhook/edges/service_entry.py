"""Checks ServiceEntries.

Mirrors ValidateServiceEntry, pkg/config/validation/validation.go, and
ShouldV2AutoAllocateIPFromConfig, pilot/pkg/networking/serviceentry, of Istio 1.31.

The CRD refuses: no hosts, the host ``*``, selector and endpoints at once, wrong or repeated port
numbers, repeated port names, blocks of addresses with a resolution by DNS, endpoints with NONE and
several with DNS_ROUND_ROBIN, wrong names and numbers of an endpoint's ports.
"""

from collections.abc import Iterator

from meshctl.istio.labels import AUTO_ALLOCATE_IP, USE_WAYPOINT
from meshctl.resources.resource import Resource
from meshctl.resources.view import View, views
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse, warn
from meshctl.validation.webhook.edges.endpoints import check_endpoint, why_not_address
from meshctl.validation.webhook.edges.exports import check_export_to
from meshctl.validation.webhook.fields.addresses import UNIX, why_not_block
from meshctl.validation.webhook.fields.hosts import (
    why_not_fqdn,
    why_not_host,
    why_not_whole_wildcard,
)
from meshctl.validation.webhook.fields.labels import check_labels
from meshctl.validation.webhook.fields.ports import (
    HTTP_PROTOCOLS,
    TCP_PROTOCOLS,
    TLS_PROTOCOLS,
    check_name,
    check_protocol,
    protocol_of,
)
from meshctl.validation.webhook.fields.selectors import check_workload_selector
from meshctl.words import quoted

DYNAMIC = "DYNAMIC_DNS"
BY_DNS = frozenset({"DNS", "DNS_ROUND_ROBIN"})


def check(resource: Resource) -> Iterator[Fault]:
    """Check one ServiceEntry."""
    spec = resource.spec
    for fault in check_workload_selector(spec):
        yield fault
        if not fault.is_warning:
            return
    resolution = spec.text("resolution") or "NONE"
    yield from _check_hosts(spec, resolution)
    for at, address in enumerate(spec.texts("addresses")):
        if why := why_not_block(address):
            yield refuse(spec.at("addresses", at), why)
    ports = views(spec, "ports", View)
    for port in ports:
        yield from check_name(port.at("name"), port.text("name"))
        yield from check_protocol(port)
    if not spec.data.get("addresses") and not _gets_address(resource, resolution):
        yield from _check_ports_without_address(ports)
    if resolution == "NONE" and spec.has("workloadSelector"):
        yield warn(spec.key("workloadSelector"), "with resolution NONE, no workload is selected")
    elif resolution == DYNAMIC:
        yield from _check_dynamic(resource)
    yield from _check_endpoints(spec, resolution)
    yield from _check_several_hosts(spec, resolution)
    yield from check_export_to(resource)


def _check_hosts(spec: View, resolution: str) -> Iterator[Fault]:
    looks_up_hosts = resolution in BY_DNS and not spec.data.get("endpoints")
    for at, host in enumerate(spec.texts("hosts")):
        place = spec.at("hosts", at)
        if why := why_not_host(host):
            yield refuse(place, why)
        elif looks_up_hosts and why_not_fqdn(host):
            yield refuse(
                place,
                f"{host} has no address of its own; a wildcard needs endpoints or DYNAMIC_DNS",
            )
        elif resolution == DYNAMIC and not host.startswith("*"):
            yield refuse(place, f"with {DYNAMIC}, hosts are wildcards, which {host} is not")
        elif resolution != DYNAMIC and (why := why_not_whole_wildcard(host)):
            yield warn(place, why)


def _gets_address(resource: Resource, resolution: str) -> bool:
    """Does istiod give the entry an address of its own, which it does by default?"""
    return resolution != "NONE" and resource.labels.get(AUTO_ALLOCATE_IP, "").lower() != "false"


def _check_ports_without_address(ports: tuple[View, ...]) -> Iterator[Fault]:
    for port in ports:
        if port.text("protocol") in {"", "TCP"}:
            yield warn(
                port.at(),
                "without addresses, this TCP port catches the traffic to every address; "
                "set addresses, or a protocol other than TCP",
            )


def _check_endpoints(spec: View, resolution: str) -> Iterator[Fault]:
    names = {port.text("name") for port in views(spec, "ports", View)}
    for endpoint in views(spec, "endpoints", View):
        if resolution == "STATIC":
            yield from check_endpoint(endpoint, may_be_host=False)
            if endpoint.text("address").startswith(UNIX) and len(names) != 1:
                yield refuse(
                    endpoint.at("address"),
                    f"a Unix socket serves one port; this entry has {len(names)}",
                )
        elif resolution in BY_DNS:
            if why := why_not_address(endpoint.text("address")):
                yield refuse(endpoint.at("address"), why)
            yield from check_labels(endpoint, "labels")
        if resolution == "STATIC" or resolution in BY_DNS:
            ports = endpoint.child("ports")
            for name in ports.names():
                if name not in names:
                    yield refuse(
                        ports.key(name),
                        f"{quoted(name)} is not the name of one of this entry's ports",
                    )


def _check_several_hosts(spec: View, resolution: str) -> Iterator[Fault]:
    """Check that each port can tell several hosts apart: by HTTP's authority or by SNI."""
    hosts = spec.texts("hosts")
    if len(hosts) <= 1 or resolution == "NONE":
        return
    for port in views(spec, "ports", View):
        protocol = protocol_of(port)
        named = protocol.upper() or "TCP"
        if resolution in BY_DNS and spec.data.get("addresses") and protocol in TCP_PROTOCOLS:
            yield warn(
                port.at(), f"{named} traffic to the addresses cannot tell {len(hosts)} hosts apart"
            )
        if protocol not in HTTP_PROTOCOLS | TLS_PROTOCOLS:
            yield refuse(
                port.at(),
                f"{named} cannot tell {len(hosts)} hosts apart; HTTP, TLS or an entry for each can",
            )
            return


def _check_dynamic(resource: Resource) -> Iterator[Fault]:
    spec = resource.spec
    for key in ("addresses", "endpoints"):
        if spec.data.get(key):
            yield refuse(spec.key(key), f"{DYNAMIC} looks up what a request asks for; remove {key}")
    for port in views(spec, "ports", View):
        if protocol_of(port) not in HTTP_PROTOCOLS | TLS_PROTOCOLS:
            yield refuse(
                port.at("protocol"),
                f"{DYNAMIC} needs the name in the request: HTTP, HTTP2, GRPC or TLS",
            )
    waypoint = resource.labels.get(USE_WAYPOINT, "")
    if waypoint not in {"", "none"} and spec.text("location") == "MESH_INTERNAL":
        yield refuse(spec.at("location"), f"{DYNAMIC} behind a waypoint is for MESH_EXTERNAL hosts")
