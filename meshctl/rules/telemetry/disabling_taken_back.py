"""A Telemetry disables all metrics, and a later override of the same entry enables them again.

istiod turns a provider off by the override that is for all metrics; the next override for the same side, whatever
it says of whichever metric, turns it on again, with all metrics. All but one can't be disabled this way.

Fix: disable the metrics one by one, with an override for each, and leave out the one that is to stay.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import enabled_again
from meshctl.resources import Telemetry
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Telemetry, severity=Severity.WARNING, since="0.1.0", holds=("overrides",))
def check(telemetry: Telemetry, mesh: Mesh) -> Iterator[Outcome]:
    """Report overrides that are taken back, with the one that does it."""
    for entry in telemetry.entries("metrics"):
        for taken_back in enabled_again(entry):
            sides = " and ".join(mode.value.lower() for mode in taken_back.modes)
            yield Finding(
                taken_back.override.at("disabled"),
                f"all metrics are disabled here, and enabled again by the later override: proxies report "
                f"them as {sides}",
            ).also(taken_back.by.at(), "is for the same side, and enables the provider again")
