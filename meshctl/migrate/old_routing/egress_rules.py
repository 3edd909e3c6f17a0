"""Converts EgressRules to ServiceEntries.

As release-0.8 istioctl/pkg/convert/egress.go. Protocol https meant that the proxy begins TLS for
applications that speak plain HTTP to the port.
"""

from ipaddress import ip_network
from typing import Any

from meshctl.migrate.drafts import Draft, label_name
from meshctl.migrate.kinds import DESTINATION_RULE, SERVICE_ENTRY
from meshctl.migrate.known import Known
from meshctl.resources import Resource, View
from meshctl.resources.resource import UNKNOWN_NAMESPACE
from meshctl.resources.view import views


def convert_egress(rule: Resource, draft: Draft, known: Known) -> None:
    """Convert one rule."""
    destination = rule.spec.child("destination")
    host = destination.text("service") or destination.text("name")
    if not host:
        draft.lost("an EgressRule without destination.service did nothing", rule.spec.at(),
                   instead="name the host")  # fmt: skip
        return
    if rule.spec.flag("useEgressProxy"):
        draft.lost(
            "useEgressProxy has no field of today", rule.spec.at("useEgressProxy"),
            instead="route the host over an egress gateway: a Gateway, a VirtualService for mesh and "
            "gateway, and a DestinationRule",
        )  # fmt: skip
    spec: dict[str, Any] = {"hosts": [host]}
    if _is_network(host):
        spec = {"hosts": [_host_for(rule, known)], "addresses": [host]}
    ports = views(rule.spec, "ports", View)
    spec |= {"location": "MESH_EXTERNAL", "resolution": "NONE", "ports": [_port(p) for p in ports]}
    draft.make(SERVICE_ENTRY, rule.name, spec)
    with_tls = [port for port in ports if _protocol(port) == "HTTPS"]
    if with_tls:
        _originate(rule, draft, host, with_tls)


def _port(port: View) -> dict[str, Any]:
    """Write a port; what the proxy wraps into TLS comes to it as plain HTTP."""
    protocol, number = _protocol(port), port.number("port") or 0
    return {
        "number": number, "name": label_name(f"{protocol.lower()}-{number}"),
        "protocol": "HTTP" if protocol == "HTTPS" else protocol,
    }  # fmt: skip


def _protocol(port: View) -> str:
    return port.text("protocol").upper() or "HTTP"


def _originate(rule: Resource, draft: Draft, host: str, ports: list[View]) -> None:
    tls = {"mode": "SIMPLE", **({} if "*" in host or _is_network(host) else {"sni": host})}
    settings = [{"port": {"number": port.number("port") or 0}, "tls": tls} for port in ports]
    spec = {"host": host, "trafficPolicy": {"portLevelSettings": settings}}
    draft.make(DESTINATION_RULE, rule.name, spec)
    draft.near(
        "protocol https took plain HTTP from applications and began TLS; so it does by the "
        "DestinationRule", ports[0].at("protocol"),
        instead="where applications speak HTTPS themselves, write protocol TLS and drop the "
        "DestinationRule",
    )  # fmt: skip


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _host_for(rule: Resource, known: Known) -> str:
    """Make up a host for addresses that no Service has."""
    home = "default" if rule.namespace == UNKNOWN_NAMESPACE else rule.namespace
    name = label_name(rule.name)
    if known.service(name, home) is not None:
        name = label_name(f"{rule.name}-egress")
    return known.host(name, home)
