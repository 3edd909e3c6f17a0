"""Checks traffic policies of a host, a subset or a port.

Mirrors validateTrafficPolicy, pkg/config/validation/validation.go, Istio 1.31. The CRD bounds the
version of proxyProtocol.
"""

from collections.abc import Iterator

from meshctl.resources.view import View, views
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse
from meshctl.validation.webhook.destination.client_tls import check_client_tls
from meshctl.validation.webhook.destination.connection_pools import check_connection_pool
from meshctl.validation.webhook.destination.load_balancers import check_load_balancer
from meshctl.validation.webhook.destination.outlier_detection import check_outlier_detection
from meshctl.validation.webhook.fields.addresses import is_ip
from meshctl.validation.webhook.fields.durations import check_readable
from meshctl.validation.webhook.fields.hosts import why_not_fqdn
from meshctl.validation.webhook.fields.ports import check_number
from meshctl.words import quoted

_PORT_FIELDS = ("connectionPool", "loadBalancer", "outlierDetection", "tls")
_FIELDS = (*_PORT_FIELDS, "portLevelSettings", "proxyProtocol", "retryBudget", "tunnel")


def check_traffic_policy(owner: View) -> Iterator[Fault]:
    """Check the ``trafficPolicy`` of a DestinationRule or subset, if there is one."""
    if not owner.has("trafficPolicy"):
        return
    policy = owner.child("trafficPolicy")
    if not any(policy.data[key] != [] for key in policy.names() if key in _FIELDS):
        yield refuse(
            owner.key("trafficPolicy"),
            f"trafficPolicy is empty; it needs one of {', '.join(_FIELDS)}",
        )
        return
    if policy.has("tunnel") and policy.has("proxyProtocol"):
        yield refuse(policy.key("proxyProtocol"), "tunnel and proxyProtocol exclude each other")
        return
    yield from _check_settings(policy)
    yield from check_readable(policy.child("retryBudget"), "budgetInterval")
    for port_policy in views(policy, "portLevelSettings", View):
        yield from _check_port_policy(port_policy)
    if policy.has("tunnel"):
        yield from _check_tunnel(policy.child("tunnel"))


def _check_settings(policy: View) -> Iterator[Fault]:
    """Check what a policy and a policy for one port have in common."""
    if policy.has("outlierDetection"):
        yield from check_outlier_detection(policy.child("outlierDetection"))
    yield from check_connection_pool(policy)
    if policy.has("loadBalancer"):
        yield from check_load_balancer(policy)
    if policy.has("tls"):
        yield from check_client_tls(policy.child("tls"))


def _check_port_policy(policy: View) -> Iterator[Fault]:
    """Check the policy of one port; the webhook keeps its warnings to itself."""
    if not policy.has("port"):
        yield refuse(policy.at(), "an entry of portLevelSettings needs a port")
    if not any(policy.has(key) for key in _PORT_FIELDS):
        needed = ", ".join(_PORT_FIELDS)
        yield refuse(
            policy.at(), f"this entry of portLevelSettings sets nothing; it needs one of {needed}"
        )
        return
    yield from (fault for fault in _check_settings(policy) if not fault.is_warning)


def _check_tunnel(tunnel: View) -> Iterator[Fault]:
    protocol, host = tunnel.text("protocol"), tunnel.text("targetHost")
    if protocol not in {"", "CONNECT", "POST"}:
        yield refuse(
            tunnel.at("protocol"), f"{quoted(protocol)} opens no tunnel; CONNECT and POST do"
        )
    if not is_ip(host) and (why := why_not_fqdn(host)):
        yield refuse(tunnel.at("targetHost"), f"{why}; nor is it an IP address")
    yield from check_number(tunnel, "targetPort")
