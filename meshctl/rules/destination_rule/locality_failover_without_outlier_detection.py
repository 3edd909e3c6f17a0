"""Failover between localities is asked for where no outlierDetection holds.

Envoy leaves a locality only when its pods are unhealthy, and pods become unhealthy by outlier
detection. Without it istiod doesn't even order the endpoints by locality: requests go to all
zones and regions alike, and when one fails its share of the requests fails. An entry of
portLevelSettings has none of its own unless it is repeated there, and a mesh-wide
localityLbSetting brings none along. (`distribute` works without.)

Fix: add `outlierDetection` beside the setting, in the entry for the port too.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import written_policies
from meshctl.resources import DestinationRule, PortPolicy, View
from meshctl.rules.api import Finding, Outcome, Severity, rule

_FAILOVER = ("failover", "failoverPriority")


@rule(on=DestinationRule, severity=Severity.WARNING, since="0.1.0")
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report port entries, of which the API server says nothing, and what the mesh asks for."""
    by_mesh = _failover(View(destination_rule, (), mesh.config.raw.get("localityLbSetting")))
    for policy in written_policies(destination_rule):
        setting = policy.child("loadBalancer", "localityLbSetting")
        if not policy.data or policy.has("outlierDetection"):
            continue
        is_port, key = isinstance(policy, PortPolicy), _failover(setting)
        if is_port and key:
            yield Finding(
                setting.key(key),
                f"{key} has no effect: this entry for the port has no outlierDetection, so that "
                "no locality is ever left",
            )
        elif by_mesh and not setting.data and (is_port or policy is destination_rule.policy):
            yield Finding(
                policy.at("port", "number") if is_port else policy.key(),
                f"the mesh's localityLbSetting has {by_mesh}, which has no effect here: this "
                "policy has no outlierDetection, so that no locality is ever left",
                severity=Severity.INFO,
            )


def _failover(setting: View) -> str:
    if setting.flag("enabled") is False or setting.data.get("distribute"):
        return ""
    return next((key for key in _FAILOVER if setting.data.get(key)), "")
