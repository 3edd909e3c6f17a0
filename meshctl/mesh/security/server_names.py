"""The names that servers show in their certificates, and those that clients accept.

istiod signs one name for a workload, its SPIFFE ID (pkg/spiffe/spiffe.go); ``subjectAltNames`` of a
DestinationRule are matched exactly, of ISTIO_MUTUAL, too (buildUpstreamClusterTLSContext,
pilot/pkg/networking/core/cluster_tls.go, Istio 1.31).
"""

from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.registry.facade import RegistryFacade
from meshctl.mesh.registry.service_accounts import Principal, parse_principal
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.security.client_tls import ISTIO_MUTUAL, MUTUAL, SIMPLE, mode_of
from meshctl.mesh.traffic.destination_rules import DestinationRules
from meshctl.mesh.workloads.facade import WorkloadsFacade
from meshctl.mesh.workloads.membership import Membership
from meshctl.resources import DestinationRule, View
from meshctl.words import MOST_LISTED, shortened

_SPIFFE = "spiffe://"
_OF_THE_SYSTEM = ("", "system")


class ServerNames:
    """Answers for the ``subjectAltNames`` of DestinationRules."""

    def __init__(
        self, inventory: Inventory, registry: RegistryFacade, workloads: WorkloadsFacade,
        rules: DestinationRules,
    ) -> None:  # fmt: skip
        self._inventory = inventory
        self._registry = registry
        self._workloads = workloads
        self._rules = rules

    def instead_of(self, rule: DestinationRule, tls: View) -> str | None:
        """Say what servers show in place of the names that a ``tls`` block accepts.

        ``None`` where one of the names may be shown, or the input can't tell.
        """
        accepted = [name for name in tls.texts("subjectAltNames") if name]
        declared = self._registry.at(self._rules.host_of(rule))
        if not accepted or not declared:
            return None
        if mode_of(tls) == ISTIO_MUTUAL:
            return self._in_mesh(accepted, declared)
        is_outside = all(registered_host.is_external for registered_host in declared)
        if mode_of(tls) in {SIMPLE, MUTUAL} and is_outside:
            return _outside(accepted, tls)
        return None

    def _in_mesh(self, accepted: list[str], declared: list[RegisteredHost]) -> str | None:
        shown: set[Principal] = set()
        for host in declared:
            if not self._workloads.endpoints.shows_pods_of(host):
                return None
            for workload in self._workloads.behind(host):
                if self._workloads.membership(workload) is not Membership.SIDECAR:
                    return None
                account = self._registry.service_accounts.of_account
                shown.add(account(workload.namespace, workload.service_account))
        if any(self._may_be(name, shown) for name in accepted):
            return None
        return "the pods show " + shortened(
            sorted(f"{_SPIFFE}{principal}" for principal in shown), MOST_LISTED
        )

    def _may_be(self, name: str, shown: set[Principal]) -> bool:
        principal = parse_principal(name.removeprefix(_SPIFFE))
        if principal is None or not name.startswith(_SPIFFE):
            return False
        config = self._inventory.config
        is_written = "trustDomain" in config.raw and not config.doubt
        # An alias, and "cluster.local" in policies, stand for the mesh's domain; certificates have that alone.
        if is_written or self._registry.service_accounts.trusts(principal.trust_domain) is False:
            return principal in shown
        return any(
            (one.namespace, one.account) == (principal.namespace, principal.account)
            for one in shown
        )


def _outside(accepted: list[str], tls: View) -> str | None:
    is_public = not tls.has("credentialName") and tls.text("caCertificates") in _OF_THE_SYSTEM
    if all(_is_no_name(name) or (is_public and name.startswith(_SPIFFE)) for name in accepted):
        return "a server outside the mesh shows the bare names of hosts"
    return None


def _is_no_name(name: str) -> bool:
    """Is it a URL, or a name with a port or a path?"""
    scheme, mark, _ = name.partition("://")
    if mark:
        return scheme in {"http", "https", "tcp", "tls"}
    return "/" in name or (name.rpartition(":")[2].isdigit() and name.count(":") == 1)
