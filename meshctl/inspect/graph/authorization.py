"""Draws who may call whom: the clients that AuthorizationPolicies let in, service by service."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from meshctl.inspect.graph.picture import Edge, Node
from meshctl.inspect.graph.shared import FEW
from meshctl.inspect.graph.sketch import Sketch
from meshctl.mesh.authorization.decision import is_dry_run
from meshctl.mesh.security.identity_use import named_sources
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.resources import AuthorizationPolicy, AuthorizationRule, Service, Workload
from meshctl.resources.cached_property import cached_property
from meshctl.words import MOST_LISTED, amount, shortened

_IDENTITY = ("principals", "namespaces", "serviceAccounts")
_ANYONE = "any client"


class _Admitted(NamedTuple):
    """Clients that a rule lets in: a namespace, an account of it, or anyone (both empty)."""

    namespace: str
    account: str
    label: str


def draw_authorization(sketch: Sketch) -> None:
    """Add every service of the mesh, and an edge from each client that policies let in."""
    _unite(sketch)
    drawing = _Access(sketch)
    for workload in sketch.mesh.workloads:
        drawing.draw(workload)
    for host in sketch.mesh.registry:
        if isinstance(host.source, Service):
            sketch.host(host)


def _unite(sketch: Sketch) -> None:
    """Let one node stand for workloads without a Service, where the same policies hold for many."""
    ports, decisions = sketch.mesh.workloads.container_ports, sketch.mesh.decisions
    groups: dict[tuple[str, int], list[Workload]] = {}
    for workload in sketch.mesh.workloads:
        policies = decisions.policies_of(workload)
        if policies and not ports.hosts(workload) and not is_gateway(workload):
            groups.setdefault((workload.namespace, id(policies)), []).append(workload)
    for several in groups.values():
        if len(several) > FEW:
            sketch.stand_ins |= dict.fromkeys(several, several[0])
            names = shortened([one.title for one in several], MOST_LISTED)
            fact = f"stands for {amount(len(several), 'workload')} with the same policies: {names}"
            sketch.nodes.say(sketch.client(several[0]), (fact,))


class _Access:
    """Draws the clients of one workload after the other."""

    def __init__(self, sketch: Sketch) -> None:
        self._sketch = sketch
        self._mesh = sketch.mesh
        self._rules: dict[AuthorizationPolicy, tuple[_Admitted, ...]] = {}
        self._admits: dict[tuple[str, int], tuple[object, bool]] = {}

    def draw(self, workload: Workload) -> None:
        """Add who may call a workload; those with the same node and policies are drawn once."""
        policies = self._mesh.decisions.policies_of(workload)
        target = self._sketch.client(workload)
        # Workloads for which the same policies hold share them.
        drawn = self._between(workload) if self._is_crowded(policies) else target
        key = drawn, id(policies)
        if key not in self._admits:
            self._admits[key] = policies, self._draw_policies(workload, drawn)
        if not self._admits[key][1]:
            self._sketch.nodes.say(target, (f"nobody may call {workload.title}",))
        elif drawn != target:
            self._sketch.ways.add(Edge(drawn, target, "access"))

    def _is_crowded(self, policies: Sequence[AuthorizationPolicy]) -> bool:
        """Do many policies hold for many nodes, so that each would have a way to each?"""
        return len(policies) > FEW and len(self._guarded[id(policies)]) > FEW

    def _between(self, workload: Workload) -> str:
        """Add the node that stands between clients and all that the same policies guard."""
        policies = self._mesh.decisions.policies_of(workload)
        first = min(self._guarded[id(policies)])
        name = f"clients by {amount(len(policies), 'policy')}"
        id_ = f"clients:policies of {first.partition(':')[2]}"
        return self._sketch.nodes.add(Node(id_, "clients", workload.namespace, name))

    @cached_property
    def _guarded(self) -> dict[int, set[str]]:
        """The nodes that policies guard, by what workloads share for which the same hold."""
        found: dict[int, set[str]] = {}
        for workload in self._mesh.workloads:
            policies = self._mesh.decisions.policies_of(workload)
            found.setdefault(id(policies), set()).add(self._sketch.client(workload))
        return found

    def _draw_policies(self, workload: Workload, target: str) -> bool:
        """Add what the policies of a workload say; give whether anybody may call it."""
        policies = [
            authorization_policy
            for authorization_policy in self._mesh.decisions.policies_of(workload)
            if not is_dry_run(authorization_policy)
        ]
        allowing = [
            authorization_policy
            for authorization_policy in policies
            if authorization_policy.action == "ALLOW"
        ]
        objects = (authorization_policy.title for authorization_policy in policies)
        self._sketch.nodes.say(target, _facts(policies, allowing), objects)
        drawn = [
            self._draw_clients(workload, target, policy, one)
            for policy in allowing
            for one in self._admitted(policy)
        ]
        return any(drawn) or not allowing

    def _draw_clients(
        self, workload: Workload, target: str, policy: AuthorizationPolicy, one: _Admitted
    ) -> bool:
        """Add the clients that a rule means, if no other policy shuts them out; say whether."""
        if one.account:
            domain = self._mesh.config.trust_domain
            principal = f"{domain}/ns/{one.namespace}/sa/{one.account}"
            if self._mesh.decisions.shut_out(workload, principal):
                return False
        for source in self._clients(one):
            if source != target:
                edge = Edge(source, target, "access", one.label, (), None, (policy.title,))
                self._sketch.ways.add(edge)
        return True

    def _clients(self, one: _Admitted) -> Sequence[str]:
        """Add the nodes of clients: few workloads each by itself, many by what they have in common."""
        sketch = self._sketch
        if not one.namespace:
            return (sketch.nodes.add(Node("clients:any", "clients", "", _ANYONE)),)
        known = self._identities.get((one.namespace, one.account), ()) if one.account else ()
        if known and len(known) <= FEW:
            return [sketch.client(workload) for workload in known]
        name = f"{one.namespace}/{one.account}" if one.account else f"all of {one.namespace}"
        facts = (f"{amount(len(known), 'workload')} with this service account",) if known else ()
        return (sketch.nodes.add(Node(f"clients:{name}", "clients", one.namespace, name, facts)),)

    def _admitted(self, policy: AuthorizationPolicy) -> Sequence[_Admitted]:
        if policy not in self._rules:
            self._rules[policy] = tuple(self._read(policy))
        return self._rules[policy]

    def _read(self, policy: AuthorizationPolicy) -> Iterator[_Admitted]:
        """Walk whom the rules of a policy name; what isn't an identity in full is anyone."""
        for named_source in named_sources(policy, self._mesh.config.trust_domain):
            yield _Admitted(named_source.namespace, named_source.account, _conditions(policy.rules))
        for rule in policy.rules:
            if not rule.sources and not _asks_source(rule):
                yield _Admitted("", "", _conditions([rule]))
            for source in rule.sources:
                if not any(_is_full(source.texts(field)) for field in _IDENTITY):
                    yield _Admitted("", "", "some, by other means than a full name")

    @cached_property
    def _identities(self) -> dict[tuple[str, str], list[Workload]]:
        found: dict[tuple[str, str], list[Workload]] = {}
        for workload in self._mesh.workloads:
            found.setdefault((workload.namespace, workload.service_account), []).append(workload)
        return found


def _facts(
    policies: Sequence[AuthorizationPolicy], allowing: Sequence[AuthorizationPolicy]
) -> Iterator[str]:
    """Say what policies do that isn't letting somebody in."""
    others = [policy for policy in policies if policy.action != "ALLOW"]
    yield from (f"{other.action} by {other.title}" for other in others)
    if not allowing:
        refusing = [other for other in others if other.action in {"DENY", "CUSTOM"}]
        yield (
            "anyone may call it whom these don't refuse"
            if refusing
            else ("no policy guards it: anyone may call it")
        )


def _is_full(texts: Sequence[str]) -> bool:
    return any("*" not in text for text in texts)


def _asks_source(rule: AuthorizationRule) -> bool:
    return any(condition.text("key").startswith("source.") for condition in rule.conditions)


def _conditions(rules: Sequence[AuthorizationRule]) -> str:
    """Say that the rules let in some requests alone, where each asks for more than a client."""
    return "some requests" if all(rule.operations or rule.conditions for rule in rules) else ""
