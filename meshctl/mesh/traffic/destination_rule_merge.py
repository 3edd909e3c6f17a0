"""Merges DestinationRules of one namespace and host, and finds what that loses.

Mirrors mergeDestinationRule (pilot/pkg/model/destination_rule.go) of Istio 1.31: a younger
rule whose exportTo equals or contains the older one's is merged into it, and any other stays
apart, where the youngest that reaches a client wins alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from meshctl.mesh.core.precedence import order_is_known
from meshctl.mesh.core.selectors import SelectorIndex
from meshctl.resources import DestinationRule, Subset
from meshctl.resources.cached_property import cached_property

Labels = Mapping[str, str]


@dataclass(slots=True, eq=False)
class MergedRule:
    """Rules of one host that istiod folds into one while it goes through them by age."""

    export_to: frozenset[str]
    selector: Labels | None
    rules: list[DestinationRule]

    def takes(self, export_to: frozenset[str], selector: Labels | None) -> bool:
        """Is a younger rule folded into these?"""
        if selector is not None and self.selector is not None and selector != self.selector:
            return False
        return _is_folded(export_to, self.export_to)


class HostRules:
    """The rules of one namespace for one host, as istiod merges them and clients choose."""

    def __init__(self, merged: Iterable[MergedRule] = ()) -> None:
        self.merged = list(merged)
        self._filed: dict[str, dict[object, list[MergedRule]]] = {}

    def fold(self, rule: DestinationRule, export_to: frozenset[str]) -> None:
        """Add the next younger rule, as mergeDestinationRule does.

        istiod lets the last comparison decide whether a rule also stands alone.
        """
        selector = selector_of(rule)
        for other in self._near(export_to, selector):
            if other.takes(export_to, selector):
                other.rules.append(rule)
        last = self.merged[-1] if self.merged else None
        is_other = last is None or (export_to != last.export_to and selector != last.selector)
        if last is None or is_other or not last.takes(export_to, selector):
            alone = MergedRule(export_to, selector, [rule])
            self.merged.append(alone)
            filed = self._filed.setdefault(min(export_to, default=""), {})
            filed.setdefault(selector_key(selector), []).append(alone)

    def _near(self, export_to: frozenset[str], selector: Labels | None) -> Iterator[MergedRule]:
        """Walk what may take a rule: it has no other selector, and its first namespace is shared."""
        for name in export_to or ("",):
            filed = self._filed.get(name, {})
            keys: Iterable[object] = filed if selector is None else (selector_key(selector), None)
            for key in keys:
                yield from filed.get(key, ())

    def read_from(self, namespace: str) -> "HostRules":
        """Those that are exported to a namespace; most read the same."""
        return self._readers.get(namespace) or self._readers["*"]

    @cached_property
    def _readers(self) -> dict[str, "HostRules"]:
        everyone = [
            n for n, merged_rule in enumerate(self.merged) if reaches(merged_rule.export_to, "*")
        ]
        if len(everyone) == len(self.merged):
            return {"*": self}
        found: dict[str, list[int]] = {"*": everyone}
        for number, merged_rule in enumerate(self.merged):
            for name in () if reaches(merged_rule.export_to, "*") else merged_rule.export_to:
                found.setdefault(name, [*everyone]).append(number)
        return {
            name: HostRules(self.merged[number] for number in sorted(numbers))
            for name, numbers in found.items()
        }

    def chosen(self, labels: Mapping[str, str]) -> MergedRule | None:
        """The first whose selector picks a client, else the youngest without one."""
        picked = self._selecting.find(labels) if self._selecting is not None else ()
        return picked[0] if picked else self._for_all

    @cached_property
    def _selecting(self) -> SelectorIndex[MergedRule] | None:
        """Those with a selector, by its labels; few hosts have any."""
        index: SelectorIndex[MergedRule] = SelectorIndex()
        several = [one for one in self.merged if one.selector is not None]
        for merged_rule in several:
            index.add(merged_rule.selector or {}, merged_rule)
        return index if several else None

    @cached_property
    def _for_all(self) -> MergedRule | None:
        return next(
            (merged_rule for merged_rule in reversed(self.merged) if merged_rule.selector is None),
            None,
        )

    @cached_property
    def order_known(self) -> bool:
        """Do the texts say what clients follow, whatever the ages of the rules?"""
        rules = (rule for merged in self.merged for rule in merged.rules)
        written = {rule for rule in rules if not rule.is_generated}
        return order_is_known(written) or not _order_matters(self.merged)


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

    def takes(self, export_to: frozenset[str]) -> bool:
        """Is a younger rule with the same selector merged into these?"""
        return _is_folded(export_to, self.export_to)


def meetings(rules: Sequence[DestinationRule], *, is_for_home: bool = False) -> Iterator[RuleMerge]:
    """Walk what happens to rules of one namespace and host, given in istiod's order.

    Each rule is compared with those that came before it, but only with the first of each kind:
    the first that sets a policy or a subset, and the first with each exportTo. ``is_for_home`` says that
    their host is of another namespace, so that clients beside them alone find them, whatever exportTo says.
    """
    known = order_is_known(rules)
    groups: list[_RuleGroup] = []
    alike: dict[object, list[_RuleGroup]] = {}  # rules with a selector meet those with the same
    for rule in rules:
        export_to, selector = exported(rule), selector_of(rule)
        same = alike.setdefault(selector_key(selector), [])
        home, is_last = None, True
        for group in groups if selector is None else same:
            if group.selector != selector:
                if group.export_to == export_to and selector is None:
                    yield RuleMerge(group.first, rule, MergeLoss.UNSELECTED, order_known=True)
            elif group.takes(export_to):
                home, is_last = group, True
            else:
                is_last = False
                if _is_lost(group, rule, known=known, is_for_home=is_for_home):
                    yield RuleMerge(group.first, rule, MergeLoss.OLDER, known)
        if home is None or not is_last:  # the last comparison decides, as istiod has it
            home = _RuleGroup(export_to, selector, rule)
            groups.append(home)
            same.append(home)
        else:
            if home.export_to != export_to and not is_for_home:
                yield RuleMerge(home.first, rule, MergeLoss.AUDIENCE, known)
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


def _is_lost(group: _RuleGroup, rule: DestinationRule, *, known: bool, is_for_home: bool) -> bool:
    """Does the older rule reach nobody that the younger doesn't?

    A younger rule for fewer clients is a proper exception. Without ages either could be older,
    so it is enough that one covers the other.
    """
    older, younger = (_audience(reach, rule) for reach in (group.export_to, exported(rule)))
    if is_for_home:
        home = frozenset({rule.namespace})
        older, younger = (home if one is None else one & home for one in (older, younger))
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


def selector_of(rule: DestinationRule) -> Mapping[str, str] | None:
    """The labels of the clients a rule is limited to; ``None`` when it isn't."""
    return rule.workload_selector if rule.spec.has("workloadSelector") else None


def selector_key(selector: Labels | None) -> frozenset[tuple[str, str]] | None:
    """Give what equal selectors have in common."""
    return None if selector is None else frozenset(selector.items())


def _is_folded(younger: frozenset[str], older: frozenset[str]) -> bool:
    """Does a rule with a younger's ``exportTo`` reach all that an older one's names?"""
    return younger == older or bool(older and younger >= older)


def reaches(export_to: frozenset[str], namespace: str) -> bool:
    """Do clients of a namespace get a rule with this ``exportTo``? ``*`` asks for those of all."""
    return not export_to or "*" in export_to or namespace in export_to


def _order_matters(usable: Sequence[MergedRule]) -> bool:
    """Would another age of these rules change what clients do?"""
    if sum(merged.selector is None for merged in usable) > 1:
        return True
    for merged in usable:
        names = [subset.name for rule in merged.rules for subset in rule.subsets]
        written = (rule for rule in merged.rules if not rule.is_generated)
        policies = sum(rule.spec.has("trafficPolicy") for rule in written)
        if policies > 1 or len(names) != len(set(names)):
            return True
    return False
