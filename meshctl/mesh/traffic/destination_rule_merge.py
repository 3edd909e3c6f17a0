"""Merges DestinationRules of one namespace and host, and finds what that loses.

Mirrors mergeDestinationRule (pilot/pkg/model/destination_rule.go) of Istio 1.31: a younger
rule whose exportTo equals or contains the older one's is merged into it, and any other stays
apart, where the youngest that reaches a client wins alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from meshctl.mesh.core.precedence import order_is_known
from meshctl.mesh.traffic.destination_rules import selector_of
from meshctl.resources import DestinationRule, Subset


class MergeLoss(Enum):
    """What is lost when two rules of one host meet."""

    NOTHING = "nothing"
    POLICY = "policy"
    """The younger rule's trafficPolicy is ignored."""
    SUBSET = "subset"
    """The younger rule's subset is ignored."""
    AUDIENCE = "audience"
    """The younger rule's policy isn't read by the clients that only it is exported to."""
    OLDER = "older"
    """The older rule is ignored for the clients that both reach."""
    UNSELECTED = "unselected"
    """The rule without workloadSelector is swallowed by the one with it."""


@dataclass(frozen=True, slots=True, eq=False)
class RuleMerge:
    """Two rules of one host, the older first, and what is lost."""

    older: DestinationRule
    younger: DestinationRule
    loss: MergeLoss
    order_known: bool
    subset: tuple[Subset, Subset] | None = None
    """The older and the younger subset of one name."""


@dataclass(slots=True, eq=False)
class _RuleGroup:
    """Rules that merge: the first of them, and who sets the policy and each subset."""

    export_to: frozenset[str]
    selector: Mapping[str, str] | None
    first: DestinationRule
    policy: DestinationRule | None = None
    subsets: dict[str, Subset] = field(default_factory=dict)


def meetings(rules: Sequence[DestinationRule]) -> Iterator[RuleMerge]:
    """Walk what happens to rules of one namespace and host, given in istiod's order.

    Each rule is compared with those that came before it, but only with the first of each kind:
    the first that sets a policy or a subset, and the first with each exportTo.
    """
    known = order_is_known(rules)
    groups: list[_RuleGroup] = []
    for rule in rules:
        export_to, selector = exported(rule), selector_of(rule)
        home = None
        for group in groups:
            if group.selector != selector:
                if group.export_to == export_to and selector is None:
                    yield RuleMerge(group.first, rule, MergeLoss.UNSELECTED, order_known=True)
            elif group.export_to == export_to:
                home = group
            elif group.export_to and export_to > group.export_to:
                home = group
                yield RuleMerge(group.first, rule, MergeLoss.AUDIENCE, known)
            elif _is_lost(group, rule, known=known):
                yield RuleMerge(group.first, rule, MergeLoss.OLDER, known)
        if home is None:
            home = _RuleGroup(export_to, selector, rule)
            groups.append(home)
        else:
            yield from _merge(rule, home, known=known)
        if home.policy is None and rule.spec.has("trafficPolicy"):
            home.policy = rule
        for subset in rule.subsets:
            home.subsets.setdefault(subset.name, subset)


def exported(rule: DestinationRule) -> frozenset[str]:
    """Read exportTo as istiod compares it; a workloadSelector keeps a rule in its namespace."""
    return frozenset({"."}) if selector_of(rule) is not None else frozenset(rule.export_to)


def _merge(rule: DestinationRule, group: _RuleGroup, *, known: bool) -> Iterator[RuleMerge]:
    lossless = group.export_to == exported(rule)
    if rule.spec.has("trafficPolicy") and group.policy is not None:
        lossless = False
        yield RuleMerge(group.policy, rule, MergeLoss.POLICY, known)
    for subset in rule.subsets:
        first = group.subsets.get(subset.name)
        if first is not None and first.data != subset.data:
            lossless = False
            assert isinstance(first.resource, DestinationRule)  # noqa: S101 - narrows the type
            yield RuleMerge(first.resource, rule, MergeLoss.SUBSET, known, (first, subset))
    if lossless:
        yield RuleMerge(group.first, rule, MergeLoss.NOTHING, known)


def _is_lost(group: _RuleGroup, rule: DestinationRule, *, known: bool) -> bool:
    """Does the older rule reach nobody that the younger doesn't?

    A younger rule for fewer clients is a proper exception. Without ages either could be older,
    so it is enough that one covers the other.
    """
    older, younger = (_audience(reach, rule) for reach in (group.export_to, exported(rule)))
    return _covers(younger, older) or (not known and _covers(older, younger))


def _audience(export_to: frozenset[str], rule: DestinationRule) -> frozenset[str] | None:
    """The namespaces a rule reaches, ``None`` for all."""
    if not export_to or "*" in export_to:
        return None
    return frozenset(rule.namespace if name == "." else name for name in export_to - {"~"})


def _covers(wide: frozenset[str] | None, narrow: frozenset[str] | None) -> bool:
    if wide is None:
        return narrow is None or bool(narrow)
    return bool(narrow) and narrow <= wide if narrow is not None else False
