"""RequestAuthentications by workload, and where their keys come from.

They are merged: all of the root namespace, of the workload's namespace and of its own selector
hold together (pilot/pkg/model/authentication.go, Istio 1.31).
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from meshctl.mesh.core.hosts import in_cluster
from meshctl.mesh.core.precedence import age
from meshctl.mesh.registry.services import HostPort, RegisteredHost
from meshctl.mesh.security.authorization_rules import token_parts
from meshctl.resources import (
    AuthorizationPolicy,
    Gateway,
    KubernetesGateway,
    Match,
    Policy,
    Ref,
    RequestAuthentication,
    TokenRule,
    VirtualService,
    Workload,
)
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.model import Mesh

_REMOTE_KEYS = "PILOT_JWT_ENABLE_REMOTE_JWKS"
_OFF = frozenset({"", "false", "istiod"})
_PRIVATE = (".local", ".internal", ".svc", ".lan", ".test", ".localhost", ".intranet", ".corp")
_CLAIMS = "@request.auth.claims"
_WITHOUT = "withoutHeaders"
_PORTS = {"http": 80, "https": 443}


class RequestAuthentications:
    """All RequestAuthentications, with the policies that ask for tokens."""

    def __init__(self, mesh: "Mesh") -> None:
        self._mesh = mesh
        self._root = mesh.config.root_namespace

    def of(self, workload: Workload) -> Sequence[RequestAuthentication]:
        """The RequestAuthentications with a selector that picks a workload, or wide ones."""
        homes = dict.fromkeys((self._root, workload.namespace))
        wide = [policy for home in homes for policy in self._wide.get(home, ())]
        return (*wide, *self._by_workload.get(workload, ()))

    def reached(self, policy: Policy) -> list[Workload]:
        """The workloads of the mesh that a RequestAuthentication without targetRefs is for."""
        return self._mesh.authorization.reached(policy)

    def of_same_targets(self, policy: Policy) -> Sequence[RequestAuthentication]:
        """The RequestAuthentications that attach to one of the targets of a policy."""
        wanted = {(target.kind, target.name) for target in policy.target_refs}
        return [
            request_authentication
            for request_authentication in self._by_namespace.get(policy.namespace, ())
            if not wanted.isdisjoint(
                (ref.kind, ref.name) for ref in request_authentication.target_refs
            )
        ]

    def knows_those_of(self, namespace: str) -> bool:
        """Has the input RequestAuthentications of a namespace, so that a missing one is absent?"""
        return self._mesh.is_whole or namespace in self._by_namespace

    def may_be_asked_for(self, policy: RequestAuthentication) -> bool:
        """Does anything that may hold for the same workloads read tokens, or ask an outsider?"""
        asking = self._asking_namespaces
        wide = policy.namespace == self._root
        return bool(asking) if wide else not asking.isdisjoint({self._root, policy.namespace})

    def is_asked_for(self, workload: Workload) -> bool:
        """Does a policy that guards a workload ask for a token, or ask an outsider?"""
        return any(_asks(policy) for policy in self._mesh.authorization.guarding(workload))

    @cached_property
    def route_by_claims(self) -> bool:
        """Does any VirtualService choose routes by claims, as those without a token have none?"""
        services = self._mesh.of(VirtualService)
        return any(next(claim_matches(service), None) is not None for service in services)

    def unverified(self, gateway: Gateway) -> Workload | None:
        """Find a workload of a Gateway for which no RequestAuthentication of the input holds."""
        found = (
            effective_gateway.workload.workload
            for effective_gateway in self._mesh.gateways.of(gateway)
        )
        return next(
            (workload for workload in found if workload is not None and not self.of(workload)), None
        )

    def keys_host(self, rule: TokenRule) -> tuple[RegisteredHost, HostPort] | None:
        """Find the Service of this mesh, and its port, that a rule's keys are fetched from."""
        _, name, number = address_of(rule.keys_uri)
        domain = self._mesh.config.domain
        for host in (name, f"{name}.{domain}", f"{name}.svc.{domain}"):
            known = self._mesh.registry.at(host) if in_cluster(host, domain) else []
            for registered_host in known:
                port = registered_host.port(number)
                if port is not None:
                    return registered_host, port
        return None

    def behind_gateway(
        self, policy: RequestAuthentication, outer: TokenRule
    ) -> tuple[TokenRule, Workload, Ref] | None:
        """Find a workload behind a policy's gateways that asks for a token of the same issuer.

        Gives its own rule, the workload, and the place of the route that leads there.
        """
        for gateway in self._gateways_of(policy):
            for workload, place in self._mesh.ingress_paths.behind(gateway):
                for inner in self.of(workload) if self.is_asked_for(workload) else ():
                    for rule in inner.rules if inner is not policy else ():
                        if rule.issuer == outer.issuer and _location(rule) == _location(outer):
                            return rule, workload, place
        return None

    def _gateways_of(self, policy: RequestAuthentication) -> Iterator[Gateway | KubernetesGateway]:
        for ref in policy.target_refs:
            if ref.kind == "Gateway":
                yield from self._mesh.reference_grants.named(policy.namespace, ref.name)
        if policy.selector:
            picked = set(self._mesh.authorization.picked(policy))
            for gateway in sorted(self._mesh.of(Gateway), key=age):
                effective = self._mesh.gateways.of(gateway)
                workloads = {gateway.workload.workload for gateway in effective}
                if workloads and workloads <= picked:
                    yield gateway

    @cached_property
    def proxies_fetch_keys(self) -> bool:
        """Do the proxies fetch keys from Services themselves, instead of istiod?"""
        return self._mesh.control_plane.variable(_REMOTE_KEYS) not in _OFF

    @cached_property
    def _by_namespace(self) -> dict[str, list[RequestAuthentication]]:
        found: dict[str, list[RequestAuthentication]] = {}
        for policy in sorted(self._mesh.of(RequestAuthentication), key=age):
            found.setdefault(policy.namespace, []).append(policy)
        return found

    @cached_property
    def _wide(self) -> dict[str, list[RequestAuthentication]]:
        return {
            namespace: [policy for policy in several if policy.is_namespace_wide]
            for namespace, several in self._by_namespace.items()
        }

    @cached_property
    def _by_workload(self) -> dict[Workload, list[RequestAuthentication]]:
        found: dict[Workload, list[RequestAuthentication]] = {}
        for policy in sorted(self._mesh.of(RequestAuthentication), key=age):
            for workload in self.reached(policy) if policy.selector else ():
                found.setdefault(workload, []).append(policy)
        return found

    @cached_property
    def _asking_namespaces(self) -> frozenset[str]:
        policies = self._mesh.of(AuthorizationPolicy)
        return frozenset(policy.namespace for policy in policies if _asks(policy))


