"""RequestAuthentications by workload, and where their keys come from.

They are merged: all of the root namespace, of the workload's namespace and of its own selector
hold together (pilot/pkg/model/authentication.go, Istio 1.31).
"""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from meshctl.mesh.core.hosts import in_cluster
from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.core.precedence import age
from meshctl.mesh.core.selectors import IdentityCache, SelectorIndex
from meshctl.mesh.gateway_api.reference_grants import ReferenceGrants
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.gateways.gateway_index import Gateways
from meshctl.mesh.injection.control_plane import ControlPlane
from meshctl.mesh.reachability.ingress_paths import IngressPaths
from meshctl.mesh.registry.services import HostPort, RegisteredHost, Registry
from meshctl.mesh.security.authorization import Authorization
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

_REMOTE_KEYS = "PILOT_JWT_ENABLE_REMOTE_JWKS"
_OFF = frozenset({"", "false", "istiod"})
_PRIVATE = (".local", ".internal", ".svc", ".lan", ".test", ".localhost", ".intranet", ".corp")
_CLAIMS = "@request.auth.claims"
_WITHOUT = "withoutHeaders"
_PORTS = {"http": 80, "https": 443}
_ALL: frozenset[tuple[str, str]] = frozenset()
_Scope = tuple[str, frozenset[tuple[str, str]], frozenset[tuple[str, str]]]
"""A namespace, labels, and targets by kind and name."""
_InnerRules = dict[
    tuple[str, str],
    list[tuple[RequestAuthentication, tuple[TokenRule, Workload, Ref]]],
]
_TWO = 2
"""So many policies have one that isn't the policy itself."""


