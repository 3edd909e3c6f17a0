"""Finds the DestinationRule that a client follows to a host, as istiod looks it up.

Mirrors setDestinationRules and destinationRule (pilot/pkg/model/push_context.go),
mergeDestinationRule (destination_rule.go) and SidecarScope.DestinationRule (sidecar.go) of
Istio 1.31.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from meshctl.mesh.core.hosts import HostIndex, fqdn
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.core.precedence import age, order_is_known
from meshctl.mesh.core.selectors import IdentityCache, selects
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.resources import DestinationRule, Subset, TrafficPolicy
from meshctl.resources.cached_property import cached_property

_PRIVATE = frozenset({"."})


class Step(Enum):
    """Where on the lookup path a rule was found; the values read as words in messages."""

    CLIENT = "the client's namespace"
    SERVICE = "the service's namespace"
    ROOT = "the root namespace"


@dataclass(frozen=True, eq=False)
class EffectiveDestinationRule:
    """The rule that holds for some clients of a host: one object, or several merged ones.

    ``rules`` are the merged objects, the oldest first. ``order_known`` is false where the text
    alone doesn't say which object wins, because the creation times would decide.
    """

    host: str
    step: Step
    rules: tuple[DestinationRule, ...]
    order_known: bool

    @cached_property
    def policy(self) -> TrafficPolicy | None:
        """The policy for the whole host: of the oldest rule that has one.

        What istiod makes of BackendTLSPolicies fills the gaps of what users wrote.
        """
        if self.rules[0].is_generated:
            from meshctl.mesh.traffic.backend_tls.policy_merge import merged_policy  # noqa: PLC0415 - few need it

            return merged_policy(self.rules)
        return next((rule.policy for rule in self.rules if rule.spec.has("trafficPolicy")), None)

    @cached_property
    def subsets(self) -> dict[str, Subset]:
        """The subsets by name: of two with one name the older rule's counts."""
        found: dict[str, Subset] = {}
        for rule in self.rules:
            for subset in rule.subsets:
                found.setdefault(subset.name, subset)
        return found


@dataclass(slots=True, eq=False)
class _MergedRule:
    """Rules of one host that istiod folds into one while it goes through them by age."""

    export_to: frozenset[str]
    selector: Mapping[str, str] | None
    rules: list[DestinationRule]


