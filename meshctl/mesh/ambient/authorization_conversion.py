"""Translates AuthorizationPolicies to what istiod sends ztunnel of them.

Mirrors convertAuthorizationPolicy (pilot/pkg/serviceregistry/ambient/authorization.go, Istio 1.31).
"""

from collections.abc import Iterable, Sequence
from ipaddress import ip_address, ip_interface

from meshctl.mesh.ambient.ztunnel_policy import (
    Acceptance,
    Clause,
    Effect,
    Group,
    Match,
    Scope,
    ZtunnelPolicy,
)
from meshctl.mesh.authorization.decision import is_dry_run
from meshctl.mesh.security.layer7 import unseen_parts
from meshctl.resources import AuthorizationPolicy, AuthorizationRule, View
from meshctl.words import whole_number

_MAX_PORT = 65535
_ALLOW, _DENY = "ALLOW", "DENY"


def acceptance(policy: AuthorizationPolicy) -> Acceptance | None:
    """Tell what istiod says about sending a policy to ztunnel; ``None`` for targetRefs."""
    if is_dry_run(policy):
        message = (
            f'found policy "{policy.key_name}" using dry-run annotation, but support for ambient '
            "dry-run authorizationPolicies isn't enabled"
        )
        return Acceptance("UnsupportedValue", message, accepted=False)
    if policy.target_refs:
        return None
    if policy.action not in {_ALLOW, _DENY}:
        message = f"ztunnel does not support the {policy.action} action"
        return Acceptance("UnsupportedValue", message, accepted=False)
    found = tuple(sorted({name for rule in policy.rules for name, _ in unseen_parts(rule)}))
    if found:
        message = f"ztunnel does not support HTTP attributes (found: {', '.join(found)})"
        return Acceptance("UnsupportedValue", message, found)
    return Acceptance("Accepted", "attached to ztunnel")


def converted(policy: AuthorizationPolicy, root_namespace: str) -> ZtunnelPolicy | None:
    """Translate a policy to what ztunnel gets; ``None`` for what it doesn't get."""
    said = acceptance(policy)
    if said is None or not said.accepted:
        return None
    scope = Scope.WORKLOAD_SELECTOR
    if not policy.spec.has("selector"):
        scope = Scope.GLOBAL if policy.namespace == root_namespace else Scope.NAMESPACE
    groups = [converted_rule(policy, rule) for rule in policy.rules]
    return ZtunnelPolicy(
        policy.namespace, policy.name, scope, policy.action,
        tuple(group for group in groups if group.effect is not Effect.LEFT_OUT),
        policy, policy.selector,
    )  # fmt: skip


def converted_rule(policy: AuthorizationPolicy, rule: AuthorizationRule) -> Group:
    """Translate one rule; its effect says whether it is sent, and what it lost on the way."""
    looks_into_requests = any(True for _ in unseen_parts(rule))
    if policy.action == _ALLOW and looks_into_requests:
        return Group((), rule, Effect.LEFT_OUT)
    clauses = [
        tuple(map(_operation, rule.operations)),
        tuple(_source(source, policy.namespace) for source in rule.sources),
        *((_condition(condition),) for condition in rule.conditions),
    ]
    kept: tuple[Clause, ...] = tuple(clause for clause in clauses if clause)
    group = Group(kept, rule)
    if not looks_into_requests:
        return group
    return Group(kept, rule, Effect.WIDENED if group.can_match else Effect.NEVER)


def _operation(view: View) -> Match:
    return Match(
        destination_ports=_ports(view.texts("ports")),
        not_destination_ports=_ports(view.texts("notPorts")),
    )


def _source(view: View, home: str) -> Match:
    return Match(
        namespaces=view.texts("namespaces"),
        not_namespaces=view.texts("notNamespaces"),
        service_accounts=_accounts(view.texts("serviceAccounts"), home),
        not_service_accounts=_accounts(view.texts("notServiceAccounts"), home),
        principals=view.texts("principals"),
        not_principals=view.texts("notPrincipals"),
        source_ips=_addresses(view.texts("ipBlocks")),
        not_source_ips=_addresses(view.texts("notIpBlocks")),
    )


def _condition(view: View) -> Match:
    values, others = view.texts("values"), view.texts("notValues")
    match view.text("key"):
        case "source.namespace":
            return Match(namespaces=values, not_namespaces=others)
        case "source.principal":
            return Match(principals=values, not_principals=others)
        case "source.ip":
            return Match(source_ips=_addresses(values), not_source_ips=_addresses(others))
        case "destination.ip":
            return Match(destination_ips=_addresses(values), not_destination_ips=_addresses(others))
        case "destination.port":
            return Match(destination_ports=_ports(values), not_destination_ports=_ports(others))
    return Match()


def _accounts(texts: Sequence[str], home: str) -> tuple[str, ...]:
    return tuple(text if "/" in text else f"{home}/{text}" for text in texts)


def _ports(texts: Iterable[str]) -> tuple[int, ...]:
    """What is no port number is passed over."""
    numbers = map(whole_number, texts)
    return tuple(number for number in numbers if number is not None and number <= _MAX_PORT)


def _addresses(texts: Iterable[str]) -> tuple[str, ...]:
    """Write addresses with their length; what is none is passed over."""
    return tuple(found for text in texts if (found := _address(text)))


def _address(text: str) -> str:
    address, slash, length = text.partition("/")
    try:
        if not slash:
            return f"{address}/{ip_address(address).max_prefixlen}"
        return str(ip_interface(text)) if length.isascii() and length.isdecimal() else ""
    except ValueError:
        return ""
