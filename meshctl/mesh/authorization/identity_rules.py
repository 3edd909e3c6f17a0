"""Tells which identities policies can let in, or refuse, whatever else a request says.

Only what a rule says about the client's certificate is read; every other condition is taken as one
that some request meets (Model.Generate, pilot/pkg/security/authz/model/model.go, Istio 1.31).
"""

from collections.abc import Iterable

from meshctl.mesh.authorization.arrival import Arrival
from meshctl.mesh.authorization.conditions import Condition, Writer
from meshctl.mesh.authorization.rule_tests import source_conditions, when_conditions
from meshctl.resources import AuthorizationPolicy, AuthorizationRule

_KEYS = frozenset(
    {"source.principal", "source.serviceAccount", "source.trustDomain", "source.namespace"}
)


def may_admit(policy: AuthorizationPolicy, principal: str, domains: tuple[str, ...]) -> bool:
    """Can a rule of an ALLOW policy match a client of this identity?"""
    writer = Writer(policy.namespace, domains, for_tcp=False)
    return any(_may_match(rule, principal, writer) for rule in policy.rules)


def refuses(policy: AuthorizationPolicy, principal: str, domains: tuple[str, ...]) -> bool:
    """Does a rule of a DENY policy match all that a client of this identity sends?"""
    writer = Writer(policy.namespace, domains, for_tcp=False)
    return any(
        not rule.operations and _asks_identity_alone(rule) and _may_match(rule, principal, writer)
        for rule in policy.rules
    )


def _asks_identity_alone(rule: AuthorizationRule) -> bool:
    asked = [*when_conditions(rule)]
    for source in rule.sources:
        asked += source_conditions(source)
    return bool(asked) and all(
        condition.key in _KEYS for condition in asked if condition.values or condition.not_values
    )


def _may_match(rule: AuthorizationRule, principal: str, writer: Writer) -> bool:
    if not _meets(when_conditions(rule), principal, writer):
        return False
    sources = rule.sources
    return not sources or any(
        _meets(source_conditions(source), principal, writer) for source in sources
    )


def _meets(conditions: Iterable[Condition], principal: str, writer: Writer) -> bool:
    arrival = Arrival(0, principal=principal)
    tests = (
        test
        for condition in conditions
        if condition.key in _KEYS
        for test in condition.tests(writer)
    )
    return all(test is None or test(arrival) for test in tests)
