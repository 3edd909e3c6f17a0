"""A warm-up is asked of a load balancer that has none.

New pods get little traffic at first with ROUND_ROBIN and LEAST_REQUEST alone. RANDOM, PASSTHROUGH
and consistent hashing send a new pod its full share at once; istiod leaves the warm-up out
(applyLoadBalancer, pilot/pkg/networking/core/cluster_traffic_policy.go, Istio 1.31).

Fix: write `simple: LEAST_REQUEST` or `ROUND_ROBIN`, or remove the warm-up.
"""

from collections.abc import Iterator

from meshctl.istio.cel_forms import all_policies
from meshctl.mesh import Mesh
from meshctl.mesh.traffic import written_policies
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_WARMUPS = ("warmup", "warmupDurationSecs")
_WITHOUT = frozenset({"RANDOM", "PASSTHROUGH"})

_CEL = all_policies(
    "!has({policy}.loadBalancer) || "
    "!(has({policy}.loadBalancer.warmup) || has({policy}.loadBalancer.warmupDurationSecs)) || "
    "!((has({policy}.loadBalancer.simple) && "
    "{policy}.loadBalancer.simple in ['RANDOM', 'PASSTHROUGH']) || "
    "has({policy}.loadBalancer.consistentHash))"
)


@rule(on=DestinationRule, severity=Severity.WARNING, since="0.1.0", holds=_WARMUPS, cel=_CEL)
def check(destination_rule: DestinationRule, _: Mesh) -> Iterator[Outcome]:
    """Report warm-ups beside RANDOM, PASSTHROUGH or a hash."""
    for policy in written_policies(destination_rule):
        balancer = policy.child("loadBalancer")
        key = next((one for one in _WARMUPS if balancer.has(one)), None)
        simple = balancer.text("simple")
        if key is None or not (simple in _WITHOUT or balancer.has("consistentHash")):
            continue
        finding = Finding(
            balancer.key(key),
            f"{simple or 'consistentHash'} has no warm-up: new pods get their full share at once",
        )
        if simple:
            finding = finding.fixed_by(put(balancer.at("simple"), "ROUND_ROBIN"), safe=False)
        yield finding
