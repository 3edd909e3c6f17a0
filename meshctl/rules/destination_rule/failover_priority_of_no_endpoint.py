"""A `failoverPriority` names a label that no endpoint of the host has.

istiod puts endpoints in order by the labels that they share with the client, from the first to the last of
the list, and leaves off at the first that differs. A label that no endpoint has differs for all of them
alike, or for none: it tells nobody apart, and where clients have it, the labels after it count no more.

Fix: write a label that the pods of the host carry (those of the pod template), or one of
`topology.istio.io/network`, `topology.kubernetes.io/region`, `topology.kubernetes.io/zone` and
`topology.istio.io/subzone`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import written_policies
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted

_KNOWN = frozenset({"topology.istio.io/network", "topology.istio.io/cluster"})


@rule(on=DestinationRule, severity=Severity.WARNING, since="0.1.0", holds=("failoverPriority",))
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report labels that all known endpoints lack."""
    host = mesh.registry.resolve(destination_rule.host, destination_rule.namespace)
    if host is None:
        return
    for policy in written_policies(destination_rule):
        setting = policy.child("loadBalancer", "localityLbSetting")
        for index, written in enumerate(setting.texts("failoverPriority")):
            key = written.partition("=")[0]
            if key not in _KNOWN and mesh.workloads.endpoints.lacks_label(host, key):
                yield Finding(
                    setting.at("failoverPriority", index),
                    f"no endpoint of {host.host} has a label {quoted(key)}: it puts them in no order",
                )
