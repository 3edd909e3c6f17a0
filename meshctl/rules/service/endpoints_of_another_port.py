"""Endpoints are written by hand, and none of their ports has the name of a Service's port.

Ports of Endpoints and EndpointSlices belong to the port of the Service with the very same name, not to that with the same number.
The port of the Service has no endpoints: `503 UH no healthy upstream`.

Fix: give the port of the endpoints the name of the Service's port; a Service with one port without a name wants one without.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Service
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import all_of, quoted


@rule(on=Service, severity=Severity.ERROR, since="0.1.0", needs=("Endpoints", "EndpointSlice"))
def check(service: Service, mesh: Mesh) -> Iterator[Outcome]:
    """Report ports of Services without selector whose endpoints name others.

    endpointSliceCache and updateEndpointCacheForSlice compare names (pilot/pkg/serviceregistry/kube/controller, Istio 1.31).
    """
    written = mesh.registry.written_port_names(service) if not service.selector else {}
    for port in service.ports if written else ():
        if port.name not in written:
            known = all_of([quoted(name) for name in sorted(written)])
            yield Finding(
                port.at("name") if port.has("name") else port.at("port"),
                f"the endpoints have no port of the name {quoted(port.name)}, only {known}: this port has no endpoints",
            ).also(next(iter(written.values())), "is a port of the endpoints")
