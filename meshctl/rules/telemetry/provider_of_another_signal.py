"""A Telemetry names a provider that takes something else: traces, logs or metrics.

istiod skips it: logs don't go to an `opentelemetry` provider, which is for traces, but to
`envoyOtelAls`, and no traces go to `prometheus`.

Fix: name a provider of the right type: for traces `opentelemetry`, `zipkin`, `datadog` or
`skywalking`, for logs `envoyFileAccessLog`, `envoyHttpAls`, `envoyTcpAls` or `envoyOtelAls`, for
metrics `prometheus`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Telemetry
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted

_REMOVED = frozenset({"lightstep", "opencensus"})


@rule(on=Telemetry, severity=Severity.WARNING, since="0.1.0")
def check(telemetry: Telemetry, mesh: Mesh) -> Iterator[Outcome]:
    """Report providers whose type doesn't take the signal."""
    providers = mesh.extension_providers
    for signal, provider in telemetry.providers:
        name = provider.text("name")
        defined = mesh.extension_providers.reported_to(name)
        types = providers.types(defined)
        if not providers.takes(defined, signal) and not types & _REMOVED:
            yield Finding(
                provider.at("name"),
                f"provider {quoted(name)} is of type {', '.join(sorted(types))}, which takes no {signal}",
            )
