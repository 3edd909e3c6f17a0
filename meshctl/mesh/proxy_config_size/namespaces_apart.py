"""What the sidecars of a namespace see otherwise than those of most namespaces do."""

import json
from collections.abc import Hashable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from meshctl.mesh.core.hosts import is_wildcard
from meshctl.mesh.core.selectors import Selector
from meshctl.mesh.request_path.proxy_services import ProxyServices
from meshctl.mesh.traffic.delegates import MESH, RoutedHosts
from meshctl.resources import DestinationRule, VirtualService
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.model import Mesh

_FEW = 64
"""Of so many hosts a wildcard is taken apart in each namespace."""
_COUNTS_NOTHING = frozenset(
    {"connectionPool", "outlierDetection", "tunnel", "proxyProtocol", "retryBudget"}
)
"""Parts of a DestinationRule that change no number of what proxies are sent."""


class RulesApart(NamedTuple):
    """The DestinationRules that tell a namespace apart.

    Namespaces with equal ``wide`` follow the same rules but for the ``hosts``.
    """

    wide: Hashable
    hosts: frozenset[str]


class NamespacesApart:
    """Answers for each namespace, from what is written in it and for it alone."""

    def __init__(self, mesh: "Mesh", services: ProxyServices) -> None:
        self._mesh = mesh
        self._services = services
        self._rules: dict[str, tuple[list[DestinationRule], frozenset[str]]] = {}

    def is_apart(self, namespace: str) -> bool:
        """Are its sidecars sent something else than those of most namespaces?"""
        rules = self._mesh.traffic.destination_rules
        return self.has_own_listeners(namespace) or rules.follow_others(namespace)

    def has_own_listeners(self, namespace: str) -> bool:
        """May their listeners and routes differ, too, and not their clusters alone?"""
        routes = self._mesh.gateway_api.routes
        return self._mesh.registry.tells_apart(namespace) or routes.tell_apart(namespace)

    def services(self, namespace: str) -> frozenset[str]:
        """The hosts of which it may see other services."""
        return frozenset(self._mesh.registry.hosts_apart(namespace))

    def virtual_services(self, namespace: str) -> Sequence[VirtualService]:
        """The VirtualServices that it sees alone, in another order, or with routes of its own."""
        routes = self._mesh.gateway_api.routes
        bound = routes.bound(MESH, namespace)
        own = bound.own if bound.rest is not None else ()
        asking = (one for one in routes.asking_for(namespace) if MESH in routes.gateways_of(one))
        return [*dict.fromkeys((*own, *asking))]

    def clusters(self, namespace: str) -> frozenset[str]:
        """The hosts of which it may have other clusters, whatever rules it follows."""
        several = self.virtual_services(namespace)
        routed = (host for one in several for host in self._routed.of(one))
        return frozenset((*self.services(namespace), *routed))

    @cached_property
    def _routed(self) -> RoutedHosts:
        return RoutedHosts(self._mesh.gateway_api.routes)

    def rules(self, namespace: str, chosen: Sequence[Selector]) -> RulesApart:
        """The rules that its workloads may follow alone, where some selectors choose them."""
        if namespace not in self._rules:
            self._rules[namespace] = self._parted(namespace)
        wide, hosts = self._rules[namespace]
        if not wide:
            return RulesApart((), hosts)
        said = tuple(self._said(rule, namespace) for rule in wide)
        return RulesApart((said, tuple(chosen)), hosts)

    def _parted(self, namespace: str) -> tuple[list[DestinationRule], frozenset[str]]:
        """Part the rules for many hosts from the hosts of all others."""
        rules = self._mesh.traffic.destination_rules
        many = _FEW + len(self._mesh.registry.of_namespace(namespace))
        wide: list[DestinationRule] = []
        found: set[str] = set()
        for rule in rules.meant_for(namespace):
            covered = {*islice(self._covered(rules.host_of(rule)), many + 1)}
            if len(covered) > many:
                wide.append(rule)
            else:
                found |= covered
        return wide, frozenset(found)

    def _covered(self, host: str) -> Iterator[str]:
        return self._services.covered_by(host) if is_wildcard(host) else iter((host,))

    def _said(self, rule: DestinationRule, namespace: str) -> Hashable:
        """Write what a rule says to a namespace, in which those who say the same are equal."""
        home = "." if rule.namespace == namespace else rule.namespace
        names = sorted("." if name == namespace else name for name in rule.export_to)
        spec = {
            key: value for key, value in rule.spec.data.items() if key not in {"host", "exportTo"}
        }
        written = json.dumps(_reduced(spec), sort_keys=True, default=str)
        return home, tuple(names), self._mesh.traffic.destination_rules.host_of(rule), written


def _reduced(value: Any) -> Any:
    """Leave out what counts nothing."""
    if isinstance(value, dict):
        return {key: _reduced(one) for key, one in value.items() if key not in _COUNTS_NOTHING}
    return [_reduced(one) for one in value] if isinstance(value, list) else value
