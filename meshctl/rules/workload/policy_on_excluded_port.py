"""A policy speaks of a port that is led past the sidecar.

`excludeInboundPorts`, or an `includeInboundPorts` without the port, sends connections straight to
the application. No AuthorizationPolicy and no PeerAuthentication is asked there: what is denied
comes in, and STRICT takes plaintext.

Fix: take the port out of the annotation, or out of the policy and protect it by a NetworkPolicy.
"""

from collections.abc import Iterator

from meshctl.istio.annotation_names import EXCLUDE_INBOUND_PORTS, INCLUDE_INBOUND_PORTS
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership, TrafficCapture
from meshctl.resources import Ref, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import whole_number


@rule(on=Workload, severity=Severity.ERROR, since="0.1.0")
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report ports that policies for just these workloads name and the sidecar never sees."""
    if workload not in mesh.workloads or not workload.pod_annotations.keys() & {
        EXCLUDE_INBOUND_PORTS,
        INCLUDE_INBOUND_PORTS,
    }:
        return
    if mesh.workloads.membership(workload) is not Membership.SIDECAR:
        return
    capture = TrafficCapture(workload)
    for number, place, asked in _protected(workload, mesh):
        bypass = capture.bypass(number)
        if bypass is not None:
            yield Finding(
                bypass, f"port {number} is led past the sidecar, so that {asked} doesn't hold there"
            ).also(place, f"speaks of port {number}")


def _protected(workload: Workload, mesh: Mesh) -> Iterator[tuple[int, Ref, str]]:
    for policy in mesh.security.authorization.of(workload):
        for operation in policy.operations if policy.action in {"ALLOW", "DENY", "CUSTOM"} else ():
            for index, port in enumerate(operation.texts("ports")):
                if (number := whole_number(port)) is not None:
                    yield number, operation.at("ports", index), policy.title
    for strict in mesh.security.peer_authentications.for_workload(workload):
        for number, mode in strict.port_modes.items():
            if mode == "STRICT":
                yield number, strict.spec.key("portLevelMtls"), f"STRICT of {strict.title}"
