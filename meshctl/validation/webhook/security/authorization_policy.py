"""Checks AuthorizationPolicies.

Mirrors ValidateAuthorizationPolicy, pkg/config/validation/validation.go, Istio 1.31. The CRD
refuses null entries, serviceAccounts beside principals or namespaces, and more than 16 of them.
"""

from collections.abc import Iterator

from meshctl.resources.resource import Resource
from meshctl.resources.view import View, views
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse, warn
from meshctl.validation.webhook.fields.selectors import check_selector, check_targets
from meshctl.validation.webhook.security.authorization_values import (
    check_paths,
    check_values,
    condition_of,
    kind_of_field,
    why_not_key,
)

_BASE_FIELDS = (
    "principals", "requestPrincipals", "namespaces", "serviceAccounts", "trustDomains", "ipBlocks",
    "remoteIpBlocks",
)  # fmt: skip
_HTTP_FIELDS = frozenset({"requestPrincipals", "notRequestPrincipals"})
_OPERATION_FIELDS = ("ports", "methods", "paths", "hosts")


def _with_negations(names: tuple[str, ...]) -> tuple[str, ...]:
    return (*names, *(f"not{name[0].upper()}{name[1:]}" for name in names))


SOURCE_FIELDS = _with_negations(_BASE_FIELDS)
OPERATION_FIELDS = _with_negations(_OPERATION_FIELDS)
_CUSTOM_FIELDS = frozenset(_with_negations(_BASE_FIELDS[:5]))
_CUSTOM_KEYS = (
    "source.namespace", "source.serviceAccount", "source.trustDomain", "source.principal",
)  # fmt: skip


def check(resource: Resource) -> Iterator[Fault]:
    """Check one AuthorizationPolicy."""
    spec = resource.spec
    action = spec.text("action") or "ALLOW"
    yield from check_selector(spec)
    yield from check_targets(spec)
    yield from _check_action(spec, action)
    for rule in views(spec, "rules", View):
        yield from _check_rule(rule)
        if action == "CUSTOM":
            yield from _check_custom(rule)
        if action == "DENY":
            yield from _check_denied_tcp(rule)


def _check_action(spec: View, action: str) -> Iterator[Fault]:
    if action in {"CUSTOM", "DENY"} and not spec.data.get("rules"):
        yield refuse(
            spec.at("action"),
            f"{action} without rules never acts; rules: [{{}}] makes it act on every request",
        )
    elif action == "CUSTOM" and not spec.child("provider").text("name"):
        yield refuse(spec.at("provider"), "CUSTOM needs the name of a provider")
    if action != "CUSTOM" and spec.has("provider"):
        yield refuse(spec.key("provider"), f"{action} asks no provider; CUSTOM does")


def _check_rule(rule: View) -> Iterator[Fault]:
    for source in views(rule, "from", View):
        yield from _check_part(source, "source", SOURCE_FIELDS)
    for target in views(rule, "to", View):
        yield from _check_part(target, "operation", OPERATION_FIELDS)
        for key in ("paths", "notPaths"):
            yield from check_paths(target.child("operation"), key)
    for condition in views(rule, "when", View):
        yield from _check_condition(condition)


def _check_part(owner: View, name: str, fields: tuple[str, ...]) -> Iterator[Fault]:
    """Check a ``source`` or an ``operation``."""
    part = owner.child(name)
    if not any(part.data.get(key) for key in fields):
        needed = ", ".join(fields[: len(fields) // 2])
        yield refuse(owner.at(name), f"{name} is empty; it needs one of {needed} or its not…")
    for key in fields:
        yield from check_values(part, key, kind_of_field(key))


def _check_condition(condition: View) -> Iterator[Fault]:
    key = condition.text("key")
    if not key:
        yield refuse(condition.at("key"), "the key of a condition cannot be empty")
        return
    if not condition.data.get("values") and not condition.data.get("notValues"):
        yield refuse(condition.at(), f"the condition on {key} needs values or notValues")
        return
    if why := why_not_key(key):
        yield refuse(condition.at("key"), why)
    else:
        for field in ("values", "notValues"):
            yield from check_values(condition, field, condition_of(key))


def _check_custom(rule: View) -> Iterator[Fault]:
    """Check that an external authorizer is not asked about identities; Envoy asks it first."""
    for source in views(rule, "from", View):
        part = source.child("source")
        for key in SOURCE_FIELDS:
            if key in _CUSTOM_FIELDS and part.data.get(key):
                yield refuse(part.key(key), f"CUSTOM cannot look at {key}")
    for condition in views(rule, "when", View):
        key = condition.text("key")
        if key in _CUSTOM_KEYS or key.startswith("request.auth."):
            yield refuse(condition.at("key"), f"CUSTOM cannot look at {key}")


def _check_denied_tcp(rule: View) -> Iterator[Fault]:
    """Warn where a rule asks only about HTTP: on TCP ports it denies everything."""
    sources = [view.child("source") for view in views(rule, "from", View) if view.has("source")]
    targets = [view.child("operation") for view in views(rule, "to", View) if view.has("operation")]
    asks_sender = any(
        source.data.get(key)
        for source in sources
        for key in SOURCE_FIELDS
        if key not in _HTTP_FIELDS
    )
    asks_port = any(target.data.get(key) for target in targets for key in ("ports", "notPorts"))
    if (targets and not asks_port) or (sources and not targets and not asks_sender):
        yield warn(
            rule.at(),
            "this rule asks only about HTTP, so on TCP ports it denies everything; name its ports",
        )
