"""Load balancers that open TLS before the gateway gets a connection.

The annotations are those of AWS: a certificate, the ports that it is for (all where none are written, by number or
name), and what is spoken behind it, which is no TLS unless it says ``ssl`` or ``https`` (AWS Load Balancer Controller
2.13, Service annotations; pkg/providers/v1/aws_loadbalancer.go of the cloud provider).
"""

from meshctl.mesh.gateways.gateway_workloads import GatewayWorkload
from meshctl.resources import Service
from meshctl.resources.kubernetes.service import ServicePort

_AWS = "service.beta.kubernetes.io/aws-load-balancer-"
OPENS_TLS = f"{_AWS}ssl-cert"
_ENCRYPTED_AGAIN = frozenset({"ssl", "https"})


def decrypts(service: Service, port: ServicePort) -> bool:
    """Does the load balancer of a Service send what its TLS carried, in plaintext, to a port?"""
    written = service.annotations
    if service.type != "LoadBalancer" or not written.get(OPENS_TLS):
        return False
    if written.get(f"{_AWS}backend-protocol", "").lower() in _ENCRYPTED_AGAIN:
        return False
    ports = {one.strip() for one in written.get(f"{_AWS}ssl-ports", "*").split(",")}
    return not ports.isdisjoint({"*", str(port.port), port.name})


def decrypting(workload: GatewayWorkload, target: int) -> Service | None:
    """Find the Service whose load balancer decrypts all that comes to a container port of a gateway."""
    leading = [
        (service, port)
        for service in workload.services
        for port in service.ports
        if workload.target(port.port) == target
    ]
    is_certain = bool(leading) and all(decrypts(*one) for one in leading)
    return leading[0][0] if is_certain else None
