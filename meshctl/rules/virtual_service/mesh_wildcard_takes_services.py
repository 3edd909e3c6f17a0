"""A VirtualService of the mesh has a wildcard host that stands for Services of others.

With `mesh` among its gateways (or none written) its rules hold for sidecars too: calls to every
Service that the wildcard covers, and no closer VirtualService does, follow them. A host `*` that was
meant for a gateway takes the whole mesh's HTTP.

Fix: leave `mesh` out of `spec.gateways`, or name the hosts in `spec.hosts`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.registry import DECLARING_KINDS
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule

_SHOWN = 3


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", needs=DECLARING_KINDS)
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report wildcard hosts with http rules that take calls to Services which they don't route to."""
    for index, host in enumerate(service.hosts):
        taken = sorted(mesh.sidecar_routes.taken_services(service, host))
        if taken:
            more = f" and {len(taken) - _SHOWN} more" if len(taken) > _SHOWN else ""
            yield Finding(
                service.spec.at("hosts", index),
                f"sidecars route calls to {', '.join(taken[:_SHOWN])}{more} by these rules, which "
                "don't lead there",
            )
