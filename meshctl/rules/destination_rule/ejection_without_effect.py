"""outlierDetection ejects pods that get requests all the same, or counts what is counted already.

`minHealthPercent` is the share of healthy pods below which the proxy sends to all pods again, ejected
or not. Where one pod of the few that run is more than the rest of that share, ejecting it changes
nothing. And gateway errors (502, 503, 504) are counted among the 5xx errors, so that a
`consecutiveGatewayErrors` that isn't below `consecutive5xxErrors`, 5 when it isn't written, ejects
nobody.

Fix: lower or remove `minHealthPercent`; write a `consecutiveGatewayErrors` below
`consecutive5xxErrors`, or set the latter to 0.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import is_covered, panics_at_once, written_policies
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_HELD = ("minHealthPercent", "consecutiveGatewayErrors")


@rule(on=DestinationRule, severity=Severity.WARNING, since="0.1.0", holds=_HELD)
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report shares of healthy pods that one pod breaks, and counters that never come first."""
    pods = mesh.workloads.replicas.behind(mesh.traffic.destination_rules.host_of(destination_rule))
    for policy in written_policies(destination_rule):
        outlier = policy.child("outlierDetection")
        if pods is not None and panics_at_once(outlier, pods):
            share = outlier.number("minHealthPercent")
            yield Finding(
                outlier.at("minHealthPercent"),
                f"with one of {pods} pods ejected less than {share} % are healthy, and the proxy "
                "sends to all of them again: no pod is ever out of rotation",
            ).fixed_by(put(outlier.at("minHealthPercent"), 0), safe=False)
        if is_covered(outlier):
            yield Finding(
                outlier.at("consecutiveGatewayErrors"),
                f"{outlier.number('consecutiveGatewayErrors')} gateway errors are 5xx errors, too, "
                f"of which {outlier.number('consecutive5xxErrors') or 5} eject a pod: this counter "
                "never comes first",
                severity=Severity.INFO,
            )
