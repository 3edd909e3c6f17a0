"""Tells which clients policies can let in, or refuse, whatever else a request says.

Only what a rule says about the client's certificate, and about the port if it is known, is read;
every other condition is taken as one that some request meets (Model.Generate,
pilot/pkg/security/authz/model/model.go, Istio 1.31).
"""

from collections.abc import Iterable
from typing import NamedTuple

from meshctl.mesh.authorization.arrival import Arrival
from meshctl.mesh.authorization.conditions import Condition, Writer
from meshctl.mesh.authorization.rule_tests import (
    operation_conditions,
    source_conditions,
    when_conditions,
)
from meshctl.resources import AuthorizationPolicy, AuthorizationRule

_IDENTITY = frozenset(
    {"source.principal", "source.serviceAccount", "source.trustDomain", "source.namespace"}
)
_PORT = "destination.port"


class KnownClient(NamedTuple):
    """The identity of a client, ``None`` without a certificate, and the container port it calls."""

    principal: str | None
    port: int | None = None

    @property
    def keys(self) -> frozenset[str]:
        """The conditions that this much decides."""
        return _IDENTITY if self.port is None else _IDENTITY | {_PORT}


def may_admit(policy: AuthorizationPolicy, client: KnownClient, domains: tuple[str, ...]) -> bool:
    """Can a rule of an ALLOW policy match a request of this client?"""
    writer = Writer(policy.namespace, domains, for_tcp=False)
    return any(_may_match(rule, client, writer) for rule in policy.rules)


def refuses(policy: AuthorizationPolicy, client: KnownClient, domains: tuple[str, ...]) -> bool:
    """Does a rule of a DENY policy match all that this client sends?"""
    writer = Writer(policy.namespace, domains, for_tcp=False)
    return any(
        _asks_only(rule, client.keys) and _may_match(rule, client, writer) for rule in policy.rules
    )


def _asks_only(rule: AuthorizationRule, keys: frozenset[str]) -> bool:
    asked = [*when_conditions(rule)]
    for source in rule.sources:
        asked += source_conditions(source)
    for operation in rule.operations:
        asked += operation_conditions(operation)
    return bool(asked) and all(
        condition.key in keys for condition in asked if condition.values or condition.not_values
    )


def _may_match(rule: AuthorizationRule, client: KnownClient, writer: Writer) -> bool:
    groups = (
        [source_conditions(source) for source in rule.sources],
        [operation_conditions(operation) for operation in rule.operations],
    )
    return _meets(when_conditions(rule), client, writer) and all(
        not group or any(_meets(conditions, client, writer) for conditions in group)
        for group in groups
    )


def _meets(conditions: Iterable[Condition], client: KnownClient, writer: Writer) -> bool:
    arrival = Arrival(client.port or 0, principal=client.principal)
    tests = (
        test
        for condition in conditions
        if condition.key in client.keys
        for test in condition.tests(writer)
    )
    return all(test is None or test(arrival) for test in tests)
