"""Tells in which namespaces proxies look for the Secrets of a DestinationRule.

A gateway reads the Secret from the namespace of its pods, a sidecar by a rule with a
`workloadSelector` from its own, which is that of the rule (buildUpstreamClusterTLSContext,
pilot/pkg/networking/core/cluster_tls.go; SecretGen.Generate, pilot/pkg/xds/sds.go, Istio 1.31). The
CA is the key `cacert` or `ca.crt` of the Secret, or of one that is called as it with `-cacert`
(pilot/pkg/credentials/kube/secrets.go), and that of MUTUAL has ``tls.crt`` and ``tls.key`` too, or
``cert`` and ``key``.
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.gateways.gateway_index import Gateways
from meshctl.mesh.registry.secrets import Homes, Secrets
from meshctl.mesh.traffic.delegates import MESH
from meshctl.mesh.traffic.destination_rules import DestinationRules
from meshctl.mesh.traffic.destinations import Destinations
from meshctl.resources import DestinationRule, VirtualService

_SUFFIX = "-cacert"
_CA_KEYS = ("cacert", "ca.crt")
_PAIRS = (("tls.crt", "tls.key"), ("cert", "key"))


class CredentialReader(NamedTuple):
    """A proxy that needs a Secret: its name for people, and the namespace where it looks."""

    title: str
    namespace: str


class ClientCredentials:
    """Answers for DestinationRules."""

    def __init__(
        self, inventory: Inventory, rules: DestinationRules, destinations: Destinations,
        gateways: Gateways, secrets: Secrets,
    ) -> None:  # fmt: skip
        self._inventory = inventory
        self._rules = rules
        self._destinations = destinations
        self._gateways = gateways
        self._secrets = secrets
        self._lacking = IdentityCache(self._find_lacking)  # many Gateways have the same pods

    def readers(self, rule: DestinationRule) -> Iterator[CredentialReader]:
        """Walk the proxies that read the Secrets of a rule, as far as the input tells."""
        if rule.workload_selector:
            yield CredentialReader(f"a sidecar in {rule.namespace}", rule.namespace)
            return
        seen, walked = set(), set()
        for destination in self._destinations.to(self._rules.host_of(rule)):
            source = destination.resource
            names = source.gateways if isinstance(source, VirtualService) else ()
            for name in names:
                gateway = self._gateways.find(name) if name != MESH else None
                alike = self._gateways.distinct_of(gateway) if gateway is not None else ()
                several = () if alike in walked else self._gateways.all_like(alike)
                walked.add(alike)
                for effective in several:
                    workload = effective.workload.workload
                    if workload is not None and workload not in seen:
                        seen.add(workload)
                        yield CredentialReader(workload.title, workload.namespace)

    def is_there(self, name: str, namespace: str) -> bool | None:
        """Is there such a Secret in a namespace? ``None`` where the input can't tell."""
        if any(namespace in self._secrets.called(one) for one in (name, name + _SUFFIX)):
            return True
        if self._secrets.is_copied(name):
            return None
        return False if self._inventory.knows.all_of("Secret", namespace) else None

    def lacks_ca(self, name: str, namespace: str) -> bool:
        """Is it sure that a Secret holds no CA to verify the server by?"""
        if namespace in self._secrets.called(name + _SUFFIX):
            return False
        secret = self._secrets.secret(name, namespace)
        return (
            secret is not None
            and secret.is_readable
            and not any(key in secret.values for key in _CA_KEYS)
        )

    def first_lacking_ca(self, name: str, homes: Homes) -> str | None:
        """The first of some namespaces where a Secret surely holds no CA."""
        return self._lacking.of(homes, name)

    def _find_lacking(self, homes: Homes, name: str) -> str | None:
        several = self._secrets.within(name, homes)
        return next((home for home in several if self.lacks_ca(name, home)), None)

    def lacks_key(self, name: str, namespace: str) -> bool:
        """Is it sure that a Secret holds no certificate and key for the client to show?"""
        secret = self._secrets.secret(name, namespace)
        return (
            secret is not None
            and secret.is_readable
            and not any(all(key in secret.values for key in pair) for pair in _PAIRS)
        )
