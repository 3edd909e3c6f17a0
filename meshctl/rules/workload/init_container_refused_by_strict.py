"""An init container calls a Service of STRICT pods before its own sidecar runs.

A sidecar that is an ordinary container starts after all init containers. What these send goes out as plaintext, which a STRICT
port resets; with the CNI plugin it is redirected to a sidecar that isn't there yet. The pod hangs in `Init:CrashLoopBackOff`,
and a Job of migrations never begins.

Fix: use native sidecars (`sidecar.istio.io/nativeSidecar: "true"`, or leave the annotation out, since they are the default), or
make the port PERMISSIVE by `portLevelMtls`.
"""

from collections.abc import Iterator
from dataclasses import replace

from meshctl.istio.annotation_names import NATIVE_SIDECAR
from meshctl.mesh import Mesh
from meshctl.mesh.security import ClientKind, ServerMode
from meshctl.mesh.workloads import Membership
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=Workload, severity=Severity.WARNING, since="0.1.0", holds=("initContainers",))
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first call to STRICT pods of a workload with an ordinary sidecar for sure.

    The injector puts its own init container last (reorderPod, pkg/kube/inject/webhook.go, Istio 1.31).
    """
    if mesh.workloads.membership(workload) is not Membership.SIDECAR:
        return
    plane = mesh.injection.control_plane
    if plane.has_cni or not plane.is_sidecar_ordinary(workload):
        return
    alone = replace(mesh.security.mtls.client(workload), proxy=ClientKind.NONE)
    annotation = workload.template.at("metadata", "annotations", NATIVE_SIDECAR)
    for call in mesh.sidecar_scope.declared_calls.of_init_containers(workload):
        for connection in mesh.security.mtls.connections_to(alone, call.host):
            server, number = connection.server, connection.upstream.port.number
            if call.port not in {None, number} or server is None:
                continue
            if server.mode is ServerMode.STRICT:
                yield Finding(
                    call.place,
                    f"init containers run before the sidecar and send plaintext, and {server.workload.title} takes mutual TLS "
                    f"alone on {call.host.host}:{number}: the pod never starts",
                ).fixed_by(put(annotation, "true"), safe=False)
                return
