"""Two DestinationRules of one namespace are for the same host.

With equal exportTo istiod merges them, the oldest first: subsets add up, but only the oldest
trafficPolicy and the oldest subset of a name count. With different exportTo they stay apart, and a
client that both reach follows the youngest alone: it misses every subset of the other (`503 NC`).

Fix: merge them into one object, or give them audiences (exportTo) that don't overlap.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import MergeLoss, meetings
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted

_TEXT = {
    MergeLoss.POLICY: "of the two trafficPolicies only that of the older object counts",
    MergeLoss.SUBSET: "of the two subsets {subset} only that of the older object counts",
    MergeLoss.AUDIENCE: (
        "the younger is merged into the older, whose exportTo stays as it is, so the namespaces "
        "that only the younger names get neither"
    ),
    MergeLoss.OLDER: "clients that both reach follow the younger alone",
    MergeLoss.UNSELECTED: (
        "istiod merges the two, so clients that the workloadSelector doesn't pick get neither"
    ),
    MergeLoss.NOTHING: "istiod merges the two, and nothing is lost today",
}
_AGELESS = {MergeLoss.UNSELECTED, MergeLoss.NOTHING}


@rule(
    on=DestinationRule, severity=Severity.ERROR, equivalents=("KIA0201",), since="0.1.0", renamed_from=("destination-rule/same-host-twice",),
)  # fmt: skip
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report each later rule of a host, once for all of them from the first."""
    policies = mesh.traffic.destination_rules
    several = policies.same_host(destination_rule)
    first = next((one for one in several if not one.is_generated), None)
    if len(several) < 2 or first is not destination_rule:  # noqa: PLR2004 - two are a pair
        return
    rules = [one for one in several if not one.is_generated]
    homes = mesh.registry.homes(policies.host_of(destination_rule)) or {destination_rule.namespace}
    for meeting in meetings(rules, is_for_home=policies.is_for_home(destination_rule, homes)):
        older, younger, loss = meeting.older, meeting.younger, meeting.loss
        if older.name == younger.name:
            continue  # the same object twice in the input is another finding
        subset = quoted(meeting.subset[1].name) if meeting.subset else ""
        text = _TEXT[loss].format(subset=subset)
        severity = Severity.INFO if loss is MergeLoss.NOTHING else None
        if loss not in _AGELESS:
            severity = None if meeting.order_known else Severity.WARNING
            doubt = "; the input has no creation times to tell which"
            text += f" ({older.name} is older)" if meeting.order_known else doubt
        lost = meeting.subset[1].at("name") if meeting.subset else younger.spec.at("host")
        yield Finding(
            lost, f"{older.title} is for host {older.host} too: {text}", severity=severity
        ).also(older.spec.at("host"), "is for the same host")
