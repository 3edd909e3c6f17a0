"""Finds the policies that hold for a workload: TLS, authorization, tokens, proxy settings."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TypeVar

from meshctl.inspect.shown import Named, Place, Shown
from meshctl.istio.annotation_names import DRY_RUN
from meshctl.istio.names import PROXY_CONTAINER
from meshctl.mesh import Mesh
from meshctl.mesh.authorization.attached_policies import AttachedPolicies
from meshctl.mesh.security.authorization_rules import matches_everything
from meshctl.mesh.security.peer_authentication import EffectiveMode
from meshctl.mesh.workloads.membership import Membership
from meshctl.resources import (
    AuthorizationPolicy,
    AuthorizationRule,
    PeerAuthentication,
    Policy,
    RequestAuthentication,
    Resource,
    View,
    WasmPlugin,
    Workload,
)
from meshctl.words import MOST_LISTED

P = TypeVar("P", bound=Policy)
_ORDER = ("CUSTOM", "DENY", "ALLOW", "AUDIT")
"""How Envoy asks them (pilot/pkg/security/authz/builder, Istio 1.31); AUDIT decides nothing."""
_NO_PORT = 0
"""A port that no policy can name."""
_ENFORCERS = {
    Membership.SIDECAR: "its proxy",
    Membership.AMBIENT: "ztunnel",
    Membership.NONE: None,
    Membership.UNKNOWN: "its proxy, if it has one",
}
EVERYONE = "everyone"
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class PortMode:
    """The TLS mode of one container port; what is not captured goes past the proxy."""

    port: int
    mode: str
    decided_by: Named | None
    captured: bool


@dataclass(frozen=True, slots=True)
class PeerPolicy(Named):
    """A PeerAuthentication, and whether it counts; of each level only one does."""

    counts: bool


@dataclass(frozen=True, slots=True)
class PeerAnswer:
    """The TLS mode that a workload demands, and of each port that is for peers."""

    mode: str
    decided_by: Named | None
    order_known: bool
    ports: tuple[PortMode, ...]
    objects: tuple[PeerPolicy, ...]
    ignored_too: int = 0
    """Policies that are ignored as well, and not among the objects: ten of them are."""


@dataclass(frozen=True, slots=True)
class RuleAnswer:
    """One rule of an AuthorizationPolicy in words: entries of a list are alternatives."""

    from_: tuple[str, ...]
    to: tuple[str, ...]
    when: tuple[str, ...]
    location: Place


@dataclass(frozen=True, slots=True)
class AuthorizationEntry(Named):
    """An AuthorizationPolicy that is asked; ``effect`` is how ztunnel's version differs from it."""

    action: str
    provider: str | None
    dry_run: bool
    rules: tuple[RuleAnswer, ...]
    effect: str | None = None


@dataclass(frozen=True, slots=True)
class AuthorizationAnswer:
    """AuthorizationPolicies in the order of evaluation, and who may call at all."""

    callers: str
    policies: tuple[AuthorizationEntry, ...]


@dataclass(frozen=True, slots=True)
class TokenPolicy(Named):
    """A RequestAuthentication, and whose tokens it checks."""

    issuers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProxySettings:
    """What else shapes the proxy of a workload."""

    sidecar: Named | None
    telemetries: tuple[Named, ...]
    envoy_filters: tuple[Named, ...]
    wasm_plugins: tuple[Named, ...]


def enforcer(mesh: Mesh, workload: Workload) -> str | None:
    """Name what enforces policies for a workload; ``None`` outside the mesh."""
    return _ENFORCERS[mesh.workloads.membership(workload)]


