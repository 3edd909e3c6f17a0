"""A Telemetry configures traces or metrics without a provider, and nothing else names one.

An entry without `providers` changes what a wider Telemetry or `meshConfig.defaultProviders` set
up. Where there is none, the entry changes nothing; for tracing istiod even turns off what the
settings of the proxies would have done.

Fix: name a provider, or set `meshConfig.defaultProviders`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Telemetry
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule

_EFFECTS = {"tracing": "proxies report no spans", "metrics": "the entry changes no metric"}


@rule(on=Telemetry, severity=Severity.WARNING, since="0.1.0")
def check(telemetry: Telemetry, mesh: Mesh) -> Iterator[Outcome]:
    """Report entries for which no wider Telemetry has a provider either."""
    for signal, effect in _EFFECTS.items():
        if mesh.extension_providers.has_default(signal):
            continue
        inherit = mesh.workloads.telemetry_providers.may_inherit
        entries = [
            entry
            for number, entry in enumerate(telemetry.entries(signal))
            if not entry.data.get("providers")
            and not entry.flag("disableSpanReporting")
            and not inherit(telemetry, signal, number)
        ]
        if not entries:
            continue
        if known := mesh.knows.mesh_config():
            yield Finding(
                entries[0].at(),
                f"this {signal} entry names no provider, and neither another Telemetry nor the mesh "
                f"config does: {effect}",
            )
        else:
            yield NotChecked(known.reason)
