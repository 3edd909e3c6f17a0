"""Preflights of browsers that a gateway refuses before the CORS policy of its route can answer them.

The filters of authorization stand before the one of CORS (buildHTTPConnectionManager,
pilot/pkg/networking/core/listener_builder.go, Istio 1.31), and a browser sends no token with OPTIONS.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from meshctl.mesh.authorization.arrival import Arrival, HttpRequest
from meshctl.mesh.authorization.decision import Verdict
from meshctl.mesh.authorization.kubelet_probes import reads_addresses
from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.gateways.virtual_hosts import VirtualHost
from meshctl.mesh.matching.request_part import PATH
from meshctl.mesh.matching.string_match import find_text
from meshctl.mesh.security.authorization_rules import token_parts
from meshctl.mesh.traffic.routes import EffectiveRoute
from meshctl.resources import AuthorizationPolicy, Ref, Route, Workload
from meshctl.resources.cached_property import cached_property

_WITH_CERTIFICATES = frozenset({"MUTUAL", "OPTIONAL_MUTUAL", "ISTIO_MUTUAL"})


class RefusedPreflight(NamedTuple):
    """A preflight that is refused: its host and path, the route with the CORS policy, the rule that refuses it."""

    host: str
    path: str
    route: Route
    place: Ref


class Preflights:
    """Answers for AuthorizationPolicies of gateways."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def refused(self, policy: AuthorizationPolicy) -> Sequence[RefusedPreflight]:
        """List what a policy refuses for want of a token, though requests with one get through.

        Each place of it comes with the first route of each kind that it refuses.
        """
        return self._by_policy.get(policy, ())

    @cached_property
    def _by_policy(self) -> dict[AuthorizationPolicy, list[RefusedPreflight]]:
        found: dict[AuthorizationPolicy, list[RefusedPreflight]] = {}
        for effective in self._parts.gateways:
            workload = effective.workload.workload
            policies = self._parts.decisions.policies_of(workload) if workload is not None else ()
            asking = [
                authorization_policy
                for authorization_policy in policies
                if any(token_parts(authorization_policy))
            ]
            if workload is None or not asking or reads_addresses(policies):
                continue
            open_places = {*_places(asking)}
            told = {refused.place for several in found.values() for refused in several}
            routes = (
                (port, host, route) for port, host in _hosts(effective) for route in host.routes
            )
            for port, host, route in routes:
                if all(one in found for one in asking) or open_places <= told:
                    break
                for policy, refused in self._at(workload, port, host, route, asking):
                    if refused.place not in told:
                        told.add(refused.place)
                        found.setdefault(policy, []).append(refused)
        return found

    def _at(
        self, workload: Workload, port: int, host: VirtualHost, route: EffectiveRoute,
        asking: Sequence[AuthorizationPolicy],
    ) -> Iterator[tuple[AuthorizationPolicy, RefusedPreflight]]:  # fmt: skip
        said = route.rule.saying("corsPolicy")
        method = route.request.method
        if not said.has("corsPolicy") or (method is not None and method.takes("OPTIONS") is False):
            return
        name = host.domains[0].replace("*", "any", 1)
        wanted = next(iter(said.child("corsPolicy").texts("allowMethods")), "GET")
        for path in _paths(route):
            asks = HttpRequest(name, "OPTIONS", path, {"access-control-request-method": wanted})
            verdict = self._parts.decisions.decide(workload, Arrival(port, http=asks))
            refusing = _refusing(verdict, asking)
            if refusing is not None and self._lets_in(workload, port, name, wanted, path):
                yield refusing[0], RefusedPreflight(name, path, said, refusing[1])
                return

    def _lets_in(self, workload: Workload, port: int, host: str, method: str, path: str) -> bool:
        """Does the gateway surely let in the same request with a token of some issuer?"""
        for policy in self._parts.decisions.tokens_of(workload):
            for rule in policy.rules:
                audience = next(iter(rule.texts("audiences")), "")
                claims = {"iss": rule.issuer, "sub": "someone", "aud": audience}
                real = HttpRequest(host, method, path, claims=claims)
                verdict = self._parts.decisions.decide(workload, Arrival(port, http=real))
                if verdict.is_allowed and verdict.is_certain:
                    return True
        return False


def _places(asking: Iterable[AuthorizationPolicy]) -> Iterator[Ref]:
    """Walk all that a refusal may be told at: rules that deny, and what the first ALLOW policy says."""
    lets_in = [policy for policy in asking if policy.action == "ALLOW"]
    yield from (policy.spec.key("rules") for policy in lets_in[:1])
    for policy in asking:
        if policy.action == "DENY":
            yield from (policy.spec.at("rules", number) for number, _ in enumerate(policy.rules))


def _hosts(effective: EffectiveGateway) -> Iterator[tuple[int, VirtualHost]]:
    """Walk the virtual hosts whose clients show no certificate, with the container port."""
    for name, hosts in effective.route_configs.items():
        servers = effective.merged.by_route_config[name]
        if not any(server.server.tls_mode in _WITH_CERTIFICATES for server in servers):
            yield from ((servers[0].target, host) for host in hosts if host.domains)


def _paths(route: EffectiveRoute) -> Iterator[str]:
    """Give paths that a route takes: a shortest one, and one below it."""
    found = find_text((route.request.path,), (), PATH)
    if isinstance(found, str):
        yield found
        below = f"{found.rstrip('/')}/x"
        if route.request.path.takes(below, PATH):
            yield below


def _refusing(
    verdict: Verdict, asking: Sequence[AuthorizationPolicy]
) -> tuple[AuthorizationPolicy, Ref] | None:
    """Name the policy that refuses for want of a token, and the rule or rules that ask for one."""
    if verdict.is_allowed or not verdict.is_certain:
        return None
    if verdict.action == "DENY":
        by = next(
            (written_rule for written_rule in verdict.by if written_rule.policy in asking), None
        )
        return (by.policy, by.place) if by is not None else None
    policy = next(
        (
            authorization_policy
            for authorization_policy in asking
            if authorization_policy.action == verdict.action == "ALLOW"
        ),
        None,
    )
    return (policy, policy.spec.key("rules")) if policy is not None else None
