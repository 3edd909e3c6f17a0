"""An IstioOperator has traces sent to a Service that isn't there.

Proxies resolve the address of `defaultConfig.tracing` by DNS. Where no Service has the name, or not the port, no trace
arrives, and only statistics of Envoy tell.

Fix: write the name with its namespace and a port of that Service, as in `zipkin.tracing:9411`; or name the tracer by an extension
provider and a Telemetry.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import IstioOperator
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=IstioOperator, severity=Severity.WARNING, since="0.1.0", needs=("tracing",))
def check(operator: IstioOperator, mesh: Mesh) -> Iterator[Outcome]:
    """Report names in namespaces of the input, but that of Istio, whose addons are seldom among the files."""
    for vain in mesh.clauses.mesh_settings.lost_tracers(operator):
        if vain.unknown:
            yield NotChecked(vain.unknown)
        else:
            yield Finding(vain.place, vain.message)
