"""A NetworkPolicy lists a port to which traffic is redirected inside the pod.

The rules that lead traffic into the sidecar (15006) and out of it (15001) work in the pod's own
network. A NetworkPolicy is enforced outside of it and sees the ports of the applications alone,
with mutual TLS or without.

Fix: list the container ports of the application instead, and 15008 for clients in ambient mode.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import EGRESS, INGRESS
from meshctl.resources import NetworkPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule

_REDIRECTED = {15006: "inbound", 15001: "outbound"}


@rule(on=NetworkPolicy, severity=Severity.WARNING, since="0.1.0")
def check(policy: NetworkPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report these numbers."""
    for direction in (INGRESS, EGRESS):
        for number, port in mesh.workloads.network_policies.numbers(policy, direction):
            if number in _REDIRECTED:
                yield Finding(
                    port.at("port"),
                    f"no packet outside a pod has port {number}, to which {_REDIRECTED[number]} "
                    "traffic is redirected inside it: this entry lets nothing through",
                )
