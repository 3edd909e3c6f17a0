"""The external authorizers of CUSTOM policies as servers of those who ask them.

A proxy asks an authorizer over a cluster like any other: it has that of a host which is exported to its namespace, and
the authorizer's own policies decide about its identity. Without an answer requests are denied, unless the provider
says ``failOpen`` (pilot/pkg/security/authz/builder/extauthz.go, Istio 1.31).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from meshctl.mesh.authorization.arrival import Arrival, HttpRequest
from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.core.export_to import is_visible_to
from meshctl.mesh.core.extension_providers import ExtensionProviders
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.registry.services import HostPort, RegisteredHost
from meshctl.mesh.workloads.membership import Membership
from meshctl.mesh.workloads.traffic_capture import TrafficCapture
from meshctl.resources import AuthorizationPolicy, Workload

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

    def fails_open(self, policy: AuthorizationPolicy) -> bool:
        """Does the provider let requests in that it isn't asked about?"""
        return self._settings(policy).get("failOpen") is True

    def lost(self, policy: AuthorizationPolicy) -> LostAuthorizer | None:
        """Find the first workload of a CUSTOM policy that can't ask the authorizer."""
        if policy.action != "CUSTOM" or not policy.spec.data.get("rules"):
            return None
        reached = self._parts.security.authorization.reached(policy)
        return self._lost.of(reached, policy.spec.child("provider").text("name"))

    def _lost_at(self, reached: Sequence[Workload], provider: str) -> LostAuthorizer | None:
        number = self._providers.settings(provider).get("port")
        host = self._parts.registry.provider_services.host(self._providers.settings(provider))
        if host is None:
            return None
        port = host.port(number) if isinstance(number, int) else None
        told = set()
        for caller in reached:
            if self._parts.workloads.membership(caller) is not Membership.SIDECAR:
                continue
            if not is_visible_to(host.visible, caller.namespace):
                return LostAuthorizer(caller, host)
            principal = str(self._parts.registry.service_accounts.of_workload(caller))
            if principal not in told:
                told.add(principal)
                found = self._refused(caller, host, principal, port)
                if found is not None:
                    return found
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
        reached = self._parts.security.authorization.reached(policy)
        for server in self._parts.security.mtls.behind(host):
            target = self._parts.workloads.target_port(server, port)
            in_mesh = self._parts.workloads.membership(server) is Membership.SIDECAR
            if server not in reached or target is None or not in_mesh:
                continue
            principal = str(self._parts.registry.service_accounts.of_workload(server))
            check = HttpRequest(f"{host.host}:{port.number}", "POST", _CHECK)
            if "envoyExtAuthzGrpc" not in self._providers.types(name):
                check = check._replace(method="GET", path=f"{settings.get('pathPrefix') or ''}/")
            arrival = Arrival(target, principal, http=check)
            verdict = self._parts.decisions.decide_by([policy], (), arrival)
            captured = TrafficCapture(server).includes(target)
            if captured and name in verdict.providers:
                return server
        return None

    def _refused(
        self, caller: Workload, host: RegisteredHost, principal: str, port: HostPort | None
    ) -> LostAuthorizer | None:
        for server in self._parts.security.mtls.behind(host):
            if port is None or self._parts.workloads.membership(server) is not Membership.SIDECAR:
                continue
            target = self._parts.workloads.target_port(server, port)
            by = self._parts.decisions.shut_out(server, principal, target)
            if by:
                return LostAuthorizer(caller, host, server, by[0])
        return None

    def _settings(self, policy: AuthorizationPolicy) -> Mapping[str, Any]:
        return self._providers.settings(policy.spec.child("provider").text("name"))
