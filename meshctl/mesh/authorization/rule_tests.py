"""The arrivals that a rule of an AuthorizationPolicy matches, as Envoy is told it.

Mirrors Model.Generate (pilot/pkg/security/authz/model/model.go, Istio 1.31).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from meshctl.mesh.authorization.arrival import Arrival
from meshctl.mesh.authorization.conditions import Condition, Test, Writer, is_known_key
from meshctl.resources import AuthorizationPolicy, AuthorizationRule, Ref, View

OF_SOURCE = {
    "principals": "source.principal",
    "requestPrincipals": "request.auth.principal",
    "serviceAccounts": "source.serviceAccount",
    "trustDomains": "source.trustDomain",
    "namespaces": "source.namespace",
    "remoteIpBlocks": "remote.ip",
    "ipBlocks": "source.ip",
}
OF_OPERATION = {
    "hosts": "hosts", "methods": "methods", "paths": "paths", "ports": "destination.port",
}  # fmt: skip
Alternatives = tuple[tuple[Test, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class WrittenRule:
    """One rule as it stands in a filter: all of ``when``, one of each group of alternatives.

    ``number`` is its place in the policy; a policy without rules has one that never matches.
    ``suffix`` is what istiod adds to the name of a CUSTOM rule that it turns into a DENY.
    """

    policy: AuthorizationPolicy
    number: int
    when: tuple[Test, ...] = ()
    groups: tuple[Alternatives, ...] = ()
    never: bool = False
    reads_metadata: bool = False
    """Does it ask for metadata of other filters, which can't be known?"""
    suffix: str = ""

    @property
    def title(self) -> str:
        """``namespace/name#number``, as messages and results name it."""
        return f"{self.policy.key_name}#{self.number}{self.suffix}"

    @property
    def envoy_name(self) -> str:
        """The name in Envoy's configuration, by which it orders them."""
        policy = self.policy
        return f"ns[{policy.namespace}]-policy[{policy.name}]-rule[{self.number}]{self.suffix}"

    @property
    def place(self) -> Ref:
        """Where it is written."""
        at = self.policy.spec.at
        return at("rules", self.number) if self.policy.rules else at("rules")

    def matches(self, arrival: Arrival) -> bool:
        """Does it match?"""
        if self.never or not all(test(arrival) for test in self.when):
            return False
        return all(
            any(all(test(arrival) for test in tests) for tests in alternatives)
            for alternatives in self.groups
        )


def written_rules(
    policy: AuthorizationPolicy, domains: tuple[str, ...], *, for_tcp: bool
) -> tuple[WrittenRule, ...]:
    """Write the rules of a policy for HTTP or for bare connections; some may be left out."""
    if not policy.rules:
        return (WrittenRule(policy, 0, never=True),)
    writer = Writer(policy.namespace, domains, for_tcp)
    found = (_write(policy, number, rule, writer) for number, rule in enumerate(policy.rules))
    return tuple(written_rule for written_rule in found if written_rule is not None)


def _write(
    policy: AuthorizationPolicy, number: int, rule: AuthorizationRule, writer: Writer
) -> WrittenRule | None:
    keys = [condition.text("key") for condition in rule.conditions]
    if not all(is_known_key(key) for key in keys):
        return None
    when = when_conditions(rule)
    sources = [source_conditions(source) for source in rule.sources]
    operations = [operation_conditions(operation) for operation in rule.operations]
    tests = _tests(when, writer)
    groups = [
        [_tests(conditions, writer) for conditions in several]
        for several in (sources, operations)
        if several
    ]
    everything = (*tests, *(test for group in groups for one in group for test in one))
    if policy.action == "ALLOW" and None in everything:
        return None
    return WrittenRule(
        policy, number, _known(tests), tuple(tuple(map(_known, group)) for group in groups),
        reads_metadata=any(key.startswith("experimental.") for key in keys),
    )  # fmt: skip


def when_conditions(rule: AuthorizationRule) -> list[Condition]:
    """List what ``when`` asks."""
    return [
        _condition(condition, condition.text("key"), "values", "notValues")
        for condition in rule.conditions
    ]


def source_conditions(source: View) -> list[Condition]:
    """List what one alternative of ``from`` asks."""
    return list(_fields(source, OF_SOURCE))


def operation_conditions(operation: View) -> list[Condition]:
    """List what one alternative of ``to`` asks."""
    return list(_fields(operation, OF_OPERATION))


def _fields(view: View, names: dict[str, str]) -> Iterator[Condition]:
    for field, key in names.items():
        yield _condition(view, key, field, f"not{field[0].upper()}{field[1:]}")


def _condition(view: View, key: str, values: str, not_values: str) -> Condition:
    return Condition(key, view.texts(values), view.texts(not_values))


def _tests(conditions: Sequence[Condition], writer: Writer) -> tuple[Test | None, ...]:
    return tuple(test for condition in conditions for test in condition.tests(writer))


def _known(tests: Sequence[Test | None]) -> tuple[Test, ...]:
    return tuple(test for test in tests if test is not None)
