"""A Service port has an `appProtocol` that Istio doesn't know.

The name of the port isn't looked at any more once there is an `appProtocol`, so the protocol is
sniffed, even when the name states one.

Fix: write one that Istio knows, such as `http`, `http2`, `grpc`, `tcp`, `tls`, `https`,
`kubernetes.io/h2c`, `kubernetes.io/ws` or `kubernetes.io/wss`.
"""

from collections.abc import Iterator

from meshctl.istio.protocols import APP_PROTOCOLS, Protocol, port_protocol
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import is_in_mesh, is_own_of_istio
from meshctl.resources import Service
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.spelling import only_close
from meshctl.words import quoted


@rule(on=Service, severity=Severity.WARNING, equivalents=("KIA0602",), since="0.1.0")
def check(service: Service, mesh: Mesh) -> Iterator[Outcome]:
    """Report an appProtocol that leads to sniffing; one with a domain may be for others."""
    if is_own_of_istio(service) or not is_in_mesh(service, mesh.workloads):
        return
    for port in service.ports:
        written = port.app_protocol
        if written is None:
            continue
        if port_protocol(port.name, port.port, port.transport, written) is Protocol.AUTO:
            named = port_protocol(port.name, port.port, port.transport)
            lost = f"; the name asks for {named}" if named is not Protocol.AUTO else ""
            finding = Finding(
                port.at("appProtocol"),
                f"Istio doesn't know appProtocol {quoted(written)}, so the protocol is sniffed{lost}",
                severity=Severity.INFO if "/" in written and not lost else None,
            )
            meant = only_close(written, APP_PROTOCOLS)
            edits = [put(finding.ref, meant)] if meant else []
            yield finding.fixed_by(*edits, safe=False)
