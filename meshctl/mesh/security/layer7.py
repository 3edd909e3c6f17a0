"""The parts of a policy that ztunnel can't enforce, since they need to see requests.

Mirrors convertAuthorizationPolicy (pilot/pkg/serviceregistry/ambient/authorization.go, Istio
1.31): ztunnel knows sources by identity and address, and ports; everything else needs a waypoint.
"""

from collections.abc import Iterator

from meshctl.resources import (
    AuthorizationPolicy,
    Policy,
    Ref,
    RequestAuthentication,
    Telemetry,
    TrafficExtension,
    View,
    WasmPlugin,
)

OPERATION_FIELDS = ("hosts", "notHosts", "methods", "notMethods", "paths", "notPaths")
_SOURCE_FIELDS = (
    "requestPrincipals", "notRequestPrincipals", "remoteIpBlocks", "notRemoteIpBlocks",
)  # fmt: skip
_CONDITIONS = frozenset({
    "source.ip", "source.namespace", "source.principal", "source.serviceAccount",
    "destination.ip", "destination.port",
})  # fmt: skip


def layer7_part(policy: Policy) -> Ref | None:
    """Name the first part of a policy that looks into requests; ``None`` when there is none."""
    if isinstance(policy, AuthorizationPolicy):
        return next(_of_authorization(policy), None)
    if isinstance(policy, RequestAuthentication):
        return policy.spec.key("jwtRules")
    if isinstance(policy, Telemetry):
        return next((policy.spec.key(key) for key in ("tracing", "accessLogging", "metrics")
                     if policy.spec.has(key)), None)  # fmt: skip
    if isinstance(policy, WasmPlugin | TrafficExtension):
        return policy.key("spec")
    return None


def _of_authorization(policy: AuthorizationPolicy) -> Iterator[Ref]:
    if policy.action == "CUSTOM":
        yield policy.spec.at("action")
    for entry in policy.rules:
        for operation in entry.operations:
            yield from _written(operation, OPERATION_FIELDS)
        for source in entry.sources:
            yield from _written(source, _SOURCE_FIELDS)
        for condition in entry.conditions:
            key = condition.text("key")
            if key and key not in _CONDITIONS:
                yield condition.at("key")


def _written(view: View, fields: tuple[str, ...]) -> Iterator[Ref]:
    for field in fields:
        if view.texts(field):
            yield view.key(field)
