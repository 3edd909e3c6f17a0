"""The mesh networks name a registry that the mesh doesn't have.

Endpoints of that cluster are put into no network, so that clients of other networks dial their
addresses directly instead of the gateway, and time out.

Fix: write the name of the cluster, as the secret with its credentials has it
(`istioctl create-remote-secret --name`), or `Kubernetes` for the local one.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import known_registries, network_registries
from meshctl.resources import ConfigMap, Secret
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(
    on=ConfigMap, severity=Severity.ERROR, equivalents=("IST0126",), since="0.1.0",
    needs=("meshNetworks",),
)  # fmt: skip
def check(config_map: ConfigMap, mesh: Mesh) -> Iterator[Outcome]:
    """Report registries without a remote secret; without any secret nothing is known."""
    known = known_registries(mesh.of(Secret), is_whole=mesh.has_all("Secret"))
    for network, registry in network_registries(config_map):
        if known is None:
            yield NotChecked("no secret with a remote cluster's credentials is in the input")
        elif registry not in known:
            yield Finding(
                network.place,
                f"network {network.name} takes endpoints from registry {quoted(registry)}, which the mesh "
                f"doesn't have; known are {', '.join(sorted(known))}",
            )
