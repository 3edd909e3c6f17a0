"""TCP or TLS rules are written for a host all of whose ports speak HTTP, or that has none.

A sidecar serves a port that is declared as HTTP with its route table, where only `http` rules count:
`tcp` and `tls` rules for it never happen. For a host that nothing declares it has no listener, and
the rules never happen either.

Fix: write `http` rules, name the Service port `tcp-…` or `tls-…` if it doesn't speak HTTP, or
declare the host with its port in a ServiceEntry.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import MESH
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", holds=("tcp", "tls"))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report kinds of rules that no declared port of any host leaves anything to."""
    kinds = [kind for kind in ("tcp", "tls") if getattr(service, kind)]
    if not kinds or set(mesh.traffic.routes.gateways_of(service)) != {MESH}:
        return
    ports, undeclared = [], []
    for host in mesh.sidecar_routes.hosts(service):
        covering = (one for several in mesh.registry.covering(host) for one in several)
        declared = dict.fromkeys((*mesh.registry.covered_by(host), *covering))
        if not declared:
            undeclared.append(host)
        ports += [port for one in declared for port in one.ports]
    entries = mesh.knows.everywhere("ServiceEntry")
    if not ports and undeclared and not entries:
        yield NotChecked(entries.reason)
    elif not ports and undeclared:
        for kind in kinds:
            yield Finding(
                service.spec.key(kind),
                f"nothing declares {undeclared[0]}, so sidecars have no listener for {kind} rules",
            )
    if ports and not undeclared and all(port.protocol.is_http for port in ports):
        known = ", ".join(f"{port.number} {port.protocol}" for port in ports[:3])
        for kind in kinds:
            yield Finding(
                service.spec.key(kind),
                f"all ports of {service.hosts[0]} speak HTTP ({known}), so sidecars pass by the "
                f"{kind} rules",
            ).also(ports[0].view.at(), "declared here")
