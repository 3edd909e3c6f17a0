"""A DestinationRule that a client may not read hides a wider one that it may.

Within a namespace istiod takes the rules of the most specific host first and looks at exportTo
afterwards. Clients outside the exportTo of the specific rule don't fall back to the wildcard rule
beside it: they skip this namespace and get what the root namespace says, or nothing.

Fix: give the specific rule the same exportTo as the wildcard one, or repeat the wildcard's policy
in a rule for this host that the others may read.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, delete, put, rule


@rule(on=DestinationRule, severity=Severity.WARNING, since="0.1.0")
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report a rule that ends the search for clients it isn't exported to."""
    hidden = mesh.traffic.destination_rules.hidden_by(destination_rule)
    if hidden is not None:
        place = destination_rule.spec.at("exportTo")
        yield (
            Finding(
                place,
                f"clients elsewhere may not read this rule for {destination_rule.host}, which keeps "
                f"them from {hidden.title} for {hidden.host} too: they get neither",
            )
            .also(hidden.spec.at("host"), "is hidden from them")
            .fixed_by(
                put(place, list(hidden.export_to)) if hidden.export_to else delete(place),
                safe=False,
            )
        )
