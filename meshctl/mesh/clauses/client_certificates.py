"""Tells whether a gateway's clients show a certificate, so that its policies can ask for it.

Only a server with ISTIO_MUTUAL opens TLS with the mesh's certificates; MUTUAL takes certificates
of others, which may have an identity too. What comes in plaintext, by SIMPLE TLS or passes through
unopened has none (buildGatewayListeners, pilot/pkg/networking/core/gateway.go, Istio 1.31).
"""

from collections.abc import Sequence
from typing import NamedTuple

from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.gateways.server_merge import MergedServer
from meshctl.mesh.security.authorization_rules import AskedPorts, asked_ports
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.resources import (
    AuthorizationPolicy,
    AuthorizationRule,
    KubernetesGateway,
    Ref,
    Workload,
)

_WITH_IDENTITY = frozenset({"ISTIO_MUTUAL", "MUTUAL", "OPTIONAL_MUTUAL"})


class AnonymousPort(NamedTuple):
    """What a gateway serves clients without an identity by: the gateway, and one of the servers."""

    gateway: str
    server: str
    ref: Ref


class ClientCertificates:
    """Answers for rules of AuthorizationPolicies."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._anonymous = IdentityCache(self._missing_at)  # many policies reach the same
        self._servers = IdentityCache(self._servers_of)
        self._are_gateways = IdentityCache(_are_gateways)
        self._names = IdentityCache(self._names_at)

    def missing(self, policy: AuthorizationPolicy, rule: AuthorizationRule) -> AnonymousPort | None:
        """Name a server if no client has an identity wherever a rule is asked, at gateways alone."""
        if policy.target_refs:
            return self._at_targets(policy)
        workloads = self._parts.security.authorization.reached(policy)
        if not workloads or not self._are_gateways.of(workloads):
            return None
        return self._anonymous.of(workloads, asked_ports(rule))

    def _missing_at(self, workloads: Sequence[Workload], ports: AskedPorts) -> AnonymousPort | None:
        """Answer for rules that ask the same of the port, and policies that reach the same."""
        first: AnonymousPort | None = None
        for workload, servers in self._servers.of(workloads):
            asked = [server for server in servers if ports.take(server.target)]
            if not asked or any(map(_shows_identity, asked)):
                return None
            if first is None:
                place = asked[0].server.at("port")
                first = AnonymousPort(workload.title, _described(asked[0]), place)
        return first

    def _servers_of(
        self, workloads: Sequence[Workload]
    ) -> Sequence[tuple[Workload, Sequence[MergedServer]]]:
        """List the gateways with their servers, of those that are sent the same the first."""
        found: dict[EffectiveGateway | None, tuple[Workload, Sequence[MergedServer]]] = {}
        for workload in workloads:
            gateway = self._parts.gateways.for_workload(workload.key_name)
            like = gateway.like if gateway is not None else None
            if like not in found:
                servers = gateway.servers if gateway is not None else ()
                found[like] = workload, [server for server in servers if server.drop is None]
        return [*found.values()]

    def server_names(self, policy: AuthorizationPolicy) -> tuple[str, ...]:
        """List the hosts that clients of TLS may name at a policy's gateways; none where unknown."""
        return self._names.of(self._parts.security.authorization.reached(policy))

    def _names_at(self, workloads: Sequence[Workload]) -> tuple[str, ...]:
        names: dict[str, None] = {}
        for workload in workloads:
            gateway = self._parts.gateways.for_workload(workload.key_name)
            if not is_gateway(workload) or gateway is None or self._parts.of(KubernetesGateway):
                return ()
            for server in gateway.servers:
                if server.has_tls and server.drop is None:
                    names.update(dict.fromkeys(server.sni_hosts))
        return tuple(names)

    def _at_targets(self, policy: AuthorizationPolicy) -> AnonymousPort | None:
        for ref in policy.target_refs:
            named = (
                self._parts.reference_grants.named(policy.namespace, ref.name)
                if ref.kind == "Gateway"
                else ()
            )
            for gateway in named:
                if _may_show(gateway):
                    return None
                listener = gateway.listeners[0]
                what = f"listener {listener.name} ({listener.protocol})"
                return AnonymousPort(gateway.title, what, listener.at("protocol"))
        return None


def _are_gateways(workloads: Sequence[Workload]) -> bool:
    return all(map(is_gateway, workloads))


def _may_show(gateway: KubernetesGateway) -> bool:
    """May a Gateway of the Gateway API ask its clients for certificates?"""
    if gateway.is_waypoint or not gateway.listeners:
        return True
    asks = ("frontendValidation", "options")
    return gateway.spec.child("tls").has("frontend") or any(
        listener.child("tls").has(key) for listener in gateway.listeners for key in asks
    )


def _shows_identity(server: MergedServer) -> bool:
    tls = server.has_tls and not server.is_passthrough and not server.is_http
    return tls and server.server.tls.text("mode") in _WITH_IDENTITY


def _described(server: MergedServer) -> str:
    mode = server.server.tls_mode if server.has_tls and not server.is_http else ""
    return f"server {server.key_name} ({server.server.protocol}{f', {mode}' if mode else ''})"
