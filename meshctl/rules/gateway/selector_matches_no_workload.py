"""The selector of a Gateway picks no workload.

istiod gives the servers to no proxy, so nothing listens for their hosts: connections are refused,
or another Gateway's servers answer with 404.

Fix: use the labels of the gateway's pods, such as `istio: ingressgateway`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, put, rule


@rule(on=Gateway, severity=Severity.WARNING, equivalents=("IST0101", "KIA0302"), since="0.1.0")
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report a selector without workloads in a whole mesh, or one that is misspelt."""
    found = mesh.gateways.distinct_of(gateway)
    if not gateway.selector or any(
        one.workload.is_real or mesh.gateways.may_have_pods(one.workload) for one in found
    ):
        return
    labels = ", ".join(f"{key}={value}" for key, value in gateway.selector.items())
    meant = mesh.gateways.meant_by(gateway.selector)
    if meant is None and not mesh.is_whole:
        yield NotChecked("gateway workloads may be outside the input")
        return
    finding = Finding(
        gateway.spec.at("selector"),
        f"no workload has the labels {labels}, so no proxy gets these servers",
        severity=Severity.ERROR if mesh.is_whole else None,
    )
    if meant is not None:
        finding = finding.also(meant.key("metadata"), "has nearly these labels")
        finding = finding.fixed_by(
            *(
                put(gateway.spec.at("selector", key), meant.pod_labels[key])
                for key, value in gateway.selector.items()
                if meant.pod_labels[key] != value
            )
        )
    yield finding
