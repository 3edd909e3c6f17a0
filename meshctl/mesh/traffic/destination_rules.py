"""Finds the DestinationRule that a client follows to a host, as istiod looks it up.

Mirrors setDestinationRules and destinationRule (pilot/pkg/model/push_context.go),
mergeDestinationRule (destination_rule.go) and SidecarScope.DestinationRule (sidecar.go) of
Istio 1.31.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from meshctl.mesh.core.hosts import HostIndex, fqdn
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.core.precedence import age
from meshctl.mesh.core.selectors import IdentityCache, Selector, SelectorIndex, index_of
from meshctl.mesh.registry.facade import RegistryFacade
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.traffic.destination_rule_merge import (
    HostRules,
    Labels,
    MergedRule,
    reaches,
    selector_key,
    selector_of,
)
from meshctl.resources import DestinationRule, Subset, TrafficPolicy
from meshctl.resources.cached_property import cached_property

_PRIVATE = frozenset({"."})
_NONE = HostRules()


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


class DestinationRules:
    """All DestinationRules, found the way istiod looks them up."""

    def __init__(
        self, rules: Iterable[DestinationRule], registry: RegistryFacade, config: MeshConfig
    ) -> None:
        self._registry = registry
        self._config = config
        self._local: dict[str, HostIndex[DestinationRule]] = {}
        self._exported: dict[str, HostIndex[DestinationRule]] = {}
        self._root_local: HostIndex[DestinationRule] = HostIndex()
        self._apart = IdentityCache(self._told_apart)
        self._all: HostIndex[DestinationRule] = HostIndex()
        self._same_host: dict[tuple[str, str, bool], list[DestinationRule]] = {}
        self._merged = IdentityCache(self._fold)  # an index keeps its lists
        self._hidden: dict[tuple[str, str], DestinationRule | None] = {}
        self._chosen: dict[tuple[HostRules, MergedRule, Step], EffectiveDestinationRule] = {}
        self._selectors: dict[str, list[Labels]] = {}
        self._selecting: dict[str, SelectorIndex[Selector]] = {}
        self._for_all = IdentityCache(_has_for_all)
        self._singled_out: set[str] = {config.root_namespace}
        self._meant_for: dict[str, list[DestinationRule]] = {}
        self._public: dict[str, set[str]] = {}
        self._differs: dict[str, bool] = {}
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
        own = self._at_home(name, namespace)
        if own.merged:
            return self._choose(own, Step.CLIENT, labels)
        for owner, step in ((host.namespace, Step.SERVICE), (root, Step.ROOT)):
            exported = self._exported.get(owner)
            if exported is not None:
                reached = self._merge(exported.most_specific(name)).read_from(namespace)
                if reached.merged:
                    return self._choose(reached, step, labels)
        return None

    def tell_apart(self, namespace: str) -> bool:
        """Do workloads of one namespace follow different rules, as a workloadSelector asks?"""
        return namespace in self._selectors

    def choosing(self, namespace: str, labels: Mapping[str, str]) -> Sequence[Selector]:
        """Find the workloadSelectors of a namespace that pick its workloads with these labels.

        Those that the same ones pick follow the same rules.
        """
        if namespace not in self._selecting:
            self._selecting[namespace] = index_of(self._selectors.get(namespace, ()))
        return self._selecting[namespace].find(labels)

    def follow_others(self, namespace: str) -> bool:
        """May workloads of a namespace follow other rules than those of most others do?

        A rule for everybody singles nobody out, where all that its host stands for is beside it:
        its own namespace finds it as the client's, and all others as the service's.
        """
        if namespace not in self._differs:
            self._differs[namespace] = namespace in self._singled_out or any(
                registered_host.namespace != namespace
                for host in self._public.get(namespace, ())
                for registered_host in self._registry.covered_by(host)
            )
        return self._differs[namespace]

    def meant_for(self, namespace: str) -> Sequence[DestinationRule]:
        """The rules of a namespace, and those that are exported to it by name, the oldest first.

        In the hosts of no others may its workloads follow other rules than those of most others.
        """
        return self._meant_for.get(namespace, ())

    def telling_apart(self, rules: Sequence[DestinationRule]) -> Mapping[str, Sequence[Labels]]:
        """The namespaces of which clients may follow other rules than most others do, for one host's list.

        It is one of ``lists_covering``; each comes with the selectors by which its rules tell its
        workloads apart.
        """
        return self._apart.of(rules)

    def _told_apart(self, rules: Sequence[DestinationRule]) -> Mapping[str, Sequence[Labels]]:
        found: dict[str, dict[object, Labels]] = {}
        for rule in rules:
            own = found.setdefault(rule.namespace, {})
            selector = selector_of(rule)
            if selector is not None:
                own.setdefault(selector_key(selector), selector)
            for name in self._export_to(rule):
                found.setdefault(name, {})
        return {home: tuple(selectors.values()) for home, selectors in found.items()}

    def are_found_at_home(self, host: str, namespace: str) -> bool:
        """Do rules of a client's own namespace decide for a host, whichever namespace declares it?"""
        return bool(self._at_home(host, namespace).merged)

    def at_home(
        self, host: str, namespace: str, labels: Mapping[str, str]
    ) -> EffectiveDestinationRule | None:
        """Find the rule that a client follows where those of its own namespace decide."""
        return self._choose(self._at_home(host, namespace), Step.CLIENT, labels)

    def _at_home(self, host: str, namespace: str) -> HostRules:
        root = self._config.root_namespace
        local = self._local.get(namespace) if namespace != root else self._root_local
        return self._merge(local.most_specific(host) if local is not None else [])

    def lists_covering(self, host: str) -> Iterator[list[DestinationRule]]:
        """Walk the rules whose host covers this one by host; a host's list is always the same."""
        return self._all.covering(host)

    def covering(self, host: str) -> Iterator[DestinationRule]:
        """Walk every rule that somebody wrote and whose host covers this one, whoever may read it."""
        for rules in self._all.covering(host):
            yield from (rule for rule in rules if not rule.is_generated)

    def same_host(self, rule: DestinationRule) -> Sequence[DestinationRule]:
        """Find the rules of the same namespace and host, this one too, in istiod's order.

        Private ones of the root namespace are apart: clients beside them look there before they look at the others.
        """
        return self._same_host.get(self._where(rule), ())

    def is_for_home(self, rule: DestinationRule, homes: Collection[str]) -> bool:
        """Do clients of its own namespace alone look for a rule there?

        ``homes`` are the namespaces of the services its host stands for.
        """
        return rule.namespace not in homes and rule.namespace != self._config.root_namespace

    def _where(self, rule: DestinationRule) -> tuple[str, str, bool]:
        is_root = rule.namespace == self._config.root_namespace
        return rule.namespace, self.host_of(rule), is_root and self.is_private(rule)

    def parted_from(self, rule: DestinationRule) -> DestinationRule | None:
        """Find what istiod makes of BackendTLSPolicies for the same host, where this rule hides it.

        It has no exportTo, so that istiod merges it with rules that have none alone, and of those
        that stand apart the youngest counts, which is never that of a policy.
        """
        if not self._export_to(rule) or not self.is_read_at_home(rule):
            return None
        return next(
            (
                destination_rule
                for destination_rule in self.same_host(rule)
                if destination_rule.is_generated
            ),
            None,
        )

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

    def outranked_by(self, rule: DestinationRule, homes: Collection[str]) -> DestinationRule | None:
        """Find the rule of a service's namespace that every client finds before one of the root namespace.

        ``homes`` are the namespaces of the services its host stands for; each has one then.
        """
        first: DestinationRule | None = None
        root = self._config.root_namespace
        if rule.namespace != root or root in homes or self.is_private(rule):
            return None
        host = self.host_of(rule)
        for home in sorted(homes):
            exported = self._exported.get(home)
            above = next(exported.covering(host), []) if exported is not None else []
            wide = [
                destination_rule
                for destination_rule in above
                if self._reaches_all(destination_rule)
            ]
            below = exported.covered_by(host) if exported is not None else ()
            if not wide or not all(map(self._reaches_all, below)):
                return None
            first = first or wide[0]
        return first

    def _reaches_all(self, rule: DestinationRule) -> bool:
        return reaches(self._export_to(rule), "*")

    def replaced_by(self, rule: DestinationRule) -> DestinationRule | None:
        """Find a rule of another namespace that this one keeps from its own clients."""
        covered = self._all.covered_by(self.host_of(rule))
        return next((other for other in covered if other.namespace != rule.namespace), None)

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
        return None if self._for_all.of(beside) else self.next_on_path(rule, homes)

    def next_on_path(self, rule: DestinationRule, homes: Iterable[str]) -> DestinationRule | None:
        """Find the rule that clients of its namespace would follow without the rules of its host.

        ``homes`` are the namespaces of the services its host stands for.
        """
        root = self._config.root_namespace
        if rule.namespace == root or rule.namespace not in self._local:
            return None
        found = self._local[rule.namespace].covering(self.host_of(rule))
        next(found, ())  # the rules of this very host
        beside = (other for rules in found for other in rules if selector_of(other) is None)
        beyond = (
            other
            for owner in (*sorted(homes), root)
            if owner in self._exported and owner != rule.namespace
            for other in self._exported[owner].most_specific(self.host_of(rule))
            if reaches(self._export_to(other), rule.namespace)
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
        self._singled_out.update(rule.export_to)
        for name in dict.fromkeys((rule.namespace, *rule.export_to)):
            self._meant_for.setdefault(name, []).append(rule)
        if not self.is_private(rule) and self._reaches_all(rule):
            self._public.setdefault(rule.namespace, set()).add(host)
        else:
            self._singled_out.add(rule.namespace)
        selector = selector_of(rule)
        if selector is not None:
            self._selectors.setdefault(rule.namespace, []).append(selector)
        self._same_host.setdefault(self._where(rule), []).append(rule)
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
        self, rules: HostRules, step: Step, labels: Mapping[str, str]
    ) -> EffectiveDestinationRule | None:
        """Choose among merged rules; clients with the same choice share an answer."""
        merged = rules.chosen(labels)
        if merged is None:
            return None
        key = rules, merged, step
        if key not in self._chosen:
            host, written = self.host_of(merged.rules[0]), tuple(merged.rules)
            self._chosen[key] = EffectiveDestinationRule(host, step, written, rules.order_known)
        return self._chosen[key]

    def _merge(self, rules: list[DestinationRule]) -> HostRules:
        return self._merged.of(rules) if rules else _NONE

    def _fold(self, rules: list[DestinationRule]) -> HostRules:
        """Fold rules of one host, given in istiod's order."""
        found = HostRules()
        for rule in rules:
            found.fold(rule, self._export_to(rule))
        return found


def _has_for_all(rules: Sequence[DestinationRule]) -> bool:
    """Is one of the rules of a host for all clients?"""
    return any(selector_of(rule) is None for rule in rules)
