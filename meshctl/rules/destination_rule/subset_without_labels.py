"""A subset has neither labels nor a trafficPolicy of its own.

It picks all pods of the host and follows the policy of the host: a route to it does what a route
to the host without a subset does. Weights between such subsets split nothing.

Fix: give the subset the labels of the pods it is meant for, or route to the host itself.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted

_CEL = (
    "!has(object.spec.subsets) || object.spec.subsets.all(s, (has(s.labels) && "
    "s.labels.size() > 0) || (has(s.trafficPolicy) && s.trafficPolicy.size() > 0))"
)


@rule(
    on=DestinationRule,
    severity=Severity.INFO,
    equivalents=("KIA0209",),
    since="0.1.0",
    holds=("subsets",),
    renamed_from=("destination-rule/subset-like-whole-host",),
    cel=_CEL,
)
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report subsets that differ from the whole host in nothing."""
    for subset in destination_rule.subsets:
        if not subset.data.get("labels") and not subset.policy.data:
            yield Finding(
                subset.at("name"),
                f"subset {quoted(subset.name)} has no labels and no trafficPolicy, and stands for all of "
                f"{destination_rule.host}",
            )
