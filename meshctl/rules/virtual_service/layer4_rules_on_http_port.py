"""TCP or TLS rules are written for a host all of whose ports speak HTTP.

A sidecar serves a port that is declared as HTTP with its route table, where only `http` rules count:
`tcp` and `tls` rules for it never happen.

Fix: write `http` rules, or name the Service port `tcp-…` or `tls-…` if it doesn't speak HTTP.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import MESH
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0")
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report kinds of rules that no declared port of any host leaves anything to."""
    kinds = [kind for kind in ("tcp", "tls") if getattr(service, kind)]
    if not kinds or set(mesh.traffic.routes.gateways_of(service)) != {MESH}:
        return
    ports = []
    for written in service.hosts:
        host = mesh.registry.fqdn(written, service.namespace)
        declared = list(mesh.registry.covered_by(host))
        if not declared:
            return
        ports += [port for one in declared for port in one.ports]
    if ports and all(port.protocol.is_http for port in ports):
        known = ", ".join(f"{port.number} {port.protocol}" for port in ports[:3])
        for kind in kinds:
            yield Finding(
                service.spec.key(kind),
                f"all ports of {service.hosts[0]} speak HTTP ({known}), so sidecars pass by the "
                f"{kind} rules",
            ).also(ports[0].view.at(), "declared here")