class ClaimMatch(NamedTuple):
    """A condition of a match on a claim of a token."""

    match: Match
    field: str
    name: str

    @property
    def is_negative(self) -> bool:
        """Is it met without the claim?"""
        return self.field == _WITHOUT


def claim_matches(service: VirtualService) -> Iterator[ClaimMatch]:
    """Walk the conditions of a VirtualService on claims, which only verified tokens have."""
    for route in service.http:
        for match in route.matches:
            for field in ("headers", _WITHOUT):
                for name in match.child(field).names():
                    if name.startswith(_CLAIMS):
                        yield ClaimMatch(match, field, name)


def _asks(policy: AuthorizationPolicy) -> bool:
    return policy.action == "CUSTOM" or next(token_parts(policy), None) is not None


def address_of(uri: str) -> tuple[str, str, int]:
    """Split a URL into scheme, host and port; the host is empty when there is none to be read."""
    try:
        parts = urlsplit(uri)
        return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return "", "", 0


def is_plain_and_public(uri: str) -> bool:
    """Is it an ``http://`` address of a name (not an address) outside any private network?"""
    scheme, host, _ = address_of(uri)
    is_name = "." in host and not host.replace(".", "").isdecimal() and ":" not in host
    return scheme == "http" and is_name and not host.endswith(_PRIVATE)


def _location(rule: TokenRule) -> tuple[object, ...]:
    """Where a rule looks for tokens."""
    return tuple(rule.data.get(key) for key in ("fromHeaders", "fromParams", "fromCookies"))
