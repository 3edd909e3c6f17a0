"""The mesh networks name a gateway that isn't there, or a port that it doesn't have.

istiod looks for the Service by its full name. Without it the network has no gateway, and clients of
other networks dial its pods directly and time out; on another port nobody takes their connections.

Fix: write the full name, `istio-eastwestgateway.istio-system.svc.cluster.local`, and a port of that
Service.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import named_gateways
from meshctl.mesh.registry import missing_port
from meshctl.resources import ConfigMap
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=ConfigMap, severity=Severity.ERROR, since="0.1.0")
def check(config_map: ConfigMap, mesh: Mesh) -> Iterator[Outcome]:
    """Report names and ports that no Service of the input has."""
    place = config_map.at("data", "meshNetworks")
    for network, gateway in named_gateways(config_map):
        host = gateway.text("registryServiceName")
        declared = mesh.registry.at(host)
        home = mesh.registry.home(host)
        if declared:
            missing = missing_port(declared, gateway.number("port"))
            if missing is not None:
                known = ", ".join(map(str, missing.known))
                yield Finding(
                    place,
                    f"network {network} is to be entered by port {gateway.number('port')} of {host}, "
                    f"which has only {known}",
                )
        elif home is None or mesh.knows.all_of("Service", home):
            full = "" if home else ", and istiod looks for full names"
            yield Finding(
                place, f"the gateway of network {network}, {quoted(host)}, is no Service{full}"
            )
        else:
            yield NotChecked(mesh.knows.all_of("Service", home).reason)
