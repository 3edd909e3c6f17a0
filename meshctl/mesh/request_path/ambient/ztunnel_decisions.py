"""Decides whether ztunnel lets a connection in, by which policies.

Mirrors assert_rbac of ztunnel (src/state.rs, release 1.31).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from meshctl.mesh.ambient.connection_match import PeerConnection, matches, matches_group
from meshctl.mesh.ambient.ztunnel_policy import ZtunnelPolicy
from meshctl.mesh.authorization.decision import CLOSED, Step, Verdict
from meshctl.mesh.authorization.rule_tests import WrittenRule
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.resources import AuthorizationPolicy


class _Decided(NamedTuple):
    """What was decided last: many pods of one Service ask for the same."""

    policies: Sequence[ZtunnelPolicy]
    connection: PeerConnection
    verdict: Verdict | None


class ZtunnelDecisions:
    """Answers for the ztunnels of all servers."""

    def __init__(self) -> None:
        self._read_destination = IdentityCache(_read_destination)
        self._last: _Decided | None = None

    def decide(
        self, policies: Sequence[ZtunnelPolicy], connection: PeerConnection
    ) -> Verdict | None:
        """Judge a connection; ``None`` where mutual TLS is asked for and missing."""
        if not self._read_destination.of(policies):
            connection = replace(connection, destination_ip="")
        last = self._last
        if last is None or last.policies is not policies or last.connection != connection:
            lacks_tls = _lacks_tls(policies, connection)
            verdict = None if lacks_tls else _verdict(policies, connection)
            self._last = last = _Decided(policies, connection, verdict)
        return last.verdict


def _read_destination(policies: Sequence[ZtunnelPolicy]) -> bool:
    """Does any policy ask for the address that was called, which all pods have of their own?"""
    return any(
        match.destination_ips or match.not_destination_ips
        for policy in policies
        for group in policy.groups
        for clause in group.clauses
        for match in clause
    )


def _lacks_tls(policies: Sequence[ZtunnelPolicy], connection: PeerConnection) -> bool:
    """Does any of the policies that stand for PeerAuthentications refuse?"""
    return any(
        matches(policy, connection)
        for policy in policies
        if policy.action == "DENY" and not isinstance(policy.source, AuthorizationPolicy)
    )


def _verdict(policies: Sequence[ZtunnelPolicy], connection: PeerConnection) -> Verdict:
    """Ask the AuthorizationPolicies: any rule of DENY refuses, else one of ALLOW has to match."""
    steps: list[Step] = []
    for action in ("DENY", "ALLOW"):
        several = [policy for policy in policies if policy.action == action]
        rules = tuple(rule for policy in several for rule in _rules(policy))
        matched = tuple(
            rule
            for policy in several
            for group, rule in zip(policy.groups, _rules(policy), strict=False)
            if matches_group(group, connection)
        )
        if not rules:
            continue
        steps.append(Step(action, rules, matched))
        if bool(matched) is (action == "DENY"):
            by = matched if action == "DENY" else ()
            return Verdict(is_allowed=False, action=action, code=CLOSED, by=by, steps=tuple(steps))
        if matched:
            return Verdict(is_allowed=True, action=action, by=matched, steps=tuple(steps))
    return Verdict(is_allowed=True, steps=tuple(steps))


def _rules(policy: ZtunnelPolicy) -> tuple[WrittenRule, ...]:
    """Name the rules of a policy; one of which nothing is left has one that never matches."""
    source = policy.source
    if not isinstance(source, AuthorizationPolicy):
        return ()
    found = tuple(
        WrittenRule(source, int(group.rule.path[-1]) if group.rule is not None else 0)
        for group in policy.groups
    )
    return found or (WrittenRule(source, 0, never=True),)
