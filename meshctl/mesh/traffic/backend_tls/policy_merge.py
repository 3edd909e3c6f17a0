"""What holds where a user's DestinationRule and BackendTLSPolicies are for one host.

Mirrors mergeBackendPolicyTrafficPolicy and mergeBackendPolicyPortLevelSettings
(pilot/pkg/model/destination_rule.go, Istio 1.31): the user's fields win, field by field, and those of the
policy fill the gaps, of each port too.
"""

from collections.abc import Sequence
from typing import Any

from meshctl.resources import (
    DestinationRule,
    GeneratedDestinationRule,
    Ref,
    TrafficPolicy,
    View,
)
from meshctl.resources.view import Path

_PLACE = ("spec", "trafficPolicy")
_PORTS = "portLevelSettings"


def merged_policy(rules: Sequence[DestinationRule]) -> TrafficPolicy:
    """Merge the policies of rules of one host, in istiod's order: the first is of a BackendTLSPolicy.

    A younger rule of a user wins over an older one there, as istiod takes what it has merged so far for
    that of the policy.
    """
    policy = rules[0].policy
    for rule in rules[1:]:
        if not rule.is_generated and rule.spec.has("trafficPolicy"):
            policy = _filled(rule, policy)
    return policy


def _filled(rule: DestinationRule, backend: TrafficPolicy) -> TrafficPolicy:
    """Fill the gaps of a user's rule."""
    user = rule.policy
    origins: dict[Path, Ref] = {(): rule.at()}
    merged: dict[str, Any] = {}
    _overlay(merged, origins, _PLACE, (backend, user))
    gaps = {port.port: port for port in backend.ports}
    several = [(gaps.pop(port.port), port) if port.port in gaps else (port,) for port in user.ports]
    several += [(port_policy,) for port_policy in gaps.values()]
    merged[_PORTS] = [{} for _ in several]
    for index, parts in enumerate(several):
        _overlay(merged[_PORTS][index], origins, (*_PLACE, _PORTS, index), parts)
    data = {**rule.data, "spec": {**rule.spec.data, "trafficPolicy": merged}}
    return GeneratedDestinationRule(rule, data, origins).policy


def _overlay(
    merged: dict[str, Any], origins: dict[Path, Ref], place: Path, parts: Sequence[View]
) -> None:
    """Add the fields of parts, of which the last one wins, with where they are written."""
    for part in parts:
        for key in part.names():
            merged[key] = part.data[key]
            origins[*place, key] = _written(part.at(key))
            for below in part.child(key).names():
                origins[*place, key, below] = _written(part.at(key, below))


def _written(place: Ref) -> Ref:
    rule = place.resource
    is_generated = isinstance(rule, DestinationRule) and rule.is_generated
    return rule.origin(place) if is_generated else place
