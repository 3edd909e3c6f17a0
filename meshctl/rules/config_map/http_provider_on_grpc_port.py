"""A provider that is asked by HTTP has the port of a gRPC server.

`envoyExtAuthzHttp` sends a check as a request with the path of what is checked. A gRPC server knows calls alone and answers
415, or doesn't answer at all: every request that the rules of a policy match is denied. Open Policy Agent and most other
authorizers for Envoy speak gRPC.

Fix: say `envoyExtAuthzGrpc`, or write the port for HTTP.
"""

from collections.abc import Iterator

from meshctl.istio.protocols import Protocol
from meshctl.mesh import Mesh
from meshctl.resources import ConfigMap
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted

_HTTP = "envoyExtAuthzHttp"


@rule(on=ConfigMap, severity=Severity.WARNING, since="0.1.0", holds=("mesh",))
def check(config_map: ConfigMap, mesh: Mesh) -> Iterator[Outcome]:
    """Report authorizers of the mesh config whose port is declared as gRPC."""
    if _HTTP not in config_map.values.get("mesh", ""):
        return
    for name, settings in mesh.extension_providers.of_type(_HTTP):
        found = mesh.registry.provider_services.port(settings)
        if found is not None and found[1].protocol is Protocol.GRPC:
            host, port = found
            yield Finding(
                config_map.at("data", "mesh"),
                f"provider {quoted(name)} ({_HTTP}) is asked by plain requests, and port {port.number} of {host.host} "
                "is GRPC: its server knows no such request, and all that is checked is denied",
            ).also(port.view.at(), "declared here")
