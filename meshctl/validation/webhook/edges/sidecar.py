"""Checks Sidecars.

Mirrors ValidateSidecar, pkg/config/validation/validation.go, Istio 1.31. The CRD refuses null
entries, ingress listeners without a port, and modes of outbound traffic that are for the whole mesh.
"""

from collections.abc import Iterator

from meshctl.resources.resource import Resource
from meshctl.resources.view import View, views
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse
from meshctl.validation.webhook.destination.connection_pools import check_connection_pool
from meshctl.validation.webhook.destination.destinations import check_destination
from meshctl.validation.webhook.edges.sidecar_listeners import check_egress, check_ingress
from meshctl.validation.webhook.fields.hosts import why_not_fqdn
from meshctl.validation.webhook.fields.selectors import check_workload_selector


def check(resource: Resource) -> Iterator[Fault]:
    """Check one Sidecar; a wrong selector or an empty Sidecar is the whole answer."""
    spec = resource.spec
    for fault in check_workload_selector(spec):
        yield fault
        if not fault.is_warning:
            return
    ingress, egress = views(spec, "ingress", View), views(spec, "egress", View)
    settings = ("outboundTrafficPolicy", "inboundConnectionPool")
    if not (ingress or egress or any(spec.has(key) for key in settings)):
        needed = ", ".join(("egress", "ingress", *settings))
        yield refuse(spec.at(), f"this Sidecar sets nothing; it needs one of {needed}")
        return
    yield from check_ingress(ingress)
    yield from check_connection_pool(spec, "inboundConnectionPool")
    yield from check_egress(egress)
    yield from _check_outbound(spec.child("outboundTrafficPolicy"))


def _check_outbound(policy: View) -> Iterator[Fault]:
    if not policy.has("egressProxy"):
        return
    proxy = policy.child("egressProxy")
    if policy.text("mode") != "ALLOW_ANY":
        yield refuse(policy.key("egressProxy"), "egressProxy needs mode: ALLOW_ANY")
        return
    why = why_not_fqdn(proxy.text("host"))
    if why:
        yield refuse(proxy.at("host"), why)
    if not proxy.has("port"):
        yield refuse(proxy.at("port"), "egressProxy needs a port")
    elif not why:
        yield from check_destination(proxy)
