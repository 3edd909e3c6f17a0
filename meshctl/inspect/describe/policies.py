"""Lists the policies of a workload: TLS, authorization, tokens, and its proxy's settings."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from meshctl.inspect.shown import Shown
from meshctl.mesh import Mesh
from meshctl.mesh.security.authorization_rules import matches_everything
from meshctl.mesh.security.hbone import mode_of
from meshctl.mesh.security.peer_authentication import EffectiveMode
from meshctl.mesh.workloads.membership import PROXY_CONTAINER, Membership
from meshctl.resources import (
    AuthorizationPolicy,
    AuthorizationRule,
    PeerAuthentication,
    Resource,
    Telemetry,
    View,
    WasmPlugin,
    Workload,
)

_ORDER = ("CUSTOM", "DENY", "ALLOW", "AUDIT")
"""How Envoy asks them (pilot/pkg/security/authz/builder, Istio 1.31); AUDIT decides nothing."""
_DRY_RUN = "istio.io/dry-run"
_ENFORCERS = {
    Membership.SIDECAR: "its proxy",
    Membership.AMBIENT: "ztunnel",
    Membership.NONE: None,
    Membership.UNKNOWN: "its proxy, if it has one",
}
_EVERYONE = "everyone"
_NOBODY = "nobody"


def enforcer(mesh: Mesh, workload: Workload) -> str | None:
    """Name what enforces policies for a workload; ``None`` outside the mesh."""
    return _ENFORCERS[mesh.workloads.membership(workload)]


def peer_authentication(mesh: Mesh, workload: Workload, shown: Shown) -> dict[str, Any]:
    """Write the TLS mode that a workload demands, and of each port that differs."""
    policies = mesh.security.peer_authentications
    whole = policies.of_workload(workload)
    ports = []
    for number in _ports(mesh, workload):
        server = mesh.security.mtls.server(workload, number)
        demand = policies.of_port(workload, number)
        ports.append({
            "port": number,
            "mode": _mode(mesh, workload, demand),
            "decided_by": shown.perhaps(demand.ref),
            "captured": server.bypass is None,
        })  # fmt: skip
    levels: Sequence[Sequence[PeerAuthentication]] = (
        policies.for_workload(workload),
        policies.for_namespace(workload.namespace),
        policies.for_mesh(),
    )
    return {
        "mode": _mode(mesh, workload, whole),
        "decided_by": shown.perhaps(whole.ref),
        "order_known": whole.order_known,
        "ports": ports,
        "objects": [
            {**shown.whole(policy), "counts": place == 0}
            for level in dict.fromkeys(map(tuple, levels))
            for place, policy in enumerate(level)
        ],
    }


def authorization(mesh: Mesh, workload: Workload, shown: Shown) -> dict[str, Any]:
    """Write the AuthorizationPolicies of a workload in the order of evaluation."""
    form = authorization_of(dict.fromkeys(mesh.security.authorization.guarding(workload)), shown)
    if mesh.may_lack("AuthorizationPolicy") and not form["callers"].startswith(_NOBODY):
        form["callers"] = "unknown, as the cluster doesn't show all AuthorizationPolicies"
    return form


def authorization_of(policies: Any, shown: Shown) -> dict[str, Any]:
    """Write AuthorizationPolicies that hold together, and who may call at all."""
    ordered = sorted(policies, key=lambda policy: _ORDER.index(policy.action) if policy.action in _ORDER
                     else len(_ORDER))  # fmt: skip
    return {
        "callers": _callers([policy for policy in ordered if not _is_dry_run(policy)]),
        "policies": [
            {
                **shown.whole(policy),
                "action": policy.action,
                "provider": policy.spec.child("provider").text("name") or None,
                "dry_run": _is_dry_run(policy),
                "rules": [_rule(rule, shown) for rule in policy.rules],
            }
            for policy in ordered
        ],
    }


def authorization_at(mesh: Mesh, target: Resource, shown: Shown) -> dict[str, Any]:
    """Write the AuthorizationPolicies that name a Service or Gateway in targetRefs."""
    policies = (
        policy
        for policy in mesh.of(AuthorizationPolicy)
        if policy.namespace == target.namespace
        and any((ref.kind, ref.name) == (target.kind, target.name) for ref in policy.target_refs)
    )
    return authorization_of(policies, shown)


def request_authentications(mesh: Mesh, workload: Workload, shown: Shown) -> list[dict[str, Any]]:
    """Write the RequestAuthentications of a workload, which all hold together."""
    found = dict.fromkeys(mesh.security.request_authentications.of(workload))
    return [
        {**shown.whole(policy), "issuers": [rule.issuer for rule in policy.rules]}
        for policy in found
    ]


def proxy_settings(mesh: Mesh, workload: Workload, shown: Shown) -> dict[str, Any]:
    """Write what else shapes the proxy of a workload: Sidecar, Telemetry, filters, plugins."""
    sidecar = mesh.sidecar_scope.sidecar_of(workload)
    plugins = (
        wasm_plugin
        for wasm_plugin in mesh.of(WasmPlugin)
        if not wasm_plugin.target_refs
        and workload in mesh.security.authorization.picked(wasm_plugin)
    )
    return {
        "sidecar": shown.whole(sidecar) if sidecar is not None else None,
        "telemetries": _all(_telemetries(mesh, workload), shown),
        "envoy_filters": _all(mesh.workloads.envoy_filters.of(workload), shown),
        "wasm_plugins": _all(plugins, shown),
    }


def container_ports(workload: Workload) -> Iterator[tuple[str, View]]:
    """Walk the declared ports of a workload's containers, each with its container's name."""
    for container in chain(workload.containers, workload.init_containers):
        for port in container.ports:
            yield container.name, port


def _mode(mesh: Mesh, workload: Workload, demand: EffectiveMode) -> str:
    """Name the mode that holds, in PeerAuthentication's words; ztunnel knows no DISABLE."""
    is_ambient = mesh.workloads.membership(workload) is Membership.AMBIENT
    return (mode_of(demand) if is_ambient else demand.mode).name


