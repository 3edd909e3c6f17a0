"""The mesh config sends traces to a Service that isn't there.

Proxies resolve the address of `defaultConfig.tracing` by DNS. Where no Service has the name, or not the port, no trace
arrives, and only statistics of Envoy tell.

Fix: write the name with its namespace and a port of that Service, as in `zipkin.tracing:9411`; or name the tracer by an extension
provider and a Telemetry.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import tracer_addresses
from meshctl.mesh.registry import missing_port
from meshctl.resources import ConfigMap, Ref
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=ConfigMap, severity=Severity.WARNING, since="0.1.0", holds=("mesh",))
def check(config_map: ConfigMap, mesh: Mesh) -> Iterator[Outcome]:
    """Report names in namespaces of the input, but that of Istio, whose addons are seldom among the files."""
    for path, address in tracer_addresses(config_map):
        name, _, port = address.rpartition(":")
        home = mesh.registry.home(mesh.registry.spelled_out(name, "")) or ""
        if mesh.workloads.namespace(home) is None or home == mesh.config.root_namespace:
            continue
        known = mesh.knows.all_of("Service", home)
        declared = mesh.registry.at(mesh.registry.unshortened(name, ""))
        missing = missing_port(declared, int(port) if port.isdecimal() else None)
        if declared and missing is None:
            continue
        if not declared and not known:
            yield NotChecked(known.reason)
            continue
        why = (
            f"it has no port {port}, only {', '.join(map(str, missing.known))}"
            if missing is not None
            else f"namespace {home} has no such Service"
        )
        yield Finding(
            Ref(config_map, ("data", "mesh", *path)), f"no trace gets to {quoted(address)}: {why}"
        )
