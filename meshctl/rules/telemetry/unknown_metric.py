"""A Telemetry overrides a metric that proxies don't report.

`customMetric` is compared, letter by letter, with the names that the proxy's filter has for its metrics:
without the prefix `istio_`, which is only added for Prometheus. An override for another name is sent to the
proxies and changes nothing.

Fix: write `metric: REQUEST_COUNT` and its like, or the name without `istio_`, such as `requests_total`.
"""

from collections.abc import Iterator

from meshctl.istio.telemetry_metrics import METRICS
from meshctl.mesh import Mesh
from meshctl.resources import EnvoyFilter, Telemetry, View
from meshctl.resources.view import views
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import quoted

_PREFIX = "istio_"


@rule(on=Telemetry, severity=Severity.WARNING, since="0.1.0", holds=("customMetric",))
def check(telemetry: Telemetry, mesh: Mesh) -> Iterator[Outcome]:
    """Report names that no metric has; info where an EnvoyFilter may define further ones."""
    others = bool(mesh.of(EnvoyFilter)) or not mesh.is_whole
    for entry in telemetry.entries("metrics"):
        for override in views(entry, "overrides", View):
            match = override.child("match")
            name = match.text("customMetric")
            if not name or name in METRICS or name in METRICS.values():
                continue
            bare = name.removeprefix(_PREFIX)
            meant = f"; it is called {bare} there" if bare in METRICS.values() else ""
            finding = Finding(
                match.at("customMetric"),
                f"proxies have no metric {quoted(name)}{meant}: this override changes nothing",
                severity=None if meant or not others else Severity.INFO,
            )
            yield finding.fixed_by(put(match.at("customMetric"), bare)) if meant else finding
