"""The parts of a policy that ztunnel can't enforce, since they need to see requests.

Mirrors convertAuthorizationPolicy (pilot/pkg/serviceregistry/ambient/authorization.go, Istio
1.31): ztunnel knows sources by identity and address, and ports; everything else needs a waypoint.
"""

from collections.abc import Iterator

from meshctl.resources import (
    AuthorizationPolicy,
    AuthorizationRule,
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
    "source.ip", "source.namespace", "source.principal", "destination.ip", "destination.port",
})  # fmt: skip
"""Istio's l4WhenAttributes: source.serviceAccount is not among them, though the field is."""


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
        for _, ref in unseen_parts(entry):
            yield ref


def unseen_parts(rule: AuthorizationRule) -> Iterator[tuple[str, Ref]]:
    """Walk the fields and keys of a rule that ztunnel can't see, each with its place."""
    for operation in rule.operations:
        yield from _written(operation, OPERATION_FIELDS)
    for source in rule.sources:
        yield from _written(source, _SOURCE_FIELDS)
    for condition in rule.conditions:
        key = condition.text("key")
        if key not in _CONDITIONS:
            yield key, condition.at("key")


def _written(view: View, fields: tuple[str, ...]) -> Iterator[tuple[str, Ref]]:
    for field in fields:
        if view.texts(field):
            yield field, view.key(field)