class RequestAuthentications:
    """All RequestAuthentications, with the policies that ask for tokens."""

    def __init__(
        self, inventory: Inventory, registry: Registry, policies: Authorization,
        gateways: Gateways, paths: IngressPaths, grants: ReferenceGrants, control_plane: ControlPlane,
    ) -> None:  # fmt: skip
        self._inventory = inventory
        self._domain = inventory.config.domain
        self._root = inventory.config.root_namespace
        self._registry = registry
        self._policies = policies
        self._gateways = gateways
        self._paths = paths
        self._grants = grants
        self._control_plane = control_plane
        self._selecting: dict[str, SelectorIndex[RequestAuthentication]] = {}
        self._lacking = IdentityCache(self._is_lacking)
        self._held = IdentityCache(self._with_wide)
        self._asking = IdentityCache(_ask)
        self._any_asked = IdentityCache(self._is_any_asked)
        self._gateways_of = IdentityCache(self._find_gateways)
        self._inner = IdentityCache(self._inner_rules)  # many policies select the same
        self._unverified: dict[tuple[EffectiveGateway, ...], Workload | None] = {}

    def of(self, workload: Workload) -> Sequence[RequestAuthentication]:
        """The RequestAuthentications with a selector that picks a workload, or wide ones.

        Workloads for which the same ones hold share them.
        """
        return self._held.of(self._picking(workload), workload.namespace)

    def _with_wide(
        self, picking: Sequence[RequestAuthentication], home: str
    ) -> Sequence[RequestAuthentication]:
        homes = dict.fromkeys((self._root, home))
        wide = (
            request_authentication
            for each in homes
            for request_authentication in self._wide.get(each, ())
        )
        return (*wide, *picking)

    def lack(self, workloads: Sequence[Workload]) -> bool:
        """Does none hold for any of some workloads? Found once for a sequence."""
        return self._lacking.of(workloads)

    def _is_lacking(self, workloads: Sequence[Workload]) -> bool:
        return bool(workloads) and not any(map(self.of, workloads))

    def _picking(self, workload: Workload) -> Sequence[RequestAuthentication]:
        if not self._has_selectors or not self._policies.takes_part(workload):
            return ()
        home = workload.namespace
        if home not in self._selecting:
            found = {
                id(request_authentication): request_authentication
                for each in (self._root, home)
                for request_authentication in self._narrow(each)
            }
            index = self._selecting[home] = SelectorIndex()
            for request_authentication in sorted(found.values(), key=age):
                index.add(request_authentication.selector, request_authentication)
        return self._selecting[home].find(workload.pod_labels)

    def _narrow(self, home: str) -> Iterator[RequestAuthentication]:
        return (
            request_authentication
            for request_authentication in self._by_namespace.get(home, ())
            if request_authentication.selector
        )

    @cached_property
    def _has_selectors(self) -> bool:
        return any(
            request_authentication.selector
            for request_authentication in self._inventory.of(RequestAuthentication)
        )

    def reached(self, policy: Policy) -> list[Workload]:
        """The workloads of the mesh that a RequestAuthentication without targetRefs is for."""
        return self._policies.reached(policy)

    def of_same_targets(self, policy: Policy) -> Sequence[RequestAuthentication]:
        """The RequestAuthentications that attach to one of the targets of a policy."""
        wanted = {(target_ref.kind, target_ref.name) for target_ref in policy.target_refs}
        return [
            request_authentication
            for request_authentication in self._by_namespace.get(policy.namespace, ())
            if not wanted.isdisjoint(
                (ref.kind, ref.name) for ref in request_authentication.target_refs
            )
        ]

    def may_be_asked_for(self, policy: RequestAuthentication) -> bool:
        """Does anything that may hold for the same workloads read tokens, or ask an outsider?"""
        asking = self._asking_namespaces
        wide = policy.namespace == self._root
        return bool(asking) if wide else not asking.isdisjoint({self._root, policy.namespace})

    def is_asked_for(self, workload: Workload) -> bool:
        """Does a policy that guards a workload ask for a token, or ask an outsider?"""
        return self._asking.of(self._policies.guarding(workload))

    def is_any_asked_for(self, workloads: Sequence[Workload]) -> bool:
        """Does a policy that guards one of some workloads ask so? Found once for a sequence."""
        return self._any_asked.of(workloads)

    def _is_any_asked(self, workloads: Sequence[Workload]) -> bool:
        return any(self.is_asked_for(workload) for workload in workloads)

    @cached_property
    def route_by_claims(self) -> bool:
        """Does any VirtualService choose routes by claims, as those without a token have none?"""
        services = self._inventory.of(VirtualService)
        return any(map(claim_matches, services))

    def unverified(self, gateway: Gateway) -> Workload | None:
        """Find a workload of a Gateway for which no RequestAuthentication of the input holds."""
        alike = self._gateways.distinct_of(gateway)
        if alike not in self._unverified:
            found = (
                effective_gateway.workload.workload
                for effective_gateway in self._gateways.all_like(alike)
            )
            lacking = (
                workload for workload in found if workload is not None and not self.of(workload)
            )
            self._unverified[alike] = next(lacking, None)
        return self._unverified[alike]

    def keys_host(self, rule: TokenRule) -> tuple[RegisteredHost, HostPort] | None:
        """Find the Service of this mesh, and its port, that a rule's keys are fetched from."""
        _, name, number = address_of(rule.keys_uri)
        for host in self._full_names(name):
            for registered_host in self._registry.at(host):
                port = registered_host.port(number)
                if port is not None:
                    return registered_host, port
        return None

    def _full_names(self, name: str) -> list[str]:
        """List what a name may be short for as the name of a Service."""
        several = (name, f"{name}.{self._domain}", f"{name}.svc.{self._domain}")
        return [one for one in several if in_cluster(one, self._domain)]

    def lacks_keys(self, rule: TokenRule) -> str:
        """Say what of a key URL inside the cluster isn't there, as messages put it; else empty."""
        _, name, number = address_of(rule.keys_uri)
        declared = [
            registered_host
            for host in self._full_names(name)
            for registered_host in self._registry.at(host)
        ]
        if declared:
            ports = sorted(
                {port.number for registered_host in declared for port in registered_host.ports}
            )
            if number in ports or not ports:
                return ""
            return (
                f"{declared[0].host} has no port {number}; it has {' and '.join(map(str, ports))}"
            )
        for host in self._full_names(name):
            found = in_cluster(host, self._domain)
            if found is not None and self._inventory.knows.all_of("Service", found[1]):
                return f"namespace {found[1]} has no Service {found[0]}"
        return ""

    def wider(self, policy: RequestAuthentication, rule: TokenRule) -> TokenRule | None:
        """Find a rule that takes the very tokens for more audiences wherever a policy holds.

        A token that any of the rules for its issuer takes is let in (convertToEnvoyJwtConfig, Istio 1.31).
        """
        written = set(rule.texts("audiences"))
        own = _scope(policy)
        scopes = [own]
        if not policy.target_refs:
            homes = policy.namespace, self._root
            scopes += [(home, labels, _ALL) for home in homes for labels in (_ALL, own[1])]
        for scope in scopes if written else ():
            found = self._widest.get((scope, _source(rule)))
            taken = set(found.texts("audiences")) if found is not None else written
            if not taken or taken > written:
                return found
        return None

    @cached_property
    def _widest(self) -> dict[tuple[_Scope, str], TokenRule]:
        """The rule of each scope that takes the tokens of one issuer for the most audiences."""
        found: dict[tuple[_Scope, str], TokenRule] = {}
        for policy in sorted(self._inventory.of(RequestAuthentication), key=age):
            for rule in policy.rules:
                key, several = (_scope(policy), _source(rule)), len(rule.texts("audiences"))
                known = found.get(key)
                most = len(known.texts("audiences")) if known is not None else -1
                if most < 0 or (most and (not several or several > most)):
                    found[key] = rule
        return found

    def behind_gateway(
        self, policy: RequestAuthentication, outer: TokenRule
    ) -> tuple[TokenRule, Workload, Ref] | None:
        """Find a workload behind a policy's gateways that asks for a token of the same issuer.

        Gives its own rule, the workload, and the place of the route that leads there.
        """
        several = self._inner.of(self._gateways_of.of(policy)).get(_tokens(outer), ())
        return next((found for inner, found in several if inner is not policy), None)

    def _inner_rules(self, gateways: Sequence[Gateway | KubernetesGateway]) -> _InnerRules:
        """Find, by what tells tokens apart, the first rules of two policies behind some gateways."""
        found: _InnerRules = {}
        seen: dict[int, Sequence[RequestAuthentication]] = {}
        for gateway in gateways:
            for workload, place in self._paths.behind(gateway):
                several = self.of(workload)
                if id(several) in seen or not self.is_asked_for(workload):
                    continue
                seen[id(several)] = several
                for inner in several:
                    for rule in inner.rules:
                        known = found.setdefault(_tokens(rule), [])
                        if len(known) < _TWO and inner not in [one[0] for one in known]:
                            known.append((inner, (rule, workload, place)))
        return found

    def _find_gateways(
        self, policy: RequestAuthentication
    ) -> Sequence[Gateway | KubernetesGateway]:
        named = (ref for ref in policy.target_refs if ref.kind == "Gateway")
        found = [one for ref in named for one in self._grants.named(policy.namespace, ref.name)]
        within = self._gateways.within(self._policies.picked(policy)) if policy.selector else ()
        return [*found, *within] if found else within

    @cached_property
    def proxies_fetch_keys(self) -> bool:
        """Do the proxies fetch keys from Services themselves, instead of istiod?"""
        return self._control_plane.variable(_REMOTE_KEYS) not in _OFF

    @cached_property
    def _by_namespace(self) -> dict[str, list[RequestAuthentication]]:
        found: dict[str, list[RequestAuthentication]] = {}
        for request_authentication in sorted(self._inventory.of(RequestAuthentication), key=age):
            found.setdefault(request_authentication.namespace, []).append(request_authentication)
        return found

    @cached_property
    def _wide(self) -> dict[str, list[RequestAuthentication]]:
        return {
            namespace: [
                request_authentication
                for request_authentication in several
                if request_authentication.is_namespace_wide
            ]
            for namespace, several in self._by_namespace.items()
        }

    @cached_property
    def _asking_namespaces(self) -> frozenset[str]:
        policies = self._inventory.of(AuthorizationPolicy)
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


