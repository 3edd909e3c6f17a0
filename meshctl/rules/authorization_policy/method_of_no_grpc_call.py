"""A rule for gRPC servers alone asks for a method that gRPC never sends.

Calls of gRPC are POST requests whose path is `/package.Service/Method`. Where all ports of a workload speak gRPC, an
ALLOW rule for GET lets nobody in, and a DENY rule refuses nobody.

Fix: write POST, or name the calls by `paths`.
"""

from collections.abc import Iterator

from meshctl.istio.protocols import Protocol
from meshctl.mesh import Mesh
from meshctl.resources import AuthorizationPolicy, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=AuthorizationPolicy, severity=Severity.WARNING, since="0.1.0", needs=("methods",))
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report methods beside POST where every workload that is reached speaks gRPC alone."""
    for operation in policy.operations:
        methods = operation.texts("methods")
        if not methods or any("*" in method or method == "POST" for method in methods):
            continue
        reached = mesh.security.authorization.reached(policy)
        if reached and all(_speaks_grpc_alone(workload, mesh) for workload in reached):
            yield Finding(
                operation.at("methods", 0),
                f"calls of gRPC are POST, and all ports of {reached[0].title} speak gRPC: "
                f"{quoted(methods[0])} never matches",
            )


def _speaks_grpc_alone(workload: Workload, mesh: Mesh) -> bool:
    found = [port.protocol for port, _ in mesh.workloads.container_ports.in_front_of(workload)]
    return bool(found) and all(protocol is Protocol.GRPC for protocol in found)
