"""Decides whether a proxy lets an arrival through, by which filter and which rules.

Mirrors Builder.build, buildHTTP and buildTCP (pilot/pkg/security/authz/builder/builder.go) and
the order of filters in pilot/pkg/networking/core/listener_builder.go, Istio 1.31: CUSTOM, then
tokens, then AUDIT, DENY and ALLOW. Envoy looks at the rules of a filter by their names.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from meshctl.istio.annotation_names import DRY_RUN
from meshctl.mesh.authorization.arrival import Arrival
from meshctl.mesh.authorization.attached_policies import AttachedPolicies
from meshctl.mesh.authorization.custom_providers import Provider
from meshctl.mesh.authorization.rule_tests import WrittenRule, written_rules
from meshctl.mesh.authorization.token_filter import TokenVerdict, verify
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.resources import AuthorizationPolicy, RequestAuthentication, View, Workload
from meshctl.resources.view import views

if TYPE_CHECKING:
    from meshctl.mesh.authorization.policy_index import PolicyIndex

_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_BAD = "-deny-due-to-bad-CUSTOM-action"
CLOSED = "connection closed"


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One filter: its action, the rules in it, and those that match.

    ``is_dry`` marks rules that are only counted. ``called`` is a provider that is asked.
    """

    action: str
    rules: tuple[WrittenRule, ...] = ()
    matched: tuple[WrittenRule, ...] = ()
    is_dry: bool = False
    called: str = ""
    token: TokenVerdict | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What becomes of an arrival.

    ``action`` names the filter that decided (ALLOW, DENY, JWT), empty where none had a say.
    ``code`` is the status of a refusal, or ``connection closed``. ``by`` are the rules, the first
    of them Envoy's; of a refusal by ALLOW there are none.
    """

    is_allowed: bool
    action: str = ""
    code: str = ""
    by: tuple[WrittenRule, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def providers(self) -> tuple[str, ...]:
        """The external authorizers that are asked, and may refuse."""
        return tuple(step.called for step in self.steps if step.called)

    @property
    def is_certain(self) -> bool:
        """Does the decision depend on nothing that can't be known?"""
        reads = any(rule.reads_metadata for step in self.steps for rule in step.rules)
        return not reads and not (self.is_allowed and self.providers)


class _Decided(NamedTuple):
    """What was decided last: many endpoints of one Service ask for the same."""

    policies: Sequence[AuthorizationPolicy]
    tokens: Sequence[RequestAuthentication]
    arrival: Arrival
    verdict: Verdict

    def is_for(
        self, policies: Sequence[AuthorizationPolicy], tokens: Sequence[RequestAuthentication],
        arrival: Arrival,
    ) -> bool:  # fmt: skip
        return self.policies is policies and self.tokens is tokens and self.arrival == arrival


