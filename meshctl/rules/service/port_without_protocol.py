"""A Service port doesn't say which protocol it speaks.

Istio then sniffs the first bytes of each connection. That works for HTTP and for protocols where
the client speaks first; where the server speaks first (MySQL, SMTP, FTP) connections hang until the
sniffing times out. Routes and HTTP metrics depend on what was sniffed.

Fix: name the port `<protocol>` or `<protocol>-<suffix>`, such as `http-web`, or set `appProtocol`.
"""

from collections.abc import Iterator

from meshctl.istio.protocols import Protocol
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import PROXY_PORTS, is_in_mesh, is_own_of_istio
from meshctl.resources import Service
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import quoted


@rule(on=Service, severity=Severity.INFO, equivalents=("IST0118", "KIA0601"), since="0.1.0")
def check(service: Service, mesh: Mesh) -> Iterator[Outcome]:
    """Report ports that are sniffed, worse where the server surely speaks first.

    An unknown appProtocol has a rule of its own.
    """
    if service.external_name or is_own_of_istio(service) or not is_in_mesh(service, mesh.workloads):
        return
    for port in service.ports:
        if port.port in PROXY_PORTS:
            continue
        protocol = port.protocol
        if protocol is Protocol.AUTO and port.app_protocol is None:
            what = (
                f"the name {quoted(port.name)} of port {port.port} starts with no protocol that Istio knows"
                if port.name
                else f"port {port.port} has no name that says its protocol"
            )
            first = mesh.workloads.container_ports.server_first(service, port)
            effect = (
                f", and where the server speaks first ({first}), connections hang" if first else ""
            )
            finding = Finding(
                port.at("name" if port.name else "port"),
                f"{what}, so the protocol is sniffed{effect}",
                severity=Severity.WARNING if first else None,
            )
            edits = [put(port.at("appProtocol"), "tcp")] if first else []
            yield finding.fixed_by(*edits, safe=False)
