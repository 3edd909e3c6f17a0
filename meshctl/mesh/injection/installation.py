"""The parts of an installation of Istio that newer versions no longer have.

From the release notes: Mixer, Citadel, Galley and the bundled add-ons went with 1.5 to 1.8, the
operator in the cluster with 1.24.
"""

from collections.abc import Iterator

from meshctl.resources import IstioOperator, Ref, Workload

OPERATOR_GONE_SINCE = (1, 24)
_COMPONENTS = {
    "citadel": "1.8", "galley": "1.8", "nodeAgent": "1.8", "policy": "1.8",
    "sidecarInjector": "1.8", "telemetry": "1.8",
}  # fmt: skip
_VALUES = {
    "galley": "1.8", "grafana": "1.8", "istiocoredns": "1.8", "kiali": "1.8", "mixer": "1.8",
    "nodeagent": "1.8", "prometheus": "1.8", "security": "1.8", "tracing": "1.8",
}  # fmt: skip


def removed_settings(operator: IstioOperator) -> Iterator[tuple[Ref, str, str]]:
    """Walk the settings that Istio no longer has: where, their name, and the version."""
    for part, known in ((operator.components, _COMPONENTS), (operator.values, _VALUES)):
        for name in part.names():
            if name in known:
                yield part.key(name), f"{part.path[-1]}.{name}", known[name]
    if operator.spec.has("addonComponents"):
        yield operator.spec.key("addonComponents"), "addonComponents", "1.8"


def is_operator(workload: Workload) -> bool:
    """Does a workload run Istio's operator?"""
    images = (container.text("image") for container in workload.containers)
    return any("istio/operator:" in image or "istio/operator@" in image for image in images)
