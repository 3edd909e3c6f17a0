"""A load balancer writes the PROXY protocol, and the gateway behind it doesn't read it.

The header comes before the first byte of the client. A listener that doesn't expect it takes it for a request or for a TLS
handshake: `400`, or a connection that is closed, for everybody, health checks by TCP aside.

Fix: set `gatewayTopology: {proxyProtocol: {}}` in `defaultConfig` of the mesh config or in `proxy.istio.io/config` of the
gateway's pods, or take the annotation away.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.gateways import proxy_protocol_of
from meshctl.mesh.workloads import is_gateway
from meshctl.resources import EnvoyFilter, Service
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule

_READER = "proxy_protocol"


@rule(on=Service, severity=Severity.ERROR, since="0.1.0", holds=("annotations",))
def check(service: Service, mesh: Mesh) -> Iterator[Outcome]:
    """Report Services of gateways alone, if neither settings nor an EnvoyFilter read the header."""
    annotation = proxy_protocol_of(service)
    if not annotation or not service.selector:
        return
    pods = mesh.workloads.endpoints_of(service.selector, service.namespace)
    reads = mesh.injection.proxy_configs.reads_proxy_protocol
    if not pods or not all(map(is_gateway, pods)) or any(map(reads, pods)):
        return
    if any(_READER in str(envoy_filter.data) for envoy_filter in mesh.of(EnvoyFilter)):
        return
    for known in (mesh.knows.mesh_config(), mesh.knows.everywhere("EnvoyFilter")):
        if not known:
            yield NotChecked(known.reason)
            return
    yield Finding(
        service.at("metadata", "annotations", annotation),
        f"the load balancer writes the PROXY protocol, and the listeners of {pods[0].title} don't read it: connections are "
        "refused",
    )
