"""A subset has a trafficPolicy, but no route sends requests to the subset.

The policy of a subset holds only for requests that a VirtualService routes to it by name. Others
go to the host as a whole, balanced over all pods, and follow the policy of the host: the limits,
TLS and outlier detection of the subset never come into play.

Fix: route to the subset in a VirtualService, or move the policy to the top of the DestinationRule.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import is_wildcard
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=DestinationRule, severity=Severity.WARNING, since="0.1.0")
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report policies of subsets that no route names, where the input routes to the host."""
    host = mesh.traffic.destination_rules.host_of(destination_rule)
    with_policy = [subset for subset in destination_rule.subsets if subset.policy.data]
    if not with_policy or is_wildcard(host):
        return
    routed = mesh.traffic.destinations.to(host)
    if not routed and not mesh.is_whole:
        yield NotChecked("the input has no route to a host with subset policies")
        return
    used = {destination.subset for destination in routed}
    for subset in with_policy:
        if subset.name not in used:
            finding = Finding(
                subset.key("trafficPolicy"),
                f"no route sends requests to subset {quoted(subset.name)} of {host}, so this policy "
                "never holds",
            )
            if routed:
                finding = finding.also(routed[0].at("host"), "routes to the host without it")
            yield finding
