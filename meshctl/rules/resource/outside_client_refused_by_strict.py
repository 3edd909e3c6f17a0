"""A client outside the mesh is led to pods that take mutual TLS alone.

The API server (webhooks, conversions, aggregated APIs), the controller of an Ingress, a Prometheus that a
ServiceMonitor, a PodMonitor or annotations of the pods (`prometheus.io/port`, without merged metrics) lead there, clients of a load balancer, and KEDA, Argo Rollouts and Flagger, which ask for
metrics, have no certificate of the mesh. A STRICT port resets what they send: webhooks fail with `EOF` or `connection reset
by peer`, controllers answer 502, targets of Prometheus are down, nothing is scaled or shifted.

An ingress-nginx with a sidecar dials pods by their addresses, which its sidecar passes through in plaintext, unless
`nginx.ingress.kubernetes.io/service-upstream` is true, with the host of the Service in `upstream-vhost`.

Fix: lead the port past the sidecar (`traffic.sidecar.istio.io/excludeInboundPorts`), make it PERMISSIVE by
`portLevelMtls`, or let the clients in by a gateway of the mesh.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource, Service, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule

_WATCHED = frozenset({"Ingress", "ServiceMonitor", "PodMonitor"})


@rule(on=Resource, severity=Severity.ERROR, since="0.1.0", needs=("PeerAuthentication",))
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report what an object leads to a STRICT port; load balancers may have clients of a mesh.

    Outside the input a namespace may be PERMISSIVE.
    """
    for who, called, place, server in mesh.clauses.outside_clients.refused(resource):
        certain = mesh.is_whole and (server.demand is None or server.demand.order_known)
        severity = None if certain else Severity.WARNING
        if isinstance(resource, Service):
            severity = Severity.WARNING if resource.type == "LoadBalancer" else Severity.INFO
        elif isinstance(resource, Workload) or resource.kind in _WATCHED:
            severity = Severity.WARNING
        finding = Finding(
            place,
            f"{who} sends no mutual TLS to {called}, and port "
            f"{server.port} of {server.workload.title} takes nothing else: connections are reset",
            severity=severity,
        )
        ref = server.demand.ref if server.demand is not None else None
        yield finding.also(ref, "demands mutual TLS") if ref is not None else finding
