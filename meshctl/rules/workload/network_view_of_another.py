"""The gateway of one network is told to see the endpoints of another one.

`ISTIO_META_REQUESTED_NETWORK_VIEW` limits a gateway to the endpoints of a network, so that it doesn't
send on to other gateways what comes from outside. With the name of another network it has none of its
own: connections from other networks get no endpoint.

Fix: write the network of the label `topology.istio.io/network`.
"""

from collections.abc import Iterator

from meshctl.istio.labels import NETWORK
from meshctl.mesh import Mesh
from meshctl.resources import View, Workload
from meshctl.resources.view import views
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_VIEW = "ISTIO_META_REQUESTED_NETWORK_VIEW"


@rule(on=Workload, severity=Severity.WARNING, since="0.1.0", needs=(NETWORK,))
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report views without the network that the pods, or the root namespace, are labelled with."""
    own = workload.pod_labels.get(NETWORK) or mesh.reachability.network_gateways.own
    for container in workload.containers if own else ():
        for variable in views(container, "env", View):
            seen = variable.text("value")
            if variable.text("name") == _VIEW and seen and own not in seen.split(","):
                yield Finding(
                    variable.at("value"),
                    f"these pods are of network {own}, and see the endpoints of {seen} alone",
                ).fixed_by(put(variable.at("value"), own), safe=False)