class PeerAnswers:
    """Says which TLS mode workloads demand, and each port that is for peers.

    Pods that take the same share what is said of their ports.
    """

    def __init__(self, mesh: Mesh, shown: Shown) -> None:
        self._mesh = mesh
        self._shown = shown
        self._ports: dict[object, tuple[PortMode, ...]] = {}

    def of(self, workload: Workload) -> PeerAnswer:
        """Answer for one workload."""
        shown, policies = self._shown, self._mesh.security.peer_authentications
        whole = _demand(self._mesh, workload)
        ports = self._ports_of(workload)
        levels: Sequence[Sequence[PeerAuthentication]] = (
            policies.for_workload(workload),
            policies.for_namespace(workload.namespace),
            policies.for_mesh(),
        )
        distinct = [level for level in {id(one): one for one in levels}.values() if level]
        room, objects = MOST_LISTED, []
        for level in distinct:  # thousands of pods may share thousands of policies
            objects += [
                PeerPolicy(*shown.head(one), place == 0)
                for place, one in enumerate(level[: room + 1])
            ]
            room -= min(room, len(level) - 1)
        more = sum(map(len, distinct)) - len(objects)
        mode, place = whole.mode.name, shown.perhaps(whole.ref)
        return PeerAnswer(mode, place, whole.order_known, ports, tuple(objects), more)

    def _ports_of(self, workload: Workload) -> tuple[PortMode, ...]:
        mesh = self._mesh
        declared = frozenset(_declared(workload))
        in_front = mesh.workloads.container_ports.all_in_front_of(workload)
        key = mesh.security.mtls.alike(workload), declared, id(in_front)  # which is kept there
        if key not in self._ports:
            numbers = sorted(declared.union(target for _, target in in_front if target))
            self._ports[key] = tuple(self._port(workload, number) for number in numbers)
        return self._ports[key]

    def _port(self, workload: Workload, number: int) -> PortMode:
        server = self._mesh.security.mtls.server(workload, number)
        demand = _demand(self._mesh, workload, number)
        decided_by = self._shown.perhaps(demand.ref)
        return PortMode(number, demand.mode.name, decided_by, server.bypass is None)


def authorization(mesh: Mesh, workload: Workload, shown: Shown) -> AuthorizationAnswer:
    """List the AuthorizationPolicies of a workload in the order of evaluation."""
    found = authorization_of(_attached(mesh, AuthorizationPolicy, workload), shown)
    if mesh.may_lack("AuthorizationPolicy") and not found.callers.startswith(NOBODY):
        unknown = "unknown, as the cluster doesn't show all AuthorizationPolicies"
        return replace(found, callers=unknown)
    return found


def authorization_of(policies: Iterable[AuthorizationPolicy], shown: Shown) -> AuthorizationAnswer:
    """List AuthorizationPolicies that hold together, and say who may call at all."""
    ordered = sorted(policies, key=lambda policy: _ORDER.index(policy.action) if policy.action in _ORDER
                     else len(_ORDER))  # fmt: skip
    return AuthorizationAnswer(
        _callers([policy for policy in ordered if not _is_dry_run(policy)]),
        tuple(
            AuthorizationEntry(
                *shown.head(policy),
                policy.action,
                policy.spec.child("provider").text("name") or None,
                _is_dry_run(policy),
                tuple(_rule(rule, shown) for rule in policy.rules),
            )
            for policy in ordered
        ),
    )


def authorization_at(mesh: Mesh, target: Resource, shown: Shown) -> AuthorizationAnswer:
    """List the AuthorizationPolicies that name a Service or Gateway in targetRefs."""
    policies = (
        policy
        for policy in mesh.of(AuthorizationPolicy)
        if policy.namespace == target.namespace
        and any((ref.kind, ref.name) == (target.kind, target.name) for ref in policy.target_refs)
    )
    return authorization_of(policies, shown)


def request_authentications(
    mesh: Mesh, workload: Workload, shown: Shown
) -> tuple[TokenPolicy, ...]:
    """List the RequestAuthentications of a workload, which all hold together."""
    return tuple(
        TokenPolicy(
            *shown.head(request_authentication),
            tuple(rule.issuer for rule in request_authentication.rules),
        )
        for request_authentication in _attached(mesh, RequestAuthentication, workload)
    )


