"""The filter chains of a waypoint, and the policies that it enforces on each.

Mirrors buildWaypointInternal (pilot/pkg/networking/core/listener_waypoint.go), ShouldAttachPolicy
(pilot/pkg/model/policyattachment.go) and pilot/pkg/security/authz/builder of Istio 1.31: waypoints
obey targetRefs alone.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from meshctl.istio.ambient import WAYPOINT_CLASS
from meshctl.istio.protocols import Protocol
from meshctl.mesh.ambient.waypoints import Waypoint
from meshctl.mesh.ambient.workload_api import ZtunnelService
from meshctl.mesh.authorization.custom_providers import Provider
from meshctl.mesh.authorization.decision import is_dry_run
from meshctl.mesh.core.precedence import age
from meshctl.mesh.security.authorization_rules import http_parts
from meshctl.resources import AuthorizationPolicy, Policy, RequestAuthentication, Service, TargetRef

HTTP, TCP = "http", "tcp"
_GATEWAY_GROUP = "gateway.networking.k8s.io"
_ENTRY_GROUP = "networking.istio.io"
_ALLOW = "ALLOW"
_ORDER = ("AUDIT", "DENY", _ALLOW)
P = TypeVar("P", bound=Policy)


@dataclass(frozen=True, slots=True)
class RbacFilter:
    """One RBAC filter: an action with the names of its policies, a name for each rule.

    ALLOW without policies refuses everything. ``is_shadow`` decides nothing by itself.
    """

    action: str
    policies: tuple[str, ...]
    is_shadow: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """One filter chain of a waypoint; ``issuers`` are those whose tokens it knows."""

    name: str
    kind: str
    rbac: tuple[RbacFilter, ...] = ()
    issuers: tuple[str, ...] = ()
    has_authorizer: bool = False
    """Does it ask an external authorizer?"""
    policies: tuple[AuthorizationPolicy, ...] = field(default=(), compare=False)
    """The AuthorizationPolicies that hold here, as written."""


class WaypointPolicies:
    """The policies with targetRefs, by what they name."""

    def __init__(
        self, authorization: Iterable[AuthorizationPolicy],
        tokens: Iterable[RequestAuthentication], root_namespace: str,
        providers: Callable[[str], Provider],
    ) -> None:  # fmt: skip
        """``providers`` tells what an external authorizer can be asked."""
        self._root = root_namespace
        self._providers = providers
        self._authorization = _by_namespace(authorization)
        self._tokens = _by_namespace(tokens)

    def chains(self, waypoint: Waypoint, services: Sequence[ZtunnelService]) -> Iterator[Chain]:
        """Walk the chains of a waypoint: for each port of its services, then for its pods."""
        for service in services:
            for port in service.host.ports:
                stem = f"inbound-vip|{port.number}"
                for kind in _kinds(port.protocol):
                    name = f"{stem}|{kind}|{service.host.host}"
                    yield self._chain(name, kind, waypoint, service)
        yield self._chain("direct-tcp", TCP, waypoint, None)
        yield self._chain("direct-http", HTTP, waypoint, None)

    def authorization_of(
        self, waypoint: Waypoint, service: ZtunnelService | None
    ) -> list[AuthorizationPolicy]:
        """The AuthorizationPolicies that hold for a service behind a waypoint, or for its pods."""
        homes = self._homes(waypoint, service, root_first=True)
        return [
            policy for home in homes for policy in self._authorization.get(home, ())
            if self._attaches(policy, waypoint, service)
        ]  # fmt: skip

    def _chain(
        self, name: str, kind: str, waypoint: Waypoint, service: ZtunnelService | None
    ) -> Chain:
        policies = self.authorization_of(waypoint, service)
        rbac: list[RbacFilter] = []
        asked = [policy for policy in policies if policy.action == "CUSTOM"]
        authorizers = list(self._custom(asked, kind))
        rbac += authorizers
        rbac += _local(policies, kind)
        issuers = self._issuers(waypoint, service) if kind == HTTP else ()
        has_authorizer = any(authorizer.is_shadow for authorizer in authorizers)
        return Chain(name, kind, tuple(rbac), issuers, has_authorizer, tuple(policies))

    def _custom(self, policies: Sequence[AuthorizationPolicy], kind: str) -> Iterator[RbacFilter]:
        """CUSTOM asks its provider by a shadow; what can't be asked refuses what the rules match."""
        by_provider: dict[str, list[AuthorizationPolicy]] = {}
        for policy in policies:
            provider = policy.spec.child("provider").text("name")
            by_provider.setdefault(provider, []).append(policy)
        for provider, of_provider in sorted(by_provider.items()):
            prefix = f"istio-ext-authz-{provider}-" if provider else "istio-ext-authz-"
            enforced = [
                authorization_policy
                for authorization_policy in of_provider
                if not is_dry_run(authorization_policy)
            ]
            names = tuple(f"{prefix}{one}" for one in _names(enforced, kind))
            known = self._providers(provider)
            if len(by_provider) > 1 or known is Provider.BROKEN:
                denied = tuple(f"{name}-deny-due-to-bad-CUSTOM-action" for name in names)
                yield RbacFilter("DENY", denied)
            elif kind == HTTP or known is Provider.GRPC:
                yield RbacFilter("DENY", names, is_shadow=True)

    def _issuers(self, waypoint: Waypoint, service: ZtunnelService | None) -> tuple[str, ...]:
        found = self.tokens_of(waypoint, service)
        return tuple(
            sorted(
                rule.issuer
                for request_authentication in found
                for rule in request_authentication.rules
            )
        )

    def tokens_of(
        self, waypoint: Waypoint, service: ZtunnelService | None
    ) -> list[RequestAuthentication]:
        """The RequestAuthentications that hold for a service behind a waypoint, or for its pods."""
        return [
            request_authentication for home in self._homes(waypoint, service, root_first=False)
            for request_authentication in self._tokens.get(home, ())
            if self._attaches(request_authentication, waypoint, service)
        ]  # fmt: skip

    def _homes(
        self, waypoint: Waypoint, service: ZtunnelService | None, *, root_first: bool
    ) -> dict[str, None]:
        homes = [self._root, waypoint.gateway.namespace]
        if not root_first:
            homes.reverse()
        return dict.fromkeys([*homes, *([service.host.namespace] if service is not None else [])])

    def _attaches(self, policy: Policy, waypoint: Waypoint, service: ZtunnelService | None) -> bool:
        return any(
            self._attaches_by(target, policy, waypoint, service) for target in policy.target_refs
        )

    def _attaches_by(
        self, target: TargetRef, policy: Policy, waypoint: Waypoint,
        service: ZtunnelService | None,
    ) -> bool:  # fmt: skip
        kind = (target.text("group").removeprefix("core"), target.kind)
        if kind in {("", "Service"), (_ENTRY_GROUP, "ServiceEntry")}:
            if service is None:
                return False
            source = service.host.source
            same_kind = isinstance(source, Service) is (target.kind == "Service")
            same = (source.name, source.namespace) == (target.name, policy.namespace)
            return same_kind and same
        if kind == (_GATEWAY_GROUP, "GatewayClass"):
            return policy.namespace == self._root and target.name == WAYPOINT_CLASS
        home = waypoint.gateway.namespace
        return (
            kind == (_GATEWAY_GROUP, "Gateway")
            and policy.namespace == home
            and target.text("namespace") in {"", home}
            and target.name == waypoint.gateway.name
        )


