"""Reads what outlierDetection counts, and how soon it ejects a pod.

The defaults are those of applyOutlierDetection (pilot/pkg/networking/core/cluster_traffic_policy.go,
Istio 1.31): 5 errors in a row, 10 % of the pods, no panic threshold.
"""

from meshctl.resources import View

FEW_PODS = 3
"""So many pods a burst of errors may take out one by one."""
_HASTY = 3
_DEFAULT_ERRORS = 5
_OTHERS = ("consecutiveGatewayErrors", "consecutiveLocalOriginFailures", "consecutiveErrors")
_COUNTERS = ("consecutive5xxErrors", "consecutiveGatewayErrors")


def counts_nothing(outlier: View) -> bool:
    """Is the counting of errors off, and nothing else counted?"""
    return outlier.number("consecutive5xxErrors") == 0 and not any(map(outlier.number, _OTHERS))


def is_hasty(outlier: View) -> bool:
    """Do one or two errors eject a pod, without a share of healthy pods that would stop it?"""
    counted = [number for number in map(outlier.number, _COUNTERS) if number]
    return min(counted, default=_HASTY) < _HASTY and not outlier.number("minHealthPercent")


def is_covered(outlier: View) -> bool:
    """Do gateway errors eject no pod that other errors, among which they count, don't eject sooner?

    Both stay on by default; 5 of either kind are needed (pilot there, Envoy's outlier_detection.proto).
    """
    gateway = outlier.number("consecutiveGatewayErrors")
    every = outlier.number("consecutive5xxErrors")
    return bool(gateway) and every != 0 and (gateway or 0) >= (every or _DEFAULT_ERRORS)


def panics_at_once(outlier: View, pods: int) -> bool:
    """Is one ejected pod of several enough for the proxy to send to all of them again?

    Below ``minHealthPercent`` of healthy pods, Envoy's panic threshold, ejections don't count.
    """
    share = outlier.number("minHealthPercent") or 0
    return pods > 1 and (pods - 1) * 100 < share * pods
