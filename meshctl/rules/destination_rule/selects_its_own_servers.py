"""The workloadSelector of a DestinationRule picks the servers of its host, and none of its clients.

A DestinationRule is read by those who call the host, and `workloadSelector` says which of them. Labels of the pods behind the
host pick nobody who calls it: limits, TLS and retries that are written here are followed by none of its clients.

Fix: write labels of the clients, or leave workloadSelector out.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule


@rule(on=DestinationRule, severity=Severity.WARNING, since="0.1.0", holds=("workloadSelector",))
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report selectors that pick pods behind the host alone, while others are known to call it.

    The labels are compared with those of the proxy that is configured (destinationRule, pilot/pkg/model/push_context.go,
    Istio 1.31).
    """
    selector = destination_rule.workload_selector
    declared = mesh.registry.at(mesh.traffic.destination_rules.host_of(destination_rule))
    servers = {workload for host in declared for workload in mesh.workloads.behind(host)}
    picked = mesh.workloads.find(selector, destination_rule.namespace) if selector else ()
    if not picked or not servers.issuperset(picked):
        return
    callers = [
        caller
        for host in declared
        for caller in mesh.sidecar_scope.declared_callers.of_host(host)
        if caller.workload.namespace == destination_rule.namespace
    ]
    if callers and not any(caller.workload in servers for caller in callers):
        place = destination_rule.spec.at("workloadSelector")
        yield (
            Finding(
                place,
                f"this picks {picked[0].title}, which is behind {destination_rule.host}, and not {callers[0].workload.title}, "
                "which calls it: no client follows this rule",
            )
            .also(callers[0].call.place, "calls the host")
            .fixed_by(delete(place), safe=False)
        )