def proxy_settings(mesh: Mesh, workload: Workload, shown: Shown) -> ProxySettings:
    """Find what else shapes the proxy of a workload: Sidecar, Telemetry, filters, plugins."""
    sidecar = mesh.sidecar_scope.sidecar_of(workload)
    plugins = _attached(mesh, WasmPlugin, workload)
    return ProxySettings(
        shown.whole(sidecar) if sidecar is not None else None,
        _all(reversed([*mesh.workloads.reports.layers(workload)]), shown),
        _all(mesh.workloads.envoy_filters.of(workload), shown),
        _all(plugins, shown),
    )


def container_ports(workload: Workload) -> Iterator[tuple[str, View]]:
    """Walk the declared ports of a workload's containers, each with its container's name."""
    for container in chain(workload.containers, workload.init_containers):
        for port in container.ports:
            yield container.name, port


def _attached(mesh: Mesh, kind: type[P], workload: Workload) -> tuple[P, ...]:
    """List the policies of a kind that a proxy gets, those for its Gateway by name among them."""
    return AttachedPolicies(mesh.of(kind), mesh.config.root_namespace).of(workload)


def _demand(mesh: Mesh, workload: Workload, port: int | None = None) -> EffectiveMode:
    """Find the mode that holds on a port, or on those that no policy names.

    ztunnel knows STRICT and PERMISSIVE alone, and reads modes of ports in its own way.
    """
    if mesh.workloads.membership(workload) is Membership.AMBIENT:
        return mesh.ambient.demand(workload, port or _NO_PORT)
    policies = mesh.security.peer_authentications
    return policies.of_port(workload, port) if port else policies.of_workload(workload)


def _declared(workload: Workload) -> Iterator[int]:
    """Walk the container ports that a workload lists for its peers."""
    for name, port in container_ports(workload):
        number = port.number("containerPort")
        if number and name != PROXY_CONTAINER and port.text("protocol") in {"", "TCP"}:
            yield number


def _all(resources: Iterable[Resource], shown: Shown) -> tuple[Named, ...]:
    return tuple(shown.whole(resource) for resource in resources)


def _is_dry_run(policy: AuthorizationPolicy) -> bool:
    return policy.annotations.get(DRY_RUN) == "true"


def _callers(policies: Sequence[AuthorizationPolicy]) -> str:
    """Say who may call at all; rules about parts of requests narrow that further."""
    for policy in policies:
        if policy.action == "DENY" and any(map(matches_everything, policy.rules)):
            return f"{NOBODY}: AuthorizationPolicy {policy.key_name} denies everything"
    allowing = [policy for policy in policies if policy.action == "ALLOW"]
    rules = [rule for policy in allowing for rule in policy.rules]
    if not allowing:
        text = f"{EVERYONE}, as no AuthorizationPolicy of the input has the action ALLOW"
    elif not rules:
        names = ", ".join(policy.key_name for policy in allowing)
        return f"{NOBODY}: {names} allows, without any rule, nothing"
    elif any(map(matches_everything, rules)):
        text = f"{EVERYONE}, as a rule of ALLOW has no condition"
    else:
        sources = dict.fromkeys(sources_of(rule) or "any source" for rule in rules)
        text = f"who meets a rule of ALLOW: {'; '.join(sources)}"
    if any(policy.action == "DENY" and policy.rules for policy in policies):
        text += "; but nobody with a request that meets a rule of DENY"
    asked = any(policy.action == "CUSTOM" for policy in policies)
    return f"{text}; if asked, the external authorizer has to agree" if asked else text


def _rule(rule: AuthorizationRule, shown: Shown) -> RuleAnswer:
    return RuleAnswer(
        tuple(_fields(source) for source in rule.sources),
        tuple(_fields(operation) for operation in rule.operations),
        tuple(_condition(condition) for condition in rule.conditions),
        shown.at(rule.at()).location,
    )


def sources_of(rule: AuthorizationRule) -> str:
    """Write the alternatives of ``from``, empty for none."""
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
