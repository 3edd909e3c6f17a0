"""The external authorizers of CUSTOM policies as servers of those who ask them.

A proxy asks an authorizer over a cluster like any other: it has that of a host which is exported to its namespace, and
the authorizer's own policies decide about its identity. Without an answer requests are denied, unless the provider
says ``failOpen`` (pilot/pkg/security/authz/builder/extauthz.go, Istio 1.31).
"""

from typing import NamedTuple

from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.core.export_to import is_visible_to
from meshctl.mesh.core.extension_providers import ExtensionProviders
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.workloads.membership import Membership
from meshctl.resources import AuthorizationPolicy, Workload


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

    def fails_open(self, policy: AuthorizationPolicy) -> bool:
        """Does the provider let requests in that it isn't asked about?"""
        name = policy.spec.child("provider").text("name")
        return self._providers.settings(name).get("failOpen") is True

    def lost(self, policy: AuthorizationPolicy) -> LostAuthorizer | None:
        """Find the first workload of a CUSTOM policy that can't ask the authorizer."""
        host = self._host(policy.spec.child("provider").text("name"))
        if policy.action != "CUSTOM" or host is None or not policy.spec.data.get("rules"):
            return None
        told = set()
        for caller in self._parts.security.authorization.reached(policy):
            if self._parts.workloads.membership(caller) is not Membership.SIDECAR:
                continue
            if not is_visible_to(host.visible, caller.namespace):
                return LostAuthorizer(caller, host)
            principal = self._principal(caller)
            if principal not in told:
                told.add(principal)
                found = self._refused(caller, host, principal, policy)
                if found is not None:
                    return found
        return None

    def _refused(
        self, caller: Workload, host: RegisteredHost, principal: str, policy: AuthorizationPolicy
    ) -> LostAuthorizer | None:
        name = policy.spec.child("provider").text("name")
        number = self._providers.settings(name).get("port")
        port = host.port(number) if isinstance(number, int) else None
        for server in self._parts.security.mtls.behind(host):
            if port is None or self._parts.workloads.membership(server) is not Membership.SIDECAR:
                continue
            target = self._parts.workloads.target_port(server, port)
            by = self._parts.decisions.shut_out(server, principal, target)
            if by:
                return LostAuthorizer(caller, host, server, by[0])
        return None

    def _principal(self, client: Workload) -> str:
        accounts = self._parts.registry.service_accounts
        return str(accounts.of_account(client.namespace, client.service_account or "default"))

    def _host(self, name: str) -> RegisteredHost | None:
        service = str(self._providers.settings(name).get("service") or "")
        namespace, slash, host = service.partition("/")
        declared = self._parts.registry.at(host if slash else service)
        found = [one for one in declared if not slash or one.namespace == namespace]
        return found[0] if len(found) == 1 else None
