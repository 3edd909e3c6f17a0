"""A patch looks for a port by the number that it has elsewhere.

What `portNumber` means depends on the context. In SIDECAR_INBOUND it is the port of the container,
and at a gateway that of its container too; in SIDECAR_OUTBOUND it is the port of the Service. A
patch for another number finds nothing and is never applied.

Fix: write the number of that side: the Service's `targetPort` for inbound and gateways, its `port`
for outbound.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=EnvoyFilter, severity=Severity.ERROR, since="0.1.0")
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report port numbers that are the other side's for every proxy that is selected."""
    for patch in envoy_filter.patches:
        for part in ("listener", "routeConfiguration", "cluster"):
            match = patch.child("match", part)
            number = match.number("portNumber")
            meant = mesh.clauses.patched_ports.meant(envoy_filter, patch, part) if number else None
            if meant is not None:
                yield (
                    Finding(
                        match.at("portNumber"),
                        f"{patch.context} has no port {number}: that is {meant.what}, which is "
                        f"{meant.number} there",
                    )
                    .also(meant.view.at(), "declares both")
                    .fixed_by(put(match.at("portNumber"), meant.number), safe=False)
                )
