"""An entry of portLevelSettings drops settings of the policy above it.

A port entry replaces connectionPool, loadBalancer and outlierDetection as a whole, even those it
doesn't mention. On that port they have Istio's defaults: no outlier detection, no connection
limits, the default load balancing. Nothing says so at run time; a failing pod simply stays in
rotation.

Fix: repeat the settings in the port entry, or move them all into port entries.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import DestinationRule, TrafficPolicy
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_SETTINGS = ("connectionPool", "loadBalancer", "outlierDetection")
_ALIKE = {"LEAST_REQUEST", "LEAST_CONN", "RANDOM", "ROUND_ROBIN"}
"""Ways to spread requests that differ little from the default."""


@rule(on=DestinationRule, severity=Severity.WARNING, since="0.1.0")
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report port entries that lose settings of their own policy."""
    policies = (destination_rule.policy, *(subset.policy for subset in destination_rule.subsets))
    for policy in policies:
        for entry in policy.ports:
            lost = [key for key in _SETTINGS if policy.has(key) and not entry.has(key)]
            if not lost:
                continue
            finding = Finding(
                entry.at("port", "number"),
                f"this entry for port {entry.port} replaces the policy above it and leaves out "
                f"{', '.join(lost)}: the port gets Istio's defaults",
                severity=Severity.INFO if _only_spreads(policy, lost) else None,
            )
            for key in lost:
                finding = finding.also(policy.key(key), f"doesn't hold on port {entry.port}")
            repeated = [put(entry.at(key), policy.data[key]) for key in lost]
            yield finding.fixed_by(*repeated, safe=False)


def _only_spreads(policy: TrafficPolicy, lost: list[str]) -> bool:
    """Is nothing lost but a way to spread requests evenly?"""
    balancer = policy.child("loadBalancer")
    is_plain = balancer.names() == ("simple",) and balancer.text("simple") in _ALIKE
    return is_plain and lost == ["loadBalancer"]
