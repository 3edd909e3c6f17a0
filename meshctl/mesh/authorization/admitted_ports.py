"""Tells to which container ports ALLOW policies let requests in, beside those for metrics."""

from collections.abc import Iterable

from meshctl.mesh.authorization.rule_tests import operation_conditions, when_conditions
from meshctl.resources import AuthorizationPolicy, AuthorizationRule, View

_PORT = "destination.port"
_OF_METRICS = frozenset({"metrics", "prometheus"})
"""How the paths end that Prometheus asks for (the defaults of its clients and of Envoy)."""


def admits_requests_to(policies: Iterable[AuthorizationPolicy], port: int) -> bool:
    """Can a rule match a request to a container port that isn't for a path of metrics?"""
    return any(_may_match(rule, str(port)) for policy in policies for rule in policy.rules)


def _may_match(rule: AuthorizationRule, port: str) -> bool:
    for condition in when_conditions(rule):
        if condition.key == _PORT and not _takes(condition.values, condition.not_values, port):
            return False
    return not rule.operations or any(_is_open(operation, port) for operation in rule.operations)


def _is_open(operation: View, port: str) -> bool:
    for condition in operation_conditions(operation):
        if condition.key == _PORT and not _takes(condition.values, condition.not_values, port):
            return False
    paths = operation.texts("paths")
    return not paths or not all(map(_is_for_metrics, paths))


def _takes(values: Iterable[str], not_values: Iterable[str], port: str) -> bool:
    values = tuple(values)
    return (not values or port in values) and port not in not_values


def _is_for_metrics(path: str) -> bool:
    return path.rstrip("*").rstrip("/").rpartition("/")[2] in _OF_METRICS
