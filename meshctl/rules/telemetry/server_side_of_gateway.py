"""An entry for the server side is of a Telemetry that selects gateways alone.

A gateway reports every request as a client, those that come in, too. What is for `mode: SERVER` holds for sidecars
and waypoints: it is for no request of a gateway.

Fix: write `mode: CLIENT`, or leave the mode out.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import is_gateway
from meshctl.resources import Telemetry, View
from meshctl.resources.view import views
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=Telemetry, severity=Severity.WARNING, since="0.1.0", holds=("mode",))
def check(telemetry: Telemetry, mesh: Mesh) -> Iterator[Outcome]:
    """Report modes where every pod of the selector is a gateway's."""
    selector, home = telemetry.selector, telemetry.namespace
    picked = mesh.workloads.telemetries.picked(telemetry) if selector else ()
    if not picked or not all(map(is_gateway, picked)) or telemetry.target_refs:
        return
    if mesh.registry.has_other_pods(selector, home):
        return
    for match in _matches(telemetry):
        if match.text("mode") == "SERVER":
            yield Finding(
                match.at("mode"),
                f"what is for servers holds for no request: {picked[0].title} is a gateway, which reports all requests as a client",
            ).fixed_by(put(match.at("mode"), "CLIENT"), safe=False)


def _matches(telemetry: Telemetry) -> Iterator[View]:
    """Walk what is for a side; a log entry whose providers go on to the next one counts for that."""
    logs = telemetry.access_logging
    for number, entry in enumerate(logs):
        if all(following.data.get("providers") for following in logs[number + 1 :][:1]):
            yield entry.child("match")
    yield from (entry.child("match") for entry in telemetry.entries("tracing"))
    for entry in telemetry.entries("metrics"):
        yield from (one.child("match") for one in views(entry, "overrides", View))
