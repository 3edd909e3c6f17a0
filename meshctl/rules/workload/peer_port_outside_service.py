"""Pods of a StatefulSet listen on a port that their Service doesn't declare, under STRICT.

Members of a StatefulSet dial each other by address. On a port of the headless Service sidecars
know the pods and send mutual TLS; any other port is passed through as plaintext, and the STRICT
sidecar of the peer resets it. A cluster then never forms: the second member can't join.

Fix: declare the port in the headless Service (a name such as `tcp-gossip` says its protocol), or
make it PERMISSIVE by portLevelMtls.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import Mode
from meshctl.mesh.workloads import Membership
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Workload, severity=Severity.WARNING, since="0.1.0")
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report container ports that only other members of the StatefulSet can mean."""
    service = mesh.workloads.container_ports.governing_service(workload)
    if service is None or mesh.workloads.membership(workload) is not Membership.SIDECAR:
        return
    for port in mesh.workloads.container_ports.undeclared(workload):
        number = port.number("containerPort") or 0
        demand = mesh.security.peer_authentications.of_port(workload, number)
        if demand.mode is not Mode.STRICT:
            continue
        finding = Finding(
            port.at("containerPort"),
            f"no Service declares port {number}, so peers that dial it send plaintext, and the "
            "STRICT sidecar resets it",
        ).also(service.spec.key("ports"), f"doesn't declare {number}")
        if demand.ref is not None:
            finding = finding.also(demand.ref, "decides that the port is STRICT")
        yield finding
