"""Tells whether what one rule of an AuthorizationPolicy matches is a part of what another does.

Both are compared condition by condition, by the ways istiod writes values (exact, prefix, suffix,
any: pilot/pkg/security/authz/matcher/string.go, Istio 1.31). Where that doesn't tell, the answer is
no.
"""

from collections.abc import Callable, Iterator, Sequence
from ipaddress import ip_network

from meshctl.mesh.authorization.conditions import Condition
from meshctl.mesh.authorization.path_template import is_path_template
from meshctl.mesh.authorization.rule_tests import (
    operation_conditions,
    source_conditions,
    when_conditions,
)
from meshctl.mesh.registry.service_accounts import parse_principal
from meshctl.resources import AuthorizationRule, View

_ADDRESSES = frozenset({"source.ip", "remote.ip", "destination.ip"})
_NAMESPACE = "source.namespace"
_Values = dict[str, tuple[tuple[str, ...], tuple[str, ...]]]
"""The values and the negated values of each key."""


def covers(wide: AuthorizationRule, narrow: AuthorizationRule) -> bool:
    """Does every request that meets the narrow rule meet the wide one too?"""
    if not _implies(_values(when_conditions(narrow)), _values(when_conditions(wide))):
        return False
    return _is_covered(narrow.sources, wide.sources, source_conditions) and _is_covered(
        narrow.operations, wide.operations, operation_conditions
    )


def covered_within(
    rules: Sequence[AuthorizationRule],
) -> Iterator[tuple[AuthorizationRule, AuthorizationRule]]:
    """Walk the rules that a wider one of the same list covers, each with it.

    A rule without any condition is wider than all others and isn't looked at.
    """
    asking = [one for one in rules if one.sources or one.operations or one.conditions]
    for one in asking:
        wider = (other for other in asking if covers(other, one) and not covers(one, other))
        wide = next(wider, None)
        if wide is not None:
            yield one, wide


def _is_covered(
    narrow: Sequence[View], wide: Sequence[View], read: Callable[[View], list[Condition]]
) -> bool:
    if not wide:
        return True
    return bool(narrow) and all(
        any(_implies(_values(read(one)), _values(read(other))) for other in wide) for one in narrow
    )


def _values(conditions: Sequence[Condition]) -> _Values:
    return {
        one.key: (one.values, one.not_values)
        for one in conditions
        if one.values or one.not_values
    }  # fmt: skip


def _implies(narrow: _Values, wide: _Values) -> bool:
    return all(_implies_key(key, narrow, *asked) for key, asked in wide.items())


def _implies_key(
    key: str, narrow: _Values, values: tuple[str, ...], not_values: tuple[str, ...]
) -> bool:
    own, own_not = narrow.get(key, ((), ()))
    if not own and key == _NAMESPACE:
        own = _namespaces(narrow.get("source.principal", ((), ()))[0])
    if values and not (own and all(any(_takes(key, one, text) for one in values) for text in own)):
        return False
    return all(any(_takes(key, one, text) for one in own_not) for text in not_values)


def _namespaces(principals: Sequence[str]) -> tuple[str, ...]:
    """The namespaces of identities, if all of them are written in full."""
    found = [None if "*" in text else parse_principal(text) for text in principals]
    return tuple(one.namespace for one in found if one is not None) if all(found) else ()


def _takes(key: str, pattern: str, text: str) -> bool:
    """Is everything that one value matches matched by another one?"""
    if pattern == text:
        return True
    if key in _ADDRESSES:
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
