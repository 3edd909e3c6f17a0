"""A ServiceEntry names a waypoint, and has no address by which ztunnel would know its traffic.

ztunnel leads connections to a waypoint by the address that they are for. istiod allocates addresses for ServiceEntries
without any, unless they resolve to what was dialled (`resolution: NONE`) or their label forbids it: such traffic goes
straight out, and no policy of the waypoint is enforced.

Fix: set `resolution: DNS` (or `DYNAMIC_DNS` for a wildcard), or give `addresses`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.registry import is_given_addresses
from meshctl.resources import ServiceEntry
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=ServiceEntry, severity=Severity.WARNING, since="0.1.0")
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report entries whose own label or annotation asks for a waypoint, and which get no address of any source."""
    use = mesh.ambient.waypoint_use(entry)
    if use is None or use.is_inherited or is_given_addresses(entry):
        return
    yield Finding(
        use.ref,
        f"{entry.hosts[0] if entry.hosts else entry.name} has no address, and istiod allocates none: "
        f"ztunnel leads nothing of it to waypoint {use.key_name}",
    )
