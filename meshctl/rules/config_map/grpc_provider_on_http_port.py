"""A provider that is asked by gRPC has a port that proxies speak HTTP/1.1 to.

Proxies choose the protocol for an upstream by the name or `appProtocol` of the Service's port. gRPC needs HTTP/2, so
a port that is called `http-…` or `tcp-…` gets requests that no gRPC server reads: an authorizer refuses everything
with 403, and traces and access logs are lost. OpenTelemetry listens for gRPC on 4317, and for HTTP on 4318.

Fix: name the Service's port `grpc-…` (or set `appProtocol: grpc`), write the port for gRPC, or say `http` below
`opentelemetry`.
"""

from collections.abc import Iterator

from meshctl.istio.protocols import Protocol
from meshctl.mesh import Mesh
from meshctl.resources import ConfigMap
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted

_GRPC = frozenset({
    "envoyExtAuthzGrpc", "envoyHttpAls", "envoyTcpAls", "envoyOtelAls", "skywalking", "opentelemetry",
})  # fmt: skip
_HTTP_1 = frozenset({Protocol.HTTP, Protocol.TCP})


@rule(on=ConfigMap, severity=Severity.WARNING, since="0.1.0", holds=("mesh",))
def check(config_map: ConfigMap, mesh: Mesh) -> Iterator[Outcome]:
    """Report providers of the mesh config, where nothing else upgrades the connections to them."""
    if "extensionProviders" not in config_map.values.get("mesh", ""):
        return
    providers = mesh.extension_providers
    for name in providers.names:
        kind, settings = next(iter(providers.types(name)), ""), providers.settings(name)
        found = mesh.registry.provider_services.port(settings) if kind in _GRPC else None
        if found is None or settings.get("http") or found[1].protocol not in _HTTP_1:
            continue
        host, port = found
        if not any(mesh.traffic.destination_rules.covering(host.host)):
            yield Finding(
                config_map.at("data", "mesh"),
                f"provider {quoted(name)} ({kind}) is asked by gRPC, and port {port.number} of {host.host} is "
                f"{port.protocol}: proxies send it HTTP/1.1",
            ).also(port.view.at(), "declared here")
