"""nginx sends HTTP/1.0 to a Service of the mesh, which sidecars refuse.

`proxy_pass` speaks HTTP/1.0 unless `proxy_http_version` says otherwise (before nginx 1.29.7).
Envoy answers `426 Upgrade Required`: the sidecar of nginx itself, or else that of the server.

Fix: write `proxy_http_version 1.1;` beside `proxy_pass`, or set `PILOT_HTTP10` for istiod.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import ConfigMap
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=ConfigMap, severity=Severity.ERROR, since="0.1.0")
def check(config_map: ConfigMap, mesh: Mesh) -> Iterator[Outcome]:
    """Report each Service that an nginx of a pod calls so."""
    if mesh.injection.control_plane.variable("PILOT_HTTP10").lower() in {"1", "true"}:
        return
    told = set()
    for call in mesh.sidecar_scope.http_1_0_calls.of(config_map):
        if call.host in told:
            continue
        told.add(call.host)
        maybe = "" if call.is_sure else " (unless its nginx is 1.29.7 or newer)"
        yield Finding(
            call.place,
            f"{call.caller.title} sends HTTP/1.0 to {call.host.host}:{call.port.number}{maybe}: "
            f"the sidecar of {call.proxy.title} answers 426",
            severity=None if call.is_sure else Severity.WARNING,
        )
