"""TCP or TLS rules are written for a host that has no port for them, or none at all.

A sidecar serves a port that is declared as HTTP with its route table, where only `http` rules count; it
asks `tls` rules for ports that are declared as TLS or HTTPS, and `tcp` rules for all others. Rules for a
port of another kind never happen. For a host that nothing declares it has no listener, and the rules
never happen either.

Fix: write rules of the kind of the port, name the port after what it speaks (`tls-…`, `https-…`, `tcp-…`),
or declare the host with its port in a ServiceEntry.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.clauses import Obstacle
from meshctl.mesh.traffic import MESH
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", holds=("tcp", "tls"))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report kinds of rules, or beside gateways matches, that no declared port leaves anything to."""
    kinds = [kind for kind in ("tcp", "tls") if getattr(service, kind)]
    if not kinds:
        return
    if set(mesh.traffic.routes.gateways_of(service)) != {MESH}:
        yield from _beside_gateways(service, mesh)
        return
    hosts, undeclared = mesh.clauses.match_listeners.layer4_hosts(service)
    entries = mesh.knows.everywhere("ServiceEntry")
    if undeclared and not entries:
        if not hosts:
            yield NotChecked(entries.reason)
        return
    for kind in kinds:
        ports = mesh.clauses.match_listeners.of_other_kind(hosts, kind)
        if undeclared and not hosts:
            why = f"nothing declares {undeclared[0]}, so sidecars have no listener for {kind} rules"
            yield Finding(service.spec.key(kind), why)
        elif ports:
            known = ", ".join(f"{port.number} {port.protocol}" for port in ports[:3])
            yield Finding(
                service.spec.key(kind),
                f"no port of {service.hosts[0]} is for {kind} rules ({known}), so sidecars pass them by",
            ).also(ports[0].view.at(), "declared here")


def _beside_gateways(service: VirtualService, mesh: Mesh) -> Iterator[Finding]:
    for route in (*service.tcp, *service.tls):
        for match in route.matches:
            idle, applying = mesh.clauses.match_listeners.idle(route, match)
            if applying == 0 and idle and idle[0].obstacle is Obstacle.PROTOCOL:
                known = idle[0].known
                why = f"no port of the hosts is for {route.kind} rules, only {' and '.join(known)}"
                yield Finding(
                    match.at(*(("sniHosts",) if match.has("sniHosts") else ())),
                    f"in the mesh {why if known else 'nothing declares the hosts'}: sidecars pass "
                    "this match by",
                )
