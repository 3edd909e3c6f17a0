"""A Sidecar hides a Service, or the host of a ServiceEntry, that its workloads call.

The proxy has no upstream for a host that no egress entry imports; a listener with a port imports
only Services with that port, and it alone counts for calls to it. With REGISTRY_ONLY the call is
answered with `502`, or the connection is closed; else it is passed through as it is: without
mutual TLS, so that a STRICT server resets it, and without routes, retries and telemetry.

Fix: add `namespace/host` to the egress hosts of the listener for the port.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import Mode
from meshctl.mesh.sidecar_scope import REGISTRY_ONLY, DeclaredCall
from meshctl.resources import Sidecar, Workload
from meshctl.rules.api import Finding, Outcome, Severity, append, rule


@rule(on=Sidecar, severity=Severity.WARNING, since="0.1.0")
def check(sidecar: Sidecar, mesh: Mesh) -> Iterator[Outcome]:
    """Report Services that settings of a workload name by URL and no egress entry imports."""
    told, asked = set(), set[object]()
    for workload in mesh.sidecar_scope.reached(sidecar) if sidecar.egress else ():
        calls = mesh.sidecar_scope.declared_calls
        for called in (*calls.of(workload), *calls.outside_once(workload, asked)):
            how = mesh.sidecar_scope.hides(sidecar, called.host, called.port, workload.namespace)
            if called.host in told or not how:
                continue
            told.add(called.host)
            effect, is_sure = _effect(sidecar, called, mesh)
            port = f":{called.port}" if how != "no egress entry imports" else ""
            finding = Finding(
                sidecar.spec.key("egress"),
                f"{workload.title} calls {called.host.host}{port}, which {how}: {effect}",
                severity=None if is_sure else Severity.INFO,
            ).also(called.place, f"{_kind(called, workload)} names the host")
            if len(sidecar.egress) == 1 and sidecar.egress[0].port is None:
                name = f"{called.host.namespace}/{called.host.host}"
                missing = append(sidecar.egress[0].at("hosts"), name)
                finding = finding.fixed_by(missing, safe=False)
            yield finding


def _effect(sidecar: Sidecar, called: DeclaredCall, mesh: Mesh) -> tuple[str, bool]:
    if mesh.sidecar_scope.outbound_policy(sidecar) == REGISTRY_ONLY:
        return "REGISTRY_ONLY refuses the call", True
    if called.host.is_external:
        return "the call is passed through as it is, past routes and TLS settings", False
    if mesh.security.peer_authentications.of_namespace(called.host.namespace).mode is Mode.STRICT:
        return "the call is sent as plaintext, which the STRICT namespace refuses", True
    return "the call is passed through as plaintext, past routes and mutual TLS", False


def _kind(called: DeclaredCall, workload: Workload) -> str:
    return "its container" if called.place.resource is workload else called.place.resource.title
