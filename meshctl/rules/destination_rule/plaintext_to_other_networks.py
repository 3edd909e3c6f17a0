"""A DestinationRule takes mutual TLS off for a host whose endpoints lie in other networks too.

A gateway between networks knows where a connection goes by the SNI of mutual TLS. Clients that
send plaintext, or TLS of their own, are therefore given no endpoint of another network: they reach
the local pods alone, or nobody.

Fix: remove `tls` from the rule, or use ISTIO_MUTUAL.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import written_policies
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_MUTUAL = frozenset({"", "ISTIO_MUTUAL"})


@rule(on=DestinationRule, severity=Severity.WARNING, since="0.1.0", holds=("tls",))
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first host of each policy, an error where an endpoint is known to be lost."""
    for policy in written_policies(destination_rule) if mesh.reachability.networks.has_own else ():
        tls = policy.child("tls")
        if not policy.has("tls") or tls.text("mode") in _MUTUAL:
            continue
        covered = mesh.traffic.destination_rules.host_of(destination_rule)
        for host in mesh.registry.covered_by(covered):
            remote = mesh.reachability.networks.beyond(host) if not host.is_external else None
            if remote is None:
                continue
            where = f"network {remote.network}" if remote.network else "other networks"
            finding = Finding(
                tls.at("mode"),
                f"{tls.text('mode')} is no mutual TLS of the mesh, so that clients get no endpoint of "
                f"{host.host} in {where}",
                severity=Severity.ERROR if remote.network else None,
            ).also(remote.place, "lies there" if remote.network else "leads to other networks")
            yield finding.fixed_by(put(tls.at(), {"mode": "ISTIO_MUTUAL"}), safe=False)
            break
