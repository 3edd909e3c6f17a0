"""Tells whether what one rule of an AuthorizationPolicy matches is a part of what another does.

Both are compared condition by condition, by the ways istiod writes values (exact, prefix, suffix,
any: pilot/pkg/security/authz/matcher/string.go, Istio 1.31). Where that doesn't tell, the answer is
no.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from ipaddress import ip_network
from itertools import chain
from typing import NamedTuple

from meshctl.mesh.authorization.conditions import Condition
from meshctl.mesh.authorization.path_template import is_path_template
from meshctl.mesh.authorization.rule_tests import (
    operation_conditions,
    source_conditions,
    when_conditions,
)
from meshctl.mesh.registry.service_accounts import parse_principal
from meshctl.resources import AuthorizationRule, View

ADDRESSES = frozenset({"source.ip", "remote.ip", "destination.ip"})
_NAMESPACE = "source.namespace"
_Values = dict[str, tuple[tuple[str, ...], tuple[str, ...]]]
"""The values and the negated values of each key."""
_Filed = tuple[str, str | tuple[int, int, int]]
"""A key with a value of it, or with a network: bits of its addresses in all, those of its own, and these."""


class _Anchor(NamedTuple):
    """Under what an alternative may be filed: its own values, and those that take what it leaves out."""

    own: list[_Filed]
    wider: Sequence[_Filed] = ()


def covers(wide: AuthorizationRule, narrow: AuthorizationRule) -> bool:
    """Does every request that meets the narrow rule meet the wide one too?"""
    if not _implies(_values(when_conditions(narrow)), when_conditions(wide)):
        return False
    by_source = _is_covered(narrow.sources, wide.sources, source_conditions)
    return by_source and covers_operations(wide, narrow)


def covers_operations(wide: AuthorizationRule, narrow: AuthorizationRule) -> bool:
    """Does what one rule asks of requests, whoever sends them, take in what another asks of them?"""
    return _is_covered(narrow.operations, wide.operations, operation_conditions)


def covered_within(
    rules: Sequence[AuthorizationRule],
) -> Iterator[tuple[AuthorizationRule, AuthorizationRule]]:
    """Walk the rules that a wider one of the same list covers, each with it.

    A rule without any condition is wider than all others and isn't looked at. Equal ones are looked at once.
    """
    asking = [rule for rule in rules if rule.sources or rule.operations or rule.conditions]
    written = [repr(rule.data) for rule in asking]
    distinct: dict[str, AuthorizationRule] = {}
    for rule, text in zip(asking, written, strict=True):
        distinct.setdefault(text, rule)
    index = RuleIndex([*distinct.values()])
    found = {text: _wider_than(rule, index) for text, rule in distinct.items()}
    for rule, text in zip(asking, written, strict=True):
        wide = found[text]
        if wide is not None:
            yield rule, wide


def _wider_than(rule: AuthorizationRule, index: "RuleIndex") -> AuthorizationRule | None:
    candidates = (other for other in index.candidates(rule) if other is not rule)
    wider = (other for other in candidates if covers(other, rule) and not covers(rule, other))
    return next(wider, None)


class RuleIndex:
    """Rules by values that a rule within them must have, so that few pairs are compared.

    Each alternative of a wide rule is filed by the values of that condition which it shares with fewest
    others; a narrow one within it has a value there that one of those takes: the same, or one with a prefix
    or suffix of it, or a part of the network. A value that it leaves out is one that the narrow one leaves
    out, too, be it by a wider one.
    """

    def __init__(self, rules: Sequence[AuthorizationRule]) -> None:
        self._rules = rules
        self._anywhere: list[int] = []
        self._filed: dict[_Filed, list[int]] = {}
        choices = [[list(_anchors(one)) for one in _alternatives(rule)] for rule in rules]
        shared = Counter(
            chain.from_iterable(anchor.own for each in choices for one in each for anchor in one)
        )
        for number, alternatives in enumerate(choices):
            if not all(alternatives):
                self._anywhere.append(number)
                continue
            for anchors in alternatives:
                best = min(anchors, key=lambda anchor: sum(map(shared.__getitem__, anchor.own)))
                for value in (*best.own, *best.wider):
                    self._filed.setdefault(value, []).append(number)

    def candidates(self, rule: AuthorizationRule) -> Iterator[AuthorizationRule]:
        """The rules that may cover one, in their order."""
        found = set(self._anywhere)
        asked = [
            when_conditions(rule),
            *map(source_conditions, rule.sources[:1]),
            *map(operation_conditions, rule.operations[:1]),
        ]
        for values in map(_values, asked):
            known = {key: own for key, (own, _) in values.items() if own}
            known.setdefault(_NAMESPACE, namespaces_of(known.get("source.principal", ())))
            for key, own in known.items():
                for value in _wider(key, own[0]) if own else ():
                    found.update(self._filed.get(value, ()))
            for key, (_, left_out) in values.items():
                for text in left_out:
                    found.update(self._filed.get(_without(next(_wider(key, text))), ()))
        return map(self._rules.__getitem__, sorted(found))


def _alternatives(rule: AuthorizationRule) -> list[_Values]:
    """What the alternatives of a rule's first kind ask: its sources, operations or conditions."""
    if rule.sources:
        return [_values(source_conditions(source)) for source in rule.sources]
    if rule.operations:
        return [_values(operation_conditions(operation)) for operation in rule.operations]
    return [_values(when_conditions(rule))]


