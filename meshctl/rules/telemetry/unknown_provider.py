"""A Telemetry names a provider that the mesh config doesn't define.

istiod passes over the name: no traces, logs or metrics are sent there, and the default providers, in whose
place the entry is, get none either. Capitals don't count.

Fix: define the provider in `meshConfig.extensionProviders`, or correct the name. `envoy`, `prometheus` and
`stackdriver` exist without a definition.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Telemetry
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, put, rule
from meshctl.words import MOST_LISTED, quoted, shortened

_DEFAULTS = "the mesh config, which defines providers, is not in the input"


@rule(on=Telemetry, severity=Severity.WARNING, since="0.1.0")
def check(telemetry: Telemetry, mesh: Mesh) -> Iterator[Outcome]:
    """Report names that a known mesh config doesn't have."""
    providers = mesh.extension_providers
    for signal, provider in telemetry.providers:
        name = provider.text("name")
        if not name or providers.reported_to(name):
            continue
        is_known = mesh.knows.mesh_config()
        if is_known and mesh.config.is_known:
            known = shortened(providers.names, MOST_LISTED)
            meant = providers.meant_by(name)
            finding = Finding(
                provider.at("name"),
                f"the mesh has no provider {quoted(name)}, so no {signal} goes there; known are {known}",
            )
            if meant:
                finding = finding.fixed_by(put(provider.at("name"), meant), safe=False)
            yield finding
        else:
            yield NotChecked(is_known.reason or _DEFAULTS)