class DestinationRules:
    """All DestinationRules, found the way istiod looks them up."""

    def __init__(self, rules: Iterable[DestinationRule], config: MeshConfig) -> None:
        self._config = config
        self._local: dict[str, HostIndex[DestinationRule]] = {}
        self._exported: dict[str, HostIndex[DestinationRule]] = {}
        self._root_local: HostIndex[DestinationRule] = HostIndex()
        self._all: HostIndex[DestinationRule] = HostIndex()
        self._same_host: dict[tuple[str, str], list[DestinationRule]] = {}
        self._merged = IdentityCache(self._merge)  # an index keeps its lists
        self._hidden: dict[tuple[str, str], DestinationRule | None] = {}
        self._chosen = IdentityCache(self._choose_for_all)
        self._with_selector: set[str] = set()
        self._for_all = IdentityCache(_has_for_all)
        self._named: set[str] = {config.root_namespace}
        for rule in sorted(rules, key=lambda rule: (selector_of(rule) is None, age(rule))):
            if rule.host:
                self._file(rule)

    def host_of(self, rule: DestinationRule) -> str:
        """Complete the host of a rule as istiod does: only a name without a dot is short."""
        return fqdn(rule.host, rule.namespace, self._config.domain)

    def effective(
        self, host: RegisteredHost, namespace: str, labels: Mapping[str, str]
    ) -> EffectiveDestinationRule | None:
        """Find the rule a proxy of a namespace, with these labels, follows for a host.

        The first namespace of the path whose most specific host has a rule decides, even when
        that rule is then limited to other workloads.
        """
        name = host.host
        root = self._config.root_namespace
        local = self._local.get(namespace) if namespace != root else self._root_local
        if local is not None:
            merged = self._merged_of(local.most_specific(name))
            if merged:
                return self._choose(merged, Step.CLIENT, namespace, labels)
        for owner, step in ((host.namespace, Step.SERVICE), (root, Step.ROOT)):
            exported = self._exported.get(owner)
            if exported is not None:
                every = self._merged_of(exported.most_specific(name))
                reached = [one for one in every if _reaches(one.export_to, namespace)]
                if reached and len(reached) == len(every):
                    return self._choose(every, step, namespace, labels)
                if reached:
                    return self._choose_anew(reached, step, namespace, labels)
        return None

    def tell_apart(self, namespace: str) -> bool:
        """Do workloads of one namespace follow different rules, as a workloadSelector asks?"""
        return namespace in self._with_selector

    def follow_others(self, namespace: str) -> bool:
        """May workloads of a namespace follow other rules than those of most others do?"""
        return namespace in self._local or namespace in self._named

    def lists_covering(self, host: str) -> Iterator[list[DestinationRule]]:
        """Walk the rules whose host covers this one by host; a host's list is always the same."""
        return self._all.covering(host)

    def covering(self, host: str) -> Iterator[DestinationRule]:
        """Walk every rule that somebody wrote and whose host covers this one, whoever may read it."""
        for rules in self._all.covering(host):
            yield from (rule for rule in rules if not rule.is_generated)

    def same_host(self, rule: DestinationRule) -> Sequence[DestinationRule]:
        """Find the rules of the same namespace and host, this one too, in istiod's order."""
        return self._same_host.get((rule.namespace, self.host_of(rule)), ())

    def parted_from(self, rule: DestinationRule) -> DestinationRule | None:
        """Find what istiod makes of BackendTLSPolicies for the same host, where this rule hides it.

        It has no exportTo, so that istiod merges it with rules that have none alone, and of those
        that stand apart the youngest counts, which is never that of a policy.
        """
        if not self._export_to(rule) or not self.is_read_at_home(rule):
            return None
        return next((one for one in self.same_host(rule) if one.is_generated), None)

    def hidden_by(self, rule: DestinationRule) -> DestinationRule | None:
        """Find a wider rule beside this one that its exportTo hides from clients it reaches.

        istiod looks for the most specific host before it looks at exportTo, so a rule that a
        client may not read still ends the search in its namespace.
        """
        exported = self._exported.get(rule.namespace)
        if exported is None or self.is_private(rule):
            return None
        host = self.host_of(rule)
        if (rule.namespace, host) not in self._hidden:
            self._hidden[rule.namespace, host] = self._hidden_at(exported, host)
        return self._hidden[rule.namespace, host]

    def _hidden_at(self, exported: HostIndex[DestinationRule], host: str) -> DestinationRule | None:
        found = exported.covering(host)
        nearest = [self._export_to(destination_rule) for destination_rule in next(found, ())]
        if any(not names or "*" in names for names in nearest):
            return None
        audience = frozenset[str]().union(*nearest)
        for each_rule in (destination_rule for rules in found for destination_rule in rules):
            names = self._export_to(each_rule)
            if not names or "*" in names or names - audience:
                return each_rule
        return None

    def replaced_by(self, rule: DestinationRule) -> DestinationRule | None:
        """Find a rule of another namespace that this one keeps from its own clients."""
        covered = self._all.covered_by(self.host_of(rule))
        return next(
            (
                destination_rule
                for destination_rule in covered
                if destination_rule.namespace != rule.namespace
            ),
            None,
        )

    def hidden_by_selector(
        self, rule: DestinationRule, homes: Iterable[str]
    ) -> DestinationRule | None:
        """Find the rule that clients beside this one would follow, were it not there.

        ``homes`` are the namespaces of the services its host stands for.
        """
        root = self._config.root_namespace
        if rule.namespace == root or rule.namespace not in self._local:
            return None
        beside = next(self._local[rule.namespace].covering(self.host_of(rule)), ())
        if self._for_all.of(beside):
            return None
        return self.next_on_path(rule, homes)

    def next_on_path(self, rule: DestinationRule, homes: Iterable[str]) -> DestinationRule | None:
        """Find the rule that clients of its namespace would follow without the rules of its host.

        ``homes`` are the namespaces of the services its host stands for.
        """
        root = self._config.root_namespace
        if rule.namespace == root or rule.namespace not in self._local:
            return None
        found = self._local[rule.namespace].covering(self.host_of(rule))
        next(found, ())  # the rules of this very host
        beside = (
            destination_rule
            for rules in found
            for destination_rule in rules
            if selector_of(destination_rule) is None
        )
        beyond = (
            destination_rule
            for owner in (*sorted(homes), root)
            if owner in self._exported and owner != rule.namespace
            for destination_rule in self._exported[owner].most_specific(self.host_of(rule))
            if _reaches(self._export_to(destination_rule), rule.namespace)
        )
        return next(beside, None) or next(beyond, None)

    def is_private(self, rule: DestinationRule) -> bool:
        """Is a rule for clients of its own namespace only?"""
        export_to = self._export_to(rule)
        if not export_to:
            return "." in self._config.destination_rule_export_to
        return export_to in (_PRIVATE, frozenset({rule.namespace}))

    def is_read_at_home(self, rule: DestinationRule) -> bool:
        """Do clients of the rule's own namespace find it?"""
        export_to = self._export_to(rule)
        return not export_to or bool(export_to & {"*", ".", rule.namespace})

    def _file(self, rule: DestinationRule) -> None:
        host = self.host_of(rule)
        self._all.add(host, rule)
        self._named.update(rule.export_to)
        if selector_of(rule) is not None:
            self._with_selector.add(rule.namespace)
        self._same_host.setdefault((rule.namespace, host), []).append(rule)
        if self.is_read_at_home(rule):
            self._local.setdefault(rule.namespace, HostIndex()).add(host, rule)
        if not self.is_private(rule):
            self._exported.setdefault(rule.namespace, HostIndex()).add(host, rule)
        elif rule.namespace == self._config.root_namespace:
            self._root_local.add(host, rule)

    def _export_to(self, rule: DestinationRule) -> frozenset[str]:
        """The ``exportTo`` as istiod compares it: as a set of texts, without reading them.

        A rule with a workloadSelector stays in its namespace, whatever it says.
        """
        return _PRIVATE if selector_of(rule) is not None else frozenset(rule.export_to)

    def _choose(
        self, usable: list[_MergedRule], step: Step, namespace: str, labels: Mapping[str, str]
    ) -> EffectiveDestinationRule | None:
        """Choose among merged rules that are kept: without selectors, the same for every client."""
        if any(merged.selector is not None for merged in usable):
            return self._choose_anew(usable, step, namespace, labels)
        return self._chosen.of(usable, step)

    def _choose_for_all(
        self, usable: list[_MergedRule], step: Step
    ) -> EffectiveDestinationRule | None:
        return self._choose_anew(usable, step, "", {})

    def _choose_anew(
        self, usable: Sequence[_MergedRule], step: Step, namespace: str, labels: Mapping[str, str]
    ) -> EffectiveDestinationRule | None:
        """Take the first rule whose selector picks the client, else the youngest without one."""
        chosen: _MergedRule | None = None
        for merged in usable:
            if merged.selector is None:
                chosen = merged
            elif merged.rules[0].namespace == namespace and selects(merged.selector, labels):
                chosen = merged
                break
        if chosen is None:
            return None
        written = {rule for merged in usable for rule in merged.rules if not rule.is_generated}
        known = order_is_known(written) or not _order_matters(usable)
        return EffectiveDestinationRule(
            self.host_of(chosen.rules[0]), step, tuple(chosen.rules), known
        )

    def _merged_of(self, rules: list[DestinationRule]) -> list[_MergedRule]:
        return self._merged.of(rules) if rules else []

    def _merge(self, rules: list[DestinationRule]) -> list[_MergedRule]:
        """Fold rules of one host, as in mergeDestinationRule.

        istiod lets the last comparison decide whether a rule also stands alone, so the loop
        keeps that order of things.
        """
        done: list[_MergedRule] = []
        for rule in rules:
            export_to, selector = self._export_to(rule), selector_of(rule)
            alone = True
            for other in done:
                alone = export_to != other.export_to
                if alone and not (other.export_to and export_to >= other.export_to):
                    continue
                both = selector is not None and other.selector is not None
                if both and selector != other.selector:
                    alone = True
                    continue
                alone = alone and selector != other.selector
                other.rules.append(rule)
            if alone:
                done.append(_MergedRule(export_to, selector, [rule]))
        return done


def selector_of(rule: DestinationRule) -> Mapping[str, str] | None:
    """The labels of the clients a rule is limited to; ``None`` when it isn't."""
    return rule.workload_selector if rule.spec.has("workloadSelector") else None


def _has_for_all(rules: Sequence[DestinationRule]) -> bool:
    """Is one of the rules of a host for all clients?"""
    return any(selector_of(one) is None for one in rules)


def _reaches(export_to: frozenset[str], namespace: str) -> bool:
    return not export_to or "*" in export_to or namespace in export_to


def _order_matters(usable: Sequence[_MergedRule]) -> bool:
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
