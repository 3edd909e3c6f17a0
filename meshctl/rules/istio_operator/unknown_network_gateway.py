"""An IstioOperator names a gateway of a network that isn't there, or a port that it doesn't have.

istiod looks for the Service by its full name, in the cluster that `fromRegistry` names. Without it the network has no gateway, and clients of
other networks dial its pods directly and time out; on another port nobody takes their connections.

Fix: write the full name, `istio-eastwestgateway.istio-system.svc.cluster.local`, a port of that
Service, and `fromRegistry` below `endpoints`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import IstioOperator
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=IstioOperator, severity=Severity.ERROR, since="0.1.0", needs=("meshNetworks",))
def check(operator: IstioOperator, mesh: Mesh) -> Iterator[Outcome]:
    """Report names and ports that no Service of the input has."""
    for lost in mesh.reachability.network_gateways.lost(operator):
        if lost.unknown:
            yield NotChecked(lost.unknown)
        else:
            yield Finding(lost.network.place, lost.message)
