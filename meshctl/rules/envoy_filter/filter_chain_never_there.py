"""A patch looks for a filter chain that no proxy has, by its name, SNI, protocols or port.

Each field of `filterChain` is compared, letter by letter, with what istiod lets the chain ask connections for. Chains of
gateways ask for the SNI names of their servers, as those write them, and for nothing else. Chains for what comes in
to a sidecar ask for the port of the container and its protocols, never for a name, and those for what goes out for no
port. A patch for what isn't there is never applied.

Fix: leave the field out, or write what the message lists; a port is looked for by `listener.portNumber`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted

_SHOWN = 4


@rule(on=EnvoyFilter, severity=Severity.WARNING, since="0.1.0", needs=("listener",))
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report fields that no chain of the proxies that the filter reaches has with this value."""
    for patch in envoy_filter.patches:
        missing = mesh.clauses.patched_chains.missing(envoy_filter, patch)
        if missing is None:
            continue
        field = missing.place.path[-1]
        shown = ", ".join(map(quoted, missing.known[:_SHOWN]))
        more = len(missing.known) - _SHOWN
        known = f"there is {shown}" + (f" and {more} more" if more > 0 else "")
        yield Finding(
            missing.place,
            f"no filter chain of {missing.chains} has the {field} {quoted(missing.place.value())}; "
            + (known if shown else missing.otherwise),
        )