def claim_matches(service: VirtualService) -> tuple[ClaimMatch, ...]:
    """List the conditions of a VirtualService on claims, which only verified tokens have."""
    return service.once(_claim_matches)


def _claim_matches(service: VirtualService) -> tuple[ClaimMatch, ...]:
    return tuple(
        ClaimMatch(condition.match, condition.field, condition.name)
        for condition in service.conditions
        if condition.name.startswith(_CLAIMS) and condition.field in ("headers", _WITHOUT)
    )


def _ask(policies: Sequence[AuthorizationPolicy]) -> bool:
    return any(map(_asks, policies))


def _asks(policy: AuthorizationPolicy) -> bool:
    return policy.action == "CUSTOM" or next(token_parts(policy), None) is not None


@lru_cache(maxsize=4096)
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


def _scope(policy: Policy) -> _Scope:
    """What a policy is for, the same for those that are for the very same."""
    targets = frozenset((target_ref.kind, target_ref.name) for target_ref in policy.target_refs)
    return policy.namespace, frozenset(policy.selector.items()), targets


def _source(rule: TokenRule) -> str:
    """Whose tokens a rule takes, from where, and the keys that it verifies them by."""
    return repr((rule.issuer, rule.keys_uri, rule.text("jwks"), _location(rule)))


def _location(rule: TokenRule) -> tuple[object, ...]:
    """Where a rule looks for tokens."""
    return tuple(rule.data.get(key) for key in ("fromHeaders", "fromParams", "fromCookies"))


def _tokens(rule: TokenRule) -> tuple[str, str]:
    """What tokens a rule is for: those of an issuer, at the places where it looks for them."""
    return rule.issuer, json.dumps(_location(rule), sort_keys=True, default=str)
