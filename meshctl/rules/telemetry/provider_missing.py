"""A Telemetry configures access logs without a provider, and the mesh has no default one.

The entry is ignored: no log is written. The other entries hold.

Fix: name a provider, such as `providers: [{name: envoy}]`, or set
`meshConfig.defaultProviders.accessLogging`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Telemetry
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, put, rule


@rule(on=Telemetry, severity=Severity.WARNING, equivalents=("IST0157",), since="0.1.0")
def check(telemetry: Telemetry, mesh: Mesh) -> Iterator[Outcome]:
    """Report enabled entries without providers, when no default can step in."""
    if mesh.extension_providers.has_default("accessLogging"):
        return
    for entry in telemetry.access_logging:
        if entry.flag("disabled") or entry.data.get("providers"):
            continue
        if known := mesh.knows.mesh_config():
            yield Finding(
                entry.at(), "this entry names no provider and the mesh has no default, so it logs "
                "nothing"
            ).fixed_by(put(entry.at("providers"), [{"name": "envoy"}]), safe=False)  # fmt: skip
        else:
            yield NotChecked(known.reason)
