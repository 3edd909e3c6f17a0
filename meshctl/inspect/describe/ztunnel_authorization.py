"""Says what becomes of AuthorizationPolicies at ztunnel, and who may call a pod in ambient mode."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from meshctl.inspect.describe.policies import (
    EVERYONE,
    NOBODY,
    AuthorizationAnswer,
    AuthorizationEntry,
    sources_of,
)
from meshctl.mesh import Mesh
from meshctl.mesh.ambient.authorization_conversion import acceptance, converted_rule
from meshctl.mesh.ambient.connection_match import covers_port
from meshctl.mesh.ambient.ztunnel_policy import Effect, Group, ZtunnelPolicy
from meshctl.mesh.security.layer7 import unseen_parts
from meshctl.resources import AuthorizationPolicy, AuthorizationRule, Workload


def at_ztunnel(mesh: Mesh, workload: Workload, found: AuthorizationAnswer) -> AuthorizationAnswer:
    """Say of each policy what ztunnel makes of it, and who may call."""
    policies = {
        authorization_policy.key_name: authorization_policy
        for authorization_policy in mesh.of(AuthorizationPolicy)
    }
    guarding = mesh.ambient.policies.guarding(workload.namespace, workload.pod_labels)
    reached = {ztunnel_policy.source for ztunnel_policy in guarding}
    entries = tuple(_entry(policy, policies, reached) for policy in found.policies)
    written = [
        ztunnel_policy
        for ztunnel_policy in guarding
        if isinstance(ztunnel_policy.source, AuthorizationPolicy)
    ]
    ports = sorted({port for _, port in mesh.workloads.container_ports.in_front_of(workload)})
    callers = _callers(written, ports)
    if mesh.may_lack("AuthorizationPolicy") and not callers.startswith(NOBODY):
        callers = found.callers
    return replace(found, callers=callers, policies=entries)


def _entry(
    entry: AuthorizationEntry, policies: dict[str, AuthorizationPolicy], reached: Iterable[object]
) -> AuthorizationEntry:
    policy = policies.get(f"{entry.namespace}/{entry.name}")
    return replace(entry, effect=_effect(policy, reached)) if policy is not None else entry


def _effect(policy: AuthorizationPolicy, reached: Iterable[object]) -> str | None:
    """Say how ztunnel's policy differs from what is written; ``None`` where it doesn't."""
    said = acceptance(policy)
    if said is None or not said.accepted:
        return f"ztunnel doesn't get it: {said.message}" if said is not None else None
    if policy not in reached:
        return "ztunnel names it for no workload, as its selector has no labels"
    parts = []
    for index, rule in enumerate(policy.rules):
        effect = converted_rule(policy, rule).effect
        if effect is not Effect.AS_WRITTEN:
            parts.append(f"rule {index} {_WORDS[effect]} ({_unseen(rule)})")
    return "; ".join(parts) or None


_WORDS = {
    Effect.LEFT_OUT: "lets nobody in, as ztunnel can't see requests",
    Effect.WIDENED: "denies more than it says, as ztunnel can't see requests",
    Effect.NEVER: "denies nothing, as ztunnel can't see requests",
}


def _unseen(rule: AuthorizationRule) -> str:
    return ", ".join(dict.fromkeys(name for name, _ in unseen_parts(rule)))


def _callers(policies: Sequence[ZtunnelPolicy], ports: Sequence[int]) -> str:
    """Say who may call at all, by the order in which ztunnel asks: DENY, then ALLOW.

    ``ports`` are those of the pod that Services lead to.
    """
    denying = [policy for policy in policies if policy.action == "DENY"]
    for ztunnel_policy in denying:
        if any(group.matches_all for group in ztunnel_policy.groups):
            return f"{NOBODY}: AuthorizationPolicy {ztunnel_policy.key_name} denies everything"
    closed = {
        port: ztunnel_policy.key_name
        for port in ports
        for ztunnel_policy in denying
        if any(covers_port(group, port) for group in ztunnel_policy.groups)
    }
    if closed and len(closed) == len(ports):
        names = ", ".join(dict.fromkeys(closed.values()))
        numbers = ", ".join(map(str, ports))
        return f"{NOBODY}: {names} denies every connection to port {numbers}"
    allowing = [policy for policy in policies if policy.action == "ALLOW"]
    groups = [group for ztunnel_policy in allowing for group in ztunnel_policy.groups]
    if not allowing:
        text = f"{EVERYONE}, as ztunnel gets no AuthorizationPolicy with the action ALLOW"
    elif not any(group.can_match for group in groups):
        names = ", ".join(ztunnel_policy.key_name for ztunnel_policy in allowing)
        return f"{NOBODY}: of {names} no rule of ALLOW is left at ztunnel"
    elif any(group.matches_all for group in groups):
        text = f"{EVERYONE}, as a rule of ALLOW has no condition"
    else:
        sources = dict.fromkeys(map(_sources, groups))
        text = f"who meets a rule of ALLOW: {'; '.join(sources)}"
    if any(policy.action == "DENY" and policy.can_match for policy in policies):
        text += "; but nobody with a connection that meets a rule of DENY"
    return text


def _sources(group: Group) -> str:
    return (sources_of(group.rule) if group.rule is not None else "") or "any source"
