"""A Telemetry configures access logs without a provider, and nothing else names one.

An entry without `providers` is for those of the entry before it, of a wider Telemetry, or of
`meshConfig.defaultProviders`. Where there are none, it is ignored: it writes no log, and `disabled: true`
turns off none, not even the file of `meshConfig.accessLogFile`. The other entries hold.

Fix: name a provider, such as `providers: [{name: envoy}]`, or set
`meshConfig.defaultProviders.accessLogging`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Telemetry
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, put, rule


@rule(on=Telemetry, severity=Severity.WARNING, equivalents=("IST0157",), since="0.1.0")
def check(telemetry: Telemetry, mesh: Mesh) -> Iterator[Outcome]:
    """Report entries without providers, when no default and no other entry can step in."""
    if mesh.extension_providers.has_default("accessLogging"):
        return
    for number, entry in enumerate(telemetry.access_logging):
        if entry.data.get("providers") or mesh.workloads.telemetry_providers.may_inherit(
            telemetry, "accessLogging", number
        ):
            continue
        if not (known := mesh.knows.mesh_config()):
            yield NotChecked(known.reason)
            continue
        effect = "turns off no log" if entry.flag("disabled") else "logs nothing"
        is_alone = len(telemetry.access_logging) == 1  # else it is laid over others
        edits = [put(entry.at("providers"), [{"name": "envoy"}])] if is_alone else []
        yield Finding(
            entry.at(), f"this entry names no provider and the mesh has no default, so it {effect}"
        ).fixed_by(*edits, safe=False)
