"""Objects that make proxies wrap what they send to a port in ordinary TLS.

SIMPLE and MUTUAL are for servers that speak TLS themselves; they encrypt whatever the client
sends, also what is encrypted already (buildUpstreamTLSSettings,
pilot/pkg/networking/core/cluster_tls.go, Istio 1.31).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Protocol

from meshctl.mesh.core.export_to import is_visible_to
from meshctl.mesh.registry.services import RegisteredHost, Registry
from meshctl.mesh.security.client_tls import ISTIO_MUTUAL, MUTUAL, SIMPLE, mode_of
from meshctl.mesh.traffic.destination_rules import DestinationRules
from meshctl.mesh.traffic.policy_layers import written_policies
from meshctl.resources import DestinationRule, PortPolicy, Resource, View
from meshctl.resources.cached_property import cached_property

_ORIGINATING = frozenset({SIMPLE, MUTUAL})
_OPENING = _ORIGINATING | {ISTIO_MUTUAL}


class Reader(Protocol):
    """Proxies that read the same rules."""

    @property
    def namespace(self) -> str:
        """Where they run."""

    @property
    def labels(self) -> Mapping[str, str]:
        """Their labels."""


class TlsOrigination:
    """The objects that make proxies open TLS to servers outside the mesh's mutual TLS."""

    def __init__(
        self, resources: Sequence[Resource], registry: Registry, rules: DestinationRules
    ) -> None:
        self._resources = resources
        self._registry = registry
        self._rules = rules

    def may_reach(self, host: str, port: int) -> bool:
        """May some proxy open TLS to a port of a host, by any object of the input?

        ISTIO_MUTUAL counts as well, since gateways take it on their own TLS ports.
        """
        rules = chain.from_iterable(self._rules.lists_covering(host))
        if any(_opens(rule, port) for rule in rules):
            return True
        return self._registry.home(host) in self._with_backend_policies

    def unread(
        self, declared: Iterable[RegisteredHost], port: int, clients: Iterable[Reader]
    ) -> tuple[Reader, DestinationRule] | None:
        """Find one of some clients that reads no rule which opens TLS to a port, and a rule that does so for others."""
        for client in clients:
            for host in declared:
                if not is_visible_to(host.visible, client.namespace):
                    continue
                found = self._rules.effective(host, client.namespace, client.labels)
                if found is not None and any(_opens(rule, port) for rule in found.rules):
                    continue
                covering = self._rules.covering(host.host)
                writer = next((rule for rule in covering if _opens(rule, port)), None)
                if writer is not None:
                    return client, writer
        return None

    @cached_property
    def _with_backend_policies(self) -> frozenset[str]:
        """Namespaces with a policy of the Gateway API that says how backends are spoken to."""
        return frozenset(
            resource.namespace
            for resource in self._resources
            if resource.kind == "BackendTLSPolicy"
        )


def _opens(rule: DestinationRule, port: int) -> bool:
    return _tls_of(rule, port, _OPENING) is not None


def originations(rule: DestinationRule) -> Iterator[tuple[View, int | None]]:
    """Walk the ``tls`` blocks that originate TLS, each with its port, ``None`` for all others."""
    for policy in written_policies(rule):
        tls = policy.child("tls")
        if mode_of(tls) in _ORIGINATING:
            yield tls, policy.port if isinstance(policy, PortPolicy) else None


def originates(rule: DestinationRule, port: int) -> View | None:
    """Find a ``tls`` block that originates TLS on a port, for the whole host or for a subset."""
    return _tls_of(rule, port, _ORIGINATING)


def _tls_of(rule: DestinationRule, port: int, modes: frozenset[str]) -> View | None:
    for policy in (rule.policy, *(subset.policy for subset in rule.subsets)):
        tls = (policy.for_port(port) or policy).child("tls")
        if mode_of(tls) in modes:
            return tls
    return None
