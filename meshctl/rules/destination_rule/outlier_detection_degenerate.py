"""outlierDetection is set so that it ejects nobody, or the only pod there is.

A pod is ejected when it answers several times in a row with an error, and only while no more than
`maxEjectionPercent` of the pods are out, 10 % when it isn't written. With fewer than ten pods 10 %
is less than one pod: nobody is ever ejected and failing pods stay in rotation. With one pod and
100 %, or with two or three that an error each takes out, nobody is left after a few errors, and
every request gets `503 UH no healthy upstream`. With both counters at 0 nothing is counted.

Fix: set `maxEjectionPercent` so that at least one pod of several may go (50 for two or three),
`consecutive5xxErrors` above 0, and run more than one pod.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import FEW_PODS, counts_nothing, is_hasty, written_policies
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_ALL = 100
_DEFAULT = 10
_LOCALITY = "localityLbSetting"
"""Where it is set, pods of other clusters may step in."""


@rule(on=DestinationRule, severity=Severity.WARNING, since="0.1.0", holds=("outlierDetection",))
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report settings that count nothing, or that don't fit the number of pods."""
    written = [one for one in written_policies(destination_rule) if one.has("outlierDetection")]
    if not written:
        return
    pods = mesh.workloads.replicas.behind(mesh.traffic.destination_rules.host_of(destination_rule))
    for policy in written:
        outlier = policy.child("outlierDetection")
        if counts_nothing(outlier):
            yield Finding(
                outlier.at("consecutive5xxErrors"),
                "consecutive5xxErrors 0 turns the counting of errors off and nothing else is "
                "counted, so no pod is ever ejected",
            )
            continue
        percent = outlier.number("maxEjectionPercent") or _DEFAULT
        place = outlier.at("maxEjectionPercent") if percent != _DEFAULT else outlier.key()
        if pods == 1 and percent >= _ALL and not policy.child("loadBalancer").has(_LOCALITY):
            yield Finding(
                place,
                "there is one pod, and 100 % of the pods may be ejected: after a few errors every "
                "request gets 503 until the pod is back",
            )
        elif percent >= _ALL and pods in range(2, FEW_PODS + 1) and is_hasty(outlier):
            yield Finding(
                place,
                f"all of the {pods} pods may be ejected, and few errors are enough for one: a short "
                "trouble leaves nobody, and every request gets 503",
            )
        elif pods is not None and pods > 1 and pods * percent < _ALL:
            message = f"{percent} % of {pods} pods is less than one, so no pod is ever ejected"
            yield Finding(place, message, severity=Severity.INFO).fixed_by(
                put(outlier.at("maxEjectionPercent"), -(-_ALL // pods)), safe=False
            )
