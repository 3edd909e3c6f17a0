"""A patch looks for a port that no proxy it is for has.

In SIDECAR_INBOUND `portNumber` is a container's port that a Service leads to, in GATEWAY one that a server of
a Gateway listens on, in SIDECAR_OUTBOUND one of a Service or ServiceEntry. A patch for another number finds
nothing and is never applied. For LISTENER it is the listener's own port, 15006 for all that comes in; no other
patch finds its traffic by that.

Fix: write a port that is there, or leave `portNumber` out.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule

_MOST = 6


@rule(on=EnvoyFilter, severity=Severity.ERROR, since="0.1.0", needs=("portNumber",))
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report numbers of listeners and routes that surely none of the proxies has."""
    for patch in envoy_filter.patches:
        if mesh.clauses.patched_ports.is_of_listener_itself(patch):
            place = patch.at("match", "listener", "portNumber")
            yield Finding(
                place,
                f"port {place.value()} is where traffic is redirected to, and requests are found by the port that "
                "they are for: nothing is patched",
            ).fixed_by(delete(place), safe=False)
        for part in ("listener", "routeConfiguration"):
            match = patch.child("match", part)
            number = match.number("portNumber")
            if not number or mesh.clauses.patched_ports.meant(envoy_filter, patch, part):
                continue
            known = mesh.clauses.patched_ports.instead(envoy_filter, patch, part)
            if known:
                shown = ", ".join(map(str, known[:_MOST])) + (", ..." if len(known) > _MOST else "")
                yield Finding(
                    match.at("portNumber"),
                    f"{patch.context} has no port {number} at the proxies of this EnvoyFilter, only {shown}: "
                    "nothing is patched",
                )
