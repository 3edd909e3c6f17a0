"""Mutual TLS is turned off for servers some of which are in other networks.

A gateway between networks knows where a connection goes by the SNI of mutual TLS. istiod therefore
leaves out every endpoint of another network that takes none: clients reach the local pods alone, or
nobody.

Fix: use PERMISSIVE, which takes plaintext too, or limit DISABLE to workloads of one network.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import PeerAuthentication
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=PeerAuthentication, severity=Severity.WARNING, since="0.1.0", needs=("network",))
def check(policy: PeerAuthentication, mesh: Mesh) -> Iterator[Outcome]:
    """Report policies for a namespace that has endpoints in other networks."""
    mode = policy.spec.child("mtls")
    if mode.text("mode") != "DISABLE" or policy.spec.has("selector"):
        return
    for host in mesh.registry.of_namespace(policy.namespace):
        remote = mesh.reachability.networks.beyond(host) if not host.is_external else None
        if remote is not None and remote.network:
            yield (
                Finding(
                    mode.at("mode"),
                    f"without mutual TLS, clients get no endpoint of {host.host} in network "
                    f"{remote.network}",
                )
                .also(remote.place, "lies there")
                .fixed_by(put(mode.at("mode"), "PERMISSIVE"), safe=False)
            )
            return
