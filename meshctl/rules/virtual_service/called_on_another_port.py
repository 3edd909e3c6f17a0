"""A host is called on a port for which sidecars have no routes of its VirtualService.

Sidecars have routes for a host on the HTTP ports that a ServiceEntry declares for it. For one that
nothing declares they have them on port 80 alone. Requests to other ports go past the rules, to the
address that was dialled, or are refused (`REGISTRY_ONLY`).

Fix: declare the host with this port in a ServiceEntry.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import MESH
from meshctl.resources import Service, VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import all_of


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", needs=("containers",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report calls by plain HTTP in the settings of workloads with a sidecar."""
    if not service.http or MESH not in mesh.traffic.routes.gateways_of(service):
        return
    callers = mesh.sidecar_scope.declared_callers
    named = [(n, host) for n, host in enumerate(mesh.sidecar_routes.hosts(service))
             if callers.are_known_by(host)]  # fmt: skip
    ports = mesh.clauses.match_listeners.ports(service, "http", MESH) if named else frozenset()
    for index, host in named if ports else ():
        if any(
            isinstance(registered_host.source, Service)
            for registered_host in mesh.registry.at(host)
        ):
            continue  # a Service without the port takes no call there, with or without rules
        call = callers.of_name(host, ports)
        if call is not None:
            known = all_of(sorted(ports))
            yield Finding(
                service.spec.at("hosts", index),
                f"{call.workload.title} calls {host}:{call.port}, and sidecars have its routes "
                f"on port {known} alone",
            ).also(call.place, "calls it")
