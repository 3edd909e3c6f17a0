"""nginx or HAProxy sends HTTP/1.0 to a Service of the mesh, which sidecars refuse.

`proxy_pass` of nginx speaks HTTP/1.0 unless `proxy_http_version` says otherwise (before 1.29.7), and so
do the checks of `option httpchk` of HAProxy. Envoy answers `426 Upgrade Required`: the client's own sidecar,
or else that of the server. A server whose checks fail is down for HAProxy.

Fix: write `proxy_http_version 1.1;` beside `proxy_pass`, or `http-check send ver HTTP/1.1 hdr Host NAME`
below `option httpchk`, or set `PILOT_HTTP10` for istiod.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import ConfigMap
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=ConfigMap, severity=Severity.ERROR, since="0.1.0")
def check(config_map: ConfigMap, mesh: Mesh) -> Iterator[Outcome]:
    """Report each Service that an nginx of a pod calls so."""
    if mesh.injection.control_plane.takes_http_1_0:
        return
    told = set()
    for call in mesh.sidecar_scope.http_1_0_calls.of(config_map):
        if call.host in told:
            continue
        told.add(call.host)
        maybe = "" if call.is_sure else " (unless its nginx is 1.29.7 or newer)"
        sends = "checks by HTTP/1.0" if call.is_check else "sends HTTP/1.0 to"
        down = ", so that the server counts as down" if call.is_check else ""
        yield Finding(
            call.place,
            f"{call.caller.title} {sends} {call.host.host}:{call.port.number}{maybe}: "
            f"the sidecar of {call.proxy.title} answers 426{down}",
            severity=None if call.is_sure else Severity.WARNING,
        )
