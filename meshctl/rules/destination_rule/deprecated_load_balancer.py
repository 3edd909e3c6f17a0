"""A load balancer is written in the words of older releases.

`LEAST_CONN` is another name of `LEAST_REQUEST`, and `warmupDurationSecs` sets one of the values of
`warmup`. istiod still reads both, and a later release may not (destination_rule.proto, Istio 1.31).

Fix: write `LEAST_REQUEST`, or `warmup.duration`.
"""

from collections.abc import Iterator

from meshctl.istio.cel_forms import all_policies
from meshctl.mesh import Mesh
from meshctl.mesh.traffic import written_policies
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, delete, put, rule

_CEL = all_policies(
    "!has({policy}.loadBalancer) || ((!has({policy}.loadBalancer.simple) || "
    "{policy}.loadBalancer.simple != 'LEAST_CONN') && "
    "!has({policy}.loadBalancer.warmupDurationSecs))"
)


@rule(on=DestinationRule, severity=Severity.INFO, since="0.1.0", cel=_CEL, holds=("loadBalancer",))
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report the deprecated value and the deprecated field, wherever a policy has them."""
    for policy in written_policies(destination_rule):
        balancer = policy.child("loadBalancer")
        if balancer.text("simple") == "LEAST_CONN":
            place = balancer.at("simple")
            text = "LEAST_CONN is deprecated; LEAST_REQUEST is the same"
            yield Finding(place, text).fixed_by(put(place, "LEAST_REQUEST"))
        if balancer.has("warmupDurationSecs"):
            place = balancer.at("warmupDurationSecs")
            text = "warmupDurationSecs is deprecated; write warmup.duration"
            found = Finding(place, text)
            if not balancer.has("warmup"):
                value = balancer.data["warmupDurationSecs"]
                found = found.fixed_by(put(balancer.at("warmup", "duration"), value), delete(place))
            yield found
