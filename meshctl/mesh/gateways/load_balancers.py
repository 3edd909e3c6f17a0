"""What load balancers do before a gateway: open TLS, write a header, ask for its health.

The annotations are those of AWS: a certificate, the ports that it is for (all where none are written, by number or
name), and what is spoken behind it, which is no TLS unless it says ``ssl`` or ``https`` (AWS Load Balancer Controller
2.13, Service annotations; pkg/providers/v1/aws_loadbalancer.go of the cloud provider).
"""

from meshctl.mesh.gateways.gateway_workloads import GatewayWorkload
from meshctl.resources import Service
from meshctl.resources.kubernetes.service import ServicePort

_AWS = "service.beta.kubernetes.io/aws-load-balancer-"
OPENS_TLS = f"{_AWS}ssl-cert"
_ATTRIBUTES = f"{_AWS}target-group-attributes"
_KUBERNETES = "service.beta.kubernetes.io/"
_PROXY_PROTOCOL = {
    f"{_AWS}proxy-protocol": frozenset({"*"}),
    f"{_KUBERNETES}do-loadbalancer-enable-proxy-protocol": frozenset({"true"}),
    f"{_KUBERNETES}linode-loadbalancer-default-proxy-protocol": frozenset({"v1", "v2"}),
    "load-balancer.hetzner.cloud/uses-proxyprotocol": frozenset({"true"}),
    "loadbalancer.openstack.org/proxy-protocol": frozenset({"true", "v1", "v2"}),
}
"""Annotations by which cloud providers write the PROXY protocol, with the values that say so (their controllers' documents)."""
READY_PATH = "/healthz/ready"
"""What a proxy's agent answers on its status port, 15021, and nobody on the others (pilot/cmd/pilot-agent/status, Istio 1.31)."""
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


def proxy_protocol_of(service: Service) -> str:
    """Name the annotation by which the load balancer of a Service writes the PROXY protocol; empty for none."""
    written = service.annotations if service.type == "LoadBalancer" else {}
    for name, values in _PROXY_PROTOCOL.items():
        if written.get(name, "").lower() in values:
            return name
    return _ATTRIBUTES if "proxy_protocol_v2.enabled=true" in written.get(_ATTRIBUTES, "") else ""


def misled_health_check(service: Service) -> str:
    """Name the annotation that asks for the agent's path on a port of traffic; empty for none."""
    written = service.annotations if service.type == "LoadBalancer" else {}
    path = f"{_AWS}healthcheck-path"
    port = written.get(f"{_AWS}healthcheck-port", "traffic-port")
    by_http = written.get(f"{_AWS}healthcheck-protocol", "http").lower() in {"http", "https"}
    ports = {str(one.port) for one in service.ports if one.target not in {15020, 15021}}
    is_traffic = port == "traffic-port" or (port in ports and port != "15021")
    return path if written.get(path) == READY_PATH and by_http and is_traffic else ""
