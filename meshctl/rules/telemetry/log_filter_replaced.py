"""Two entries of a Telemetry log to one provider, and only the filter of the last one counts.

A provider has one filter. Where several entries name it for the same side, client or server, the last entry says
whether and what it gets: what the filter of the earlier one asks for isn't logged.

Fix: join the filters in one entry by `||`, or send one of them to a provider of another name.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import replaced_logs
from meshctl.resources import Telemetry
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=Telemetry, severity=Severity.WARNING, since="0.1.0", holds=("accessLogging[1]",))
def check(telemetry: Telemetry, mesh: Mesh) -> Iterator[Outcome]:
    """Report entries that later ones replace on all their sides, or the providers of which that is so."""
    for replaced in replaced_logs(telemetry.access_logging):
        places = [replaced.entry.at("providers", number, "name") for number in replaced.numbers]
        names = ", ".join(quoted(place.value()) for place in places)
        for place in [replaced.entry.at()] if replaced.is_whole else places:
            name = names if replaced.is_whole else quoted(place.value())
            yield Finding(
                place, f"a later entry says what {name} gets, so that this one doesn't count"
            ).also(replaced.by.at(), "counts")
