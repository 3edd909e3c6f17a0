"""A load balancer asks for the path of the agent's health on a port of traffic.

`/healthz/ready` is answered on port 15021, the status port. On the ports of servers it is a request like others, and without a
route for it the gateway answers `404`: all targets are unhealthy, and the load balancer answers 503 or sends to all of them.

Fix: set `aws-load-balancer-healthcheck-port` to the status port of the Service, 15021, or to its node port.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.gateways import misled_health_check
from meshctl.mesh.workloads import is_gateway
from meshctl.resources import Service
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Service, severity=Severity.WARNING, since="0.1.0", holds=("annotations",))
def check(service: Service, mesh: Mesh) -> Iterator[Outcome]:
    """Report Services of gateways alone (annotations of the AWS Load Balancer Controller 2.13)."""
    annotation = misled_health_check(service)
    if not annotation or not service.selector:
        return
    pods = mesh.workloads.endpoints_of(service.selector, service.namespace)
    if pods and all(map(is_gateway, pods)):
        yield Finding(
            service.at("metadata", "annotations", annotation),
            "this path is answered on the status port, 15021, and the check goes to a port of traffic: without a route for "
            "it the gateway answers 404, and no target is healthy",
        )