def _ports(mesh: Mesh, workload: Workload) -> list[int]:
    """The container ports that are for peers: declared, or with a Service in front of them."""
    declared = (
        port.number("containerPort")
        for name, port in container_ports(workload)
        if name != PROXY_CONTAINER and port.text("protocol") in {"", "TCP"}
    )
    targets = (target for _, target in mesh.workloads.container_ports.in_front_of(workload))
    return sorted({port for port in chain(declared, targets) if port})


def _telemetries(mesh: Mesh, workload: Workload) -> Iterator[Telemetry]:
    """Walk the one Telemetry of each level, the narrowest first; they are merged."""
    homes = dict.fromkeys((workload.namespace, mesh.config.root_namespace))
    levels = [mesh.workloads.telemetries.for_workload(workload)]
    levels += [mesh.workloads.telemetries.for_namespace(home) for home in homes]
    for level in levels:
        yield from level[:1]


def _all(resources: Any, shown: Shown) -> list[dict[str, Any]]:
    several: Iterator[Resource] = iter(resources)
    return [shown.whole(resource) for resource in several]


def _is_dry_run(policy: AuthorizationPolicy) -> bool:
    return policy.annotations.get(_DRY_RUN) == "true"


def _callers(policies: Sequence[AuthorizationPolicy]) -> str:
    """Say who may call at all; rules about parts of requests narrow that further."""
    for policy in policies:
        if policy.action == "DENY" and any(map(matches_everything, policy.rules)):
            return f"{_NOBODY}: AuthorizationPolicy {policy.key_name} denies everything"
    allowing = [policy for policy in policies if policy.action == "ALLOW"]
    rules = [rule for policy in allowing for rule in policy.rules]
    if not allowing:
        text = f"{_EVERYONE}, as no AuthorizationPolicy of the input has the action ALLOW"
    elif not rules:
        names = ", ".join(policy.key_name for policy in allowing)
        return f"{_NOBODY}: {names} allows, without any rule, nothing"
    elif any(map(matches_everything, rules)):
        text = f"{_EVERYONE}, as a rule of ALLOW has no condition"
    else:
        sources = dict.fromkeys(_sources(rule) or "any source" for rule in rules)
        text = f"who meets a rule of ALLOW: {'; '.join(sources)}"
    if any(policy.action == "DENY" and policy.rules for policy in policies):
        text += "; but nobody with a request that meets a rule of DENY"
    asked = any(policy.action == "CUSTOM" for policy in policies)
    return f"{text}; if asked, the external authorizer has to agree" if asked else text


def _rule(rule: AuthorizationRule, shown: Shown) -> dict[str, Any]:
    return {
        "from": [_fields(source) for source in rule.sources],
        "to": [_fields(operation) for operation in rule.operations],
        "when": [_condition(condition) for condition in rule.conditions],
        "location": shown.at(rule.at())["location"],
    }


def _sources(rule: AuthorizationRule) -> str:
    return " or ".join(_fields(source) for source in rule.sources)


def _fields(view: View) -> str:
    """Write what one entry asks for; everything in it has to hold."""
    return " and ".join(
        f"{name} {', '.join(map(str, values))}"
        for name, values in view.data.items()
        if isinstance(values, list) and values
    )


def _condition(view: View) -> str:
    parts = [view.text("key")]
    for name, word in (("values", "in"), ("notValues", "not in")):
        if view.texts(name):
            parts.append(f"{word} {', '.join(view.texts(name))}")
    return " ".join(parts)