def _anchors(values: _Values) -> Iterator[_Anchor]:
    """Walk the conditions by which an alternative may be found, as what it is filed under for each."""
    for key, (own, left_out) in values.items():
        if own and "*" not in own:
            yield _Anchor([next(_wider(key, text)) for text in own])
        for text in left_out:
            first, *wider = map(_without, _wider(key, text))
            yield _Anchor([first], [*wider, _without((key, "*"))])


def _without(filed: _Filed) -> _Filed:
    """Give that under which what leaves a value out is filed."""
    key, value = filed
    return f"not {key}", value


def _wider(key: str, text: str) -> Iterator[_Filed]:
    """Walk what a value, and every other one that takes it, are filed under."""
    if key not in ADDRESSES:
        yield from ((key, each) for each in _shorter(text))
        return
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        yield key, text
        return
    bits, most = int(network.network_address), network.max_prefixlen
    for length in range(network.prefixlen, -1, -1):
        yield key, (most, length, bits >> (most - length))


def _shorter(text: str) -> Iterator[str]:
    """Walk a value and every pattern with a star at an end that takes it."""
    yield text
    bare = text.strip("*")
    if not text.startswith("*"):
        yield from (f"{bare[:end]}*" for end in range(1, len(bare) + 1))
    if not text.endswith("*"):
        yield from (f"*{bare[start:]}" for start in range(len(bare)))


def _is_covered(
    narrow: Sequence[View], wide: Sequence[View], read: Callable[[View], list[Condition]]
) -> bool:
    if not wide:
        return True
    return bool(narrow) and all(
        any(_implies(_values(read(view)), read(other)) for other in wide) for view in narrow
    )


def _values(conditions: Sequence[Condition]) -> _Values:
    """What is asked of each key: all of it is, so that of several lists of values one will do."""
    found: _Values = {}
    for condition in conditions:
        if condition.values or condition.not_values:
            values, not_values = found.get(condition.key, ((), ()))
            found[condition.key] = (
                values or condition.values,
                (*not_values, *condition.not_values),
            )
    return found


def _implies(narrow: _Values, wide: Sequence[Condition]) -> bool:
    return all(
        _implies_key(condition.key, narrow, condition.values, condition.not_values)
        for condition in wide
        if condition.values or condition.not_values
    )


def _implies_key(
    key: str, narrow: _Values, values: tuple[str, ...], not_values: tuple[str, ...]
) -> bool:
    own, own_not = narrow.get(key, ((), ()))
    if not own and key == _NAMESPACE:
        own = namespaces_of(narrow.get("source.principal", ((), ()))[0])
    if values and not (own and takes_all_of(key, values, own)):
        return False
    return takes_all_of(key, own_not, not_values)


def takes_all_of(key: str, patterns: Sequence[str], texts: Sequence[str]) -> bool:
    """Is each of some values within one of the patterns?"""
    rest = set(texts).difference(patterns)
    if not rest:
        return True
    exact = key not in ADDRESSES
    wide = [pattern for pattern in patterns if not exact or "*" in pattern]
    return all(any(_takes(key, one, text) for one in wide) for text in rest)


def namespaces_of(principals: Sequence[str]) -> tuple[str, ...]:
    """The namespaces of identities, if all of them are written in full."""
    found = [None if "*" in text else parse_principal(text) for text in principals]
    return (
        tuple(principal.namespace for principal in found if principal is not None)
        if all(found)
        else ()
    )


def _takes(key: str, pattern: str, text: str) -> bool:
    """Is everything that one value matches matched by another one?"""
    if pattern == text:
        return True
    if key in ADDRESSES:
        return _contains(pattern, text)
    if is_path_template(pattern) or is_path_template(text):
        return False
    if pattern == "*":
        return True
    if pattern.endswith("*"):
        return not text.startswith("*") and text.startswith(pattern[:-1])
    if pattern.startswith("*"):
        return not text.endswith("*") and text.endswith(pattern[1:])
    return False


def _contains(wide: str, narrow: str) -> bool:
    try:
        one, other = ip_network(wide, strict=False), ip_network(narrow, strict=False)
    except ValueError:
        return False
    return one.version == other.version and other.subnet_of(one)  # type: ignore[arg-type]