def _by_namespace(policies: Iterable[P]) -> dict[str, list[P]]:
    found: dict[str, list[P]] = {}
    for policy in sorted(policies, key=age):
        if policy.target_refs:
            found.setdefault(policy.namespace, []).append(policy)
    return found


def _kinds(protocol: Protocol) -> tuple[str, ...]:
    if protocol is Protocol.UDP:
        return ()
    if protocol is Protocol.AUTO:
        return (TCP, HTTP)
    return (HTTP,) if protocol.is_http else (TCP,)


def _local(policies: Sequence[AuthorizationPolicy], kind: str) -> Iterator[RbacFilter]:
    for action in _ORDER:
        found = [policy for policy in policies if policy.action == action]
        tried = [policy for policy in found if is_dry_run(policy)]
        enforced = [policy for policy in found if policy not in tried]
        written = "LOG" if action == "AUDIT" else action
        if enforced:
            yield RbacFilter(written, tuple(_names(enforced, kind)))
        if tried:
            yield RbacFilter(written, tuple(_names(tried, kind)), is_shadow=True)


def _names(policies: Iterable[AuthorizationPolicy], kind: str) -> Iterator[str]:
    """Name what each rule becomes: a rule of ALLOW about requests is nothing for plain TCP."""
    for policy in policies:
        stem = f"ns[{policy.namespace}]-policy[{policy.name}]"
        for index, rule in enumerate(policy.rules):
            if kind == HTTP or policy.action != _ALLOW or not any(True for _ in http_parts(rule)):
                yield f"{stem}-rule[{index}]"
        if not policy.rules:
            yield f"{stem}-rule[0]"  # a rule that never matches