class Decisions:
    """Answers for every workload; rules are written once for each policy."""

    def __init__(
        self, policies: Iterable[AuthorizationPolicy], tokens: Iterable[RequestAuthentication],
        config: MeshConfig, providers: Callable[[], Mapping[str, Provider]],
    ) -> None:  # fmt: skip
        self._policies = AttachedPolicies(policies, config.root_namespace)
        self._tokens = AttachedPolicies(tokens, config.root_namespace)
        aliases = config.raw.get("trustDomainAliases")
        several = (
            [alias for alias in aliases if isinstance(alias, str)]
            if isinstance(aliases, list)
            else []
        )
        self._domains = (config.trust_domain, *several)
        self._providers = providers
        self._known_providers: Mapping[str, Provider] | None = None
        # Workloads for which the same policies hold share them, and so the index.
        self._indexes = IdentityCache(self._index)
        self._read_destination = IdentityCache(_read_destination)
        self._last: _Decided | None = None
        self._written: dict[tuple[AuthorizationPolicy, bool], tuple[WrittenRule, ...]] = {}

    def policies_of(self, workload: Workload) -> Sequence[AuthorizationPolicy]:
        """List the AuthorizationPolicies that hold for a workload."""
        return self._policies.of(workload)

    def tokens_of(self, workload: Workload) -> Sequence[RequestAuthentication]:
        """List the RequestAuthentications that hold for a workload."""
        return self._tokens.of(workload)

    def shut_out(
        self, workload: Workload, principal: str | None, port: int | None = None
    ) -> tuple[AuthorizationPolicy, ...]:
        """List the policies that refuse every request of a client, the first DENY alone.

        They are all its ALLOW policies when none of their rules can let the client in. A client
        without a certificate has no principal; ``port`` is the container's, where it is known.
        """
        return self.shut_out_by(self._policies.of(workload), principal, port)

    def shut_out_by(
        self, policies: Sequence[AuthorizationPolicy], principal: str | None,
        port: int | None = None,
    ) -> tuple[AuthorizationPolicy, ...]:  # fmt: skip
        """List those of a proxy's policies that refuse every request of a client, as above."""
        # Few commands ask for clients.
        from meshctl.mesh.authorization.identity_rules import KnownClient  # noqa: PLC0415

        return self._indexes.of(policies).shutting_out(KnownClient(principal, port))

    def _index(self, policies: Sequence[AuthorizationPolicy]) -> "PolicyIndex":
        from meshctl.mesh.authorization.policy_index import PolicyIndex  # noqa: PLC0415 - as above

        return PolicyIndex((policy for policy in policies if not is_dry_run(policy)), self._domains)

    def decide(self, workload: Workload, arrival: Arrival) -> Verdict:
        """Judge an arrival at the proxy of a workload; one without ``http`` is a connection."""
        policies, tokens = self._policies.of(workload), self._tokens.of(workload)
        last = self._last
        if not self._read_destination.of(policies):
            arrival = arrival._replace(destination_ip="")
        if last is None or not last.is_for(policies, tokens, arrival):
            verdict = self.decide_by(policies, tokens, arrival)
            self._last = last = _Decided(policies, tokens, arrival, verdict)
        return last.verdict

    def decide_by(
        self, policies: Sequence[AuthorizationPolicy], tokens: Sequence[RequestAuthentication],
        arrival: Arrival,
    ) -> Verdict:  # fmt: skip
        """Judge an arrival at a proxy that these policies hold for, the oldest first."""
        steps: list[Step] = []
        for step, refusal in self._walk(policies, tokens, arrival):
            steps.append(step)
            if refusal is not None:
                return replace(refusal, steps=tuple(steps))
        last = steps[-1] if steps else None
        if last is not None and last.action == "ALLOW" and not last.is_dry:
            return Verdict(is_allowed=True, action="ALLOW", by=last.matched, steps=tuple(steps))
        return Verdict(is_allowed=True, steps=tuple(steps))

    def _walk(
        self, policies: Sequence[AuthorizationPolicy], tokens: Sequence[RequestAuthentication],
        arrival: Arrival,
    ) -> Iterator[tuple[Step, Verdict | None]]:  # fmt: skip
        """Walk the filters, each with the refusal it ends in."""
        custom = [policy for policy in policies if policy.action == "CUSTOM"]
        if custom:
            yield from self._custom(custom, arrival)
        if arrival.http is not None:
            verdict = verify(tokens, arrival.http.claims)
            if verdict.code or verdict.rule is not None:
                refusal = _refused("JWT", verdict.code) if verdict.code else None
                yield Step("JWT", token=verdict), refusal
                arrival = arrival._replace(claims=verdict.claims)
        for action in ("AUDIT", "DENY", "ALLOW"):
            several = [policy for policy in policies if policy.action == action]
            if several:
                yield from self._filter(action, several, arrival)

    def _filter(
        self, action: str, policies: Sequence[AuthorizationPolicy], arrival: Arrival
    ) -> Iterator[tuple[Step, Verdict | None]]:
        dry = [policy for policy in policies if is_dry_run(policy)]
        enforced = [policy for policy in policies if not is_dry_run(policy)]
        if dry:
            yield replace(self._step(action, dry, arrival), is_dry=True), None
        if enforced:
            step = self._step(action, enforced, arrival)
            refused = bool(step.matched) if action == "DENY" else not step.matched
            is_refusal = action != "AUDIT" and refused
            yield step, _refusal(action, step, arrival) if is_refusal else None

    def _custom(
        self, policies: Sequence[AuthorizationPolicy], arrival: Arrival
    ) -> Iterator[tuple[Step, Verdict | None]]:
        by_name: dict[str, list[AuthorizationPolicy]] = {}
        for policy in policies:
            name = policy.spec.child("provider").text("name")
            by_name.setdefault(name, []).append(policy)
        for name, several in sorted(by_name.items()):
            kind = self._provider(name) if len(by_name) == 1 else Provider.BROKEN
            if kind is Provider.BROKEN:
                enforced = [
                    authorization_policy
                    for authorization_policy in several
                    if not is_dry_run(authorization_policy)
                ]
                step = self._step("DENY", enforced, arrival, _BAD)
                yield step, _refusal("DENY", step, arrival) if step.matched else None
            elif arrival.http is not None or kind is Provider.GRPC:
                dry = [
                    authorization_policy
                    for authorization_policy in several
                    if is_dry_run(authorization_policy)
                ]
                if dry:  # istiod has them enforced, as if they said DENY
                    step = self._step("DENY", dry, arrival)
                    yield step, _refusal("DENY", step, arrival) if step.matched else None
                step = self._step(
                    "CUSTOM",
                    [
                        authorization_policy
                        for authorization_policy in several
                        if authorization_policy not in dry
                    ],
                    arrival,
                )
                yield replace(step, called=name if step.matched else ""), None

    def _provider(self, name: str) -> Provider:
        if self._known_providers is None:
            self._known_providers = self._providers()
        return self._known_providers.get(name, Provider.BROKEN)

    def _step(
        self, action: str, policies: Sequence[AuthorizationPolicy], arrival: Arrival,
        suffix: str = "",
    ) -> Step:  # fmt: skip
        rules = [rule for policy in policies for rule in self._rules(policy, arrival.http is None)]
        if suffix:
            rules = [replace(rule, suffix=suffix) for rule in rules]
        rules.sort(key=lambda rule: rule.envoy_name)
        return Step(action, tuple(rules), tuple(rule for rule in rules if rule.matches(arrival)))

    def _rules(self, policy: AuthorizationPolicy, for_tcp: bool) -> tuple[WrittenRule, ...]:  # noqa: FBT001
        key = policy, for_tcp
        if key not in self._written:
            self._written[key] = written_rules(policy, self._domains, for_tcp=for_tcp)
        return self._written[key]


def is_dry_run(policy: AuthorizationPolicy) -> bool:
    """Is a policy only tried out, by its annotation?"""
    return policy.annotations.get(DRY_RUN) in _TRUE


def _read_destination(policies: Sequence[AuthorizationPolicy]) -> bool:
    """Does any policy ask for the address that was called, which all pods have of their own?"""
    return any(
        view.text("key") == "destination.ip"
        for policy in policies
        for entry in policy.rules
        for view in views(entry, "when", View)
    )


def _refusal(action: str, step: Step, arrival: Arrival) -> Verdict:
    code = "403" if arrival.http is not None else CLOSED
    return _refused(action, code, step.matched if action == "DENY" else ())


def _refused(action: str, code: str, by: tuple[WrittenRule, ...] = ()) -> Verdict:
    return Verdict(is_allowed=False, action=action, code=code, by=by)
