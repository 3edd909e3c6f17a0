"""A command calls a Service of the mesh by HTTP/1.0, which sidecars refuse.

`ab` knows only HTTP/1.0, and `curl --http1.0` asks for it. Envoy answers `426 Upgrade Required`: the sidecar
of the client, or else that of the server.

Fix: use a client that speaks HTTP/1.1 (`hey`, `fortio`, curl without the flag), or set `PILOT_HTTP10` for istiod.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Workload, severity=Severity.ERROR, since="0.1.0", needs=("command", "args"))
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report each Service that a command calls so."""
    if mesh.injection.control_plane.takes_http_1_0:
        return
    for call in mesh.sidecar_scope.http_1_0_calls.by_commands(workload):
        yield Finding(
            call.place,
            f"{workload.title} sends HTTP/1.0 to {call.host.host}:{call.port.number}: the sidecar of "
            f"{call.proxy.title} answers 426",
        )
