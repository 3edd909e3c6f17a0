"""The workloads that call a host don't get the routes which a VirtualService has for it.

Sidecars follow a VirtualService that is exported to their namespace and that their Sidecar imports:
its egress hosts have to name the namespace of the VirtualService, not of the Service alone. Otherwise
requests go to the host as if there were no routes: no timeouts, no retries, no subsets.

Fix: export the VirtualService to the callers' namespace, add `<its namespace>/<host>` to the egress
hosts of their Sidecar, or move it to the namespace of the Service.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", needs=("exportTo", "Sidecar"))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report a host whose callers, as their settings declare, all miss the routes."""
    missed = mesh.clauses.hidden_routes.missed(service)
    if missed is not None:
        is_exported = missed.hidden_by.resource is not service
        how = (
            f"its {missed.hidden_by.resource.title} doesn't import it"
            if is_exported
            else f"it isn't exported to {missed.caller.namespace}"
        )
        place = service.spec.key("hosts") if is_exported else missed.hidden_by
        yield Finding(
            place,
            f"{missed.caller.title} calls {missed.host} without these routes: {how}",
        ).also(missed.call, "names the host")
