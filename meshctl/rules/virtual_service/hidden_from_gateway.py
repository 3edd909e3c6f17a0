"""A VirtualService is bound to a Gateway whose pods can't see it.

`exportTo` limits the namespaces whose proxies read a VirtualService; a gateway's proxy is in the
namespace of its pods, not of the Gateway object. The routes never reach it: requests
get 404, TLS and TCP connections are closed.

Fix: add the namespace of the gateway's pods to `exportTo`, or remove `exportTo`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, shortened


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", holds=("gateways",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report each Gateway that runs only where the VirtualService is not visible."""
    for binding in mesh.gateways.bindings.of(service):
        if binding.gateway is None:
            continue
        homes = mesh.gateways.namespaces_of(binding.gateway)
        if not homes or mesh.traffic.routes.is_visible_in_any(service, homes):
            continue
        where = (
            shortened(mesh.gateways.homes_of(binding.gateway), MOST_LISTED)
            or "a namespace that isn't known"
        )
        exported = shortened(service.export_to, MOST_LISTED) or "the mesh default"
        yield Finding(
            service.spec.at("exportTo"),
            f"this VirtualService is exported to {exported}, but the pods of {binding.name} run in {where}: the gateway "
            "never sees these routes",
        ).also(binding.ref, "binds it to the Gateway")
