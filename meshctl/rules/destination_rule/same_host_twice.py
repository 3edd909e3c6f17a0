"""Two DestinationRules of one namespace are for the same host.

With equal exportTo istiod merges them, the oldest first: subsets add up, but only the oldest
trafficPolicy and the oldest subset of a name count. With different exportTo they stay apart, and a
client that both reach follows the youngest alone: it misses every subset of the other (`503 NC`).

Fix: merge them into one object, or give them audiences (exportTo) that don't overlap.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.same_host import Loss, meetings
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, rule

_TEXT = {
    Loss.POLICY: "of the two trafficPolicies only that of {older} counts, the older one",
    Loss.SUBSET: "of the two subsets {subset} only that of {older} counts, the older one",
    Loss.OLDER: "clients that both reach follow {younger} alone, the younger one",
    Loss.UNSELECTED: "it is merged into {older}, so clients that its workloadSelector doesn't pick get neither",
    Loss.NOTHING: "istiod merges the two, and nothing is lost today",
}


@rule(on=DestinationRule, severity=Severity.ERROR, equivalents=("KIA0201",), since="0.1.0")
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report each later rule of a host, once for all of them from the first."""
    rules = mesh.traffic_policies.same_host(destination_rule)
    if len(rules) < 2 or rules[0] is not destination_rule:  # noqa: PLR2004 - two are a pair
        return
    for meeting in meetings(rules):
        older, younger, loss = meeting.older, meeting.younger, meeting.loss
        if older.name == younger.name:
            continue  # the same object twice in the input is another finding
        subset = meeting.subset[1].name if meeting.subset else ""
        text = _TEXT[loss].format(older=older.name, younger=younger.name, subset=repr(subset))
        severity = None
        if loss is Loss.NOTHING:
            severity = Severity.INFO
        elif not meeting.order_known:
            severity = Severity.WARNING
            text += "; the input has no creation times, so the names decide here and it may be the other way round"
        lost = meeting.subset[1].at("name") if meeting.subset else younger.spec.at("host")
        yield Finding(
            lost, f"{older.title} is for host {older.host} too: {text}", severity=severity
        ).also(older.spec.at("host"), "is for the same host")
