"""Tells which clients policies can let in, or refuse, whatever else a request says.

Only what a rule says about the client's certificate, and about the port if it is known, is read;
every other condition is taken as one that some request meets (Model.Generate,
pilot/pkg/security/authz/model/model.go, Istio 1.31).
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from meshctl.mesh.authorization.arrival import Arrival
from meshctl.mesh.authorization.conditions import Condition, Test, Writer
from meshctl.mesh.authorization.rule_tests import (
    operation_conditions,
    source_conditions,
    when_conditions,
)
from meshctl.mesh.authorization.trust_domains import with_aliases
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.resources import AuthorizationRule
from meshctl.resources.cached_property import cached_property

_IDENTITY = frozenset(
    {"source.principal", "source.serviceAccount", "source.trustDomain", "source.namespace"}
)
_PORT = "destination.port"
_PRINCIPAL = "source.principal"


class KnownClient(NamedTuple):
    """The identity of a client, ``None`` without a certificate, and the container port it calls."""

    principal: str | None
    port: int | None = None

    @property
    def keys(self) -> frozenset[str]:
        """The conditions that this much decides."""
        return _IDENTITY if self.port is None else _IDENTITY | {_PORT}


class IdentityRule:
    """A rule of a policy, read for what it says of a client's certificate and port."""

    def __init__(self, rule: AuthorizationRule, home: str, domains: tuple[str, ...]) -> None:
        self._writer = Writer(home, domains, for_tcp=False)
        self._when = when_conditions(rule)
        self._sources = [source_conditions(source) for source in rule.sources]
        self._operations = [operation_conditions(operation) for operation in rule.operations]
        several = (self._when, *self._sources, *self._operations)
        self._asked = frozenset(
            condition.key
            for conditions in several
            for condition in conditions
            if condition.values or condition.not_values
        )
        self._asks = any(several)
        self._tests = IdentityCache(self._write)

    @cached_property
    def principals(self) -> frozenset[str] | None:
        """The clients that it can match, by their whole names; ``None`` if others may be."""
        found: set[str] = set()
        for conditions in self._sources:
            named = next(
                (condition.values for condition in conditions if condition.key == _PRINCIPAL), ()
            )
            if not named or any("*" in one for one in named):
                return None
            found.update(with_aliases(named, self._writer.domains))
        return frozenset(found) if self._sources else None

    def may_match(self, client: KnownClient) -> bool:
        """Can it match a request of this client?"""
        return self._meets(self._when, client) and all(
            not group or any(self._meets(conditions, client) for conditions in group)
            for group in (self._sources, self._operations)
        )

    def is_all_of(self, client: KnownClient) -> bool:
        """Does it match all that this client sends?"""
        return self._asks and self._asked <= client.keys and self.may_match(client)

    def _meets(self, conditions: Iterable[Condition], client: KnownClient) -> bool:
        arrival = Arrival(client.port or 0, principal=client.principal)
        tests = (
            test
            for condition in conditions
            if condition.key in client.keys
            for test in self._tests.of(condition)
        )
        return all(test is None or test(arrival) for test in tests)

    def _write(self, condition: Condition) -> Sequence[Test | None]:
        return tuple(condition.tests(self._writer))
