"""Tells what a sidecar's policies see of probes and scrapes, where they aren't rewritten.

The kubelet sends its requests from the node, without certificate and token (pkg/probe, Kubernetes
1.34).
"""

from collections.abc import Iterable, Iterator

from meshctl.mesh.authorization.arrival import Arrival, HttpRequest
from meshctl.mesh.authorization.conditions import Condition
from meshctl.mesh.authorization.rule_tests import source_conditions, when_conditions
from meshctl.resources import AuthorizationPolicy, View
from meshctl.resources.view import views

_ADDRESSES = frozenset({"source.ip", "remote.ip", "destination.ip"})
_GRPC_HEALTH = "/grpc.health.v1.Health/Check"


def probe_arrival(action: View, port: int, *, is_http: bool) -> Arrival:
    """Tell what comes of an ``httpGet`` or ``grpc`` at a container port read as HTTP or not."""
    if not is_http:
        return Arrival(port)
    if action.path[-1] == "grpc":
        return Arrival(port, http=HttpRequest("", "POST", _GRPC_HEALTH))
    entries = views(action, "httpHeaders", View)
    headers = {entry.text("name").lower(): entry.text("value") for entry in entries}
    path = action.text("path") or "/"
    return Arrival(port, http=HttpRequest(headers.get("host", ""), path=path, headers=headers))


def scrape_arrival(path: str, port: int, *, is_http: bool) -> Arrival:
    """Tell what comes of a Prometheus outside the mesh at a container port, which has no identity either."""
    return Arrival(port, http=HttpRequest("", path=path) if is_http else None)


def reads_addresses(policies: Iterable[AuthorizationPolicy]) -> bool:
    """Does a policy ask for an address, which depends on the node?"""
    return any(
        condition.key in _ADDRESSES and (condition.values or condition.not_values)
        for policy in policies
        for condition in _conditions(policy)
    )


def _conditions(policy: AuthorizationPolicy) -> Iterator[Condition]:
    for rule in policy.rules:
        yield from when_conditions(rule)
        for source in rule.sources:
            yield from source_conditions(source)
