"""An access log has a filter, and its entry names no provider.

istiod keeps a filter for the providers of its own entry alone. An entry without `providers` is for those of
`meshConfig.defaultProviders` or of a wider Telemetry, and they log everything as before.

Fix: name the provider in the entry of the filter, such as `providers: [{name: envoy}]`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Telemetry
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(
    on=Telemetry,
    severity=Severity.WARNING,
    equivalents=("IST0157",),
    since="0.1.0",
    holds=("filter",),
)
def check(telemetry: Telemetry, mesh: Mesh) -> Iterator[Outcome]:
    """Report filters of entries that get their providers from elsewhere."""
    defaults = mesh.extension_providers.defaults("accessLogging")
    for number, entry in enumerate(telemetry.access_logging):
        inherits = mesh.workloads.telemetry_providers.may_inherit(
            telemetry, "accessLogging", number
        )
        # What has no provider at all is a finding of its own: provider_missing.
        if not entry.has("filter") or entry.data.get("providers") or not (defaults or inherits):
            continue
        if entry.flag("disabled") is True:
            continue
        finding = Finding(
            entry.key("filter"),
            "this filter is never used, since the entry names no provider: the providers that it gets from "
            + ("elsewhere" if inherits else "the mesh config")
            + " log as before",
        )
        if defaults and not inherits:
            named = [{"name": name} for name in defaults]
            finding = finding.fixed_by(put(entry.at("providers"), named), safe=False)
        yield finding
