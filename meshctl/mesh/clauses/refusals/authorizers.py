"""The external authorizers of CUSTOM policies as servers of those who ask them.

A proxy asks an authorizer over a cluster like any other: it has that of a host which is exported to its namespace, and
the authorizer's own policies decide about its identity. Without an answer requests are denied, unless the provider
says ``failOpen`` (pilot/pkg/security/authz/builder/extauthz.go, Istio 1.31).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from meshctl.mesh.authorization.arrival import Arrival, HttpRequest
from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.core.export_to import PUBLIC, is_visible_to
from meshctl.mesh.core.extension_providers import ExtensionProviders
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.registry.services import HostPort, RegisteredHost
from meshctl.mesh.workloads.membership import Membership
from meshctl.mesh.workloads.traffic_capture import TrafficCapture
from meshctl.resources import AuthorizationPolicy, Workload

_Guarded = tuple[Workload, int | None]
"""A sidecar with the port that is asked."""
_Asked = tuple[Workload, int, str]
"""A sidecar with the port and the identity by which it asks itself."""
_CHECK = "/envoy.service.auth.v3.Authorization/Check"


class LostAuthorizer(NamedTuple):
    """An authorizer that a workload can't ask: its host, and the policy that refuses, if one does."""

    caller: Workload
    host: RegisteredHost
    server: Workload | None = None
    by: AuthorizationPolicy | None = None


class Authorizers:
    """Answers for AuthorizationPolicies."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._providers = ExtensionProviders(parts.config)
        self._lost = IdentityCache(self._lost_at)
        self._among = IdentityCache(self._servers_among)
        self._by_port = IdentityCache(_first_of_each)
        self._guarded: dict[tuple[RegisteredHost, HostPort | None], list[_Guarded]] = {}

    def fails_open(self, policy: AuthorizationPolicy) -> bool:
        """Does the provider let requests in that it isn't asked about?"""
        return self._settings(policy).get("failOpen") is True

    def lost(self, policy: AuthorizationPolicy) -> LostAuthorizer | None:
        """Find the first workload of a CUSTOM policy that can't ask the authorizer."""
        if policy.action != "CUSTOM" or not policy.spec.data.get("rules"):
            return None
        settings = self._settings(policy)
        number = settings.get("port")
        host = self._parts.registry.provider_services.host(settings)
        if host is None:
            return None
        port = host.port(number) if isinstance(number, int) else None
        return self._lost.of(self._parts.security.authorization.reached(policy), host, port)

    def _lost_at(
        self, reached: Sequence[Workload], host: RegisteredHost, port: HostPort | None
    ) -> LostAuthorizer | None:
        guarded = self._guarded_behind(host, port)
        if not guarded and not PUBLIC.isdisjoint(host.visible):
            return None  # everybody has it, and nothing refuses
        told = set()
        for caller in reached:
            if self._parts.workloads.membership(caller) is not Membership.SIDECAR:
                continue
            if not is_visible_to(host.visible, caller.namespace):
                return LostAuthorizer(caller, host)
            principal = str(self._parts.registry.service_accounts.of_workload(caller))
            if principal not in told:
                told.add(principal)
                for server, target in guarded:
                    by = self._parts.decisions.shut_out(server, principal, target)
                    if by:
                        return LostAuthorizer(caller, host, server, by[0])
        return None

    def asking_itself(self, policy: AuthorizationPolicy) -> Workload | None:
        """Find an authorizer whose own sidecar asks it about each check that comes in.

        That check is a request to it, too, so that it never comes to an end. By HTTP it has the path of what is
        checked, `/` here (envoy/service/auth/v3/external_auth.proto names what a check by gRPC calls).
        """
        name, settings = policy.spec.child("provider").text("name"), self._settings(policy)
        found = self._parts.registry.provider_services.port(settings)
        if policy.action != "CUSTOM" or found is None or not found[1].protocol.is_http:
            return None
        host, port = found
        check = HttpRequest(f"{host.host}:{port.number}", "POST", _CHECK)
        if "envoyExtAuthzGrpc" not in self._providers.types(name):
            check = check._replace(method="GET", path=f"{settings.get('pathPrefix') or ''}/")
        tells_clients = any(rule.sources or rule.conditions for rule in policy.rules)
        reached = self._parts.security.authorization.reached(policy)
        several = self._among.of(reached, host, port)
        for server, target, principal in several if tells_clients else self._by_port.of(several):
            arrival = Arrival(target, principal, http=check)
            verdict = self._parts.decisions.decide_by([policy], (), arrival)
            if name in verdict.providers:
                return server
        return None

    def _servers_among(
        self, reached: Sequence[Workload], host: RegisteredHost, port: HostPort
    ) -> Sequence[_Asked]:
        """List the sidecars of a host that are among some workloads."""
        own = frozenset(reached)
        found = []
        for server in filter(own.__contains__, self._parts.security.mtls.behind(host)):
            target = self._parts.workloads.target_port(server, port)
            in_mesh = self._parts.workloads.membership(server) is Membership.SIDECAR
            if target is not None and in_mesh and TrafficCapture(server).includes(target):
                principal = str(self._parts.registry.service_accounts.of_workload(server))
                found.append((server, target, principal))
        return found

    def _guarded_behind(self, host: RegisteredHost, port: HostPort | None) -> list[_Guarded]:
        """List the sidecars of a host that have policies, once for those with the same ones."""
        key = host, port
        if key not in self._guarded:
            found: dict[tuple[int, int | None], _Guarded] = {}
            for server in self._parts.security.mtls.behind(host) if port is not None else ():
                policies = self._parts.decisions.policies_of(server)
                in_mesh = self._parts.workloads.membership(server) is Membership.SIDECAR
                if port is not None and policies and in_mesh:
                    target = self._parts.workloads.target_port(server, port)
                    found.setdefault((id(policies), target), (server, target))
            self._guarded[key] = list(found.values())
        return self._guarded[key]

    def _settings(self, policy: AuthorizationPolicy) -> Mapping[str, Any]:
        return self._providers.settings(policy.spec.child("provider").text("name"))


def _first_of_each(several: Sequence[_Asked]) -> Sequence[_Asked]:
    """Give the first that is asked at each port."""
    return [
        *{target: (server, target, name) for server, target, name in reversed(several)}.values()
    ][::-1]
