"""A Telemetry turns access logs off for one side, and with that for the other one, too.

The default providers of the mesh config log where no Telemetry has entries for access logs. Where one has some, they
stand for both sides, client and server: on the side that no entry is for, nobody logs.

Fix: write an entry for the other side as well, without `disabled`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import is_gateway, silent_side
from meshctl.resources import Telemetry
from meshctl.rules.api import Finding, Outcome, Severity, append, rule


@rule(on=Telemetry, severity=Severity.WARNING, since="0.1.0", holds=("disabled",))
def check(telemetry: Telemetry, mesh: Mesh) -> Iterator[Outcome]:
    """Report Telemetries whose entries all turn off one side, where the defaults alone log."""
    entries, side = telemetry.access_logging, silent_side(telemetry.access_logging)
    defaults = mesh.extension_providers.defaults("accessLogging")
    # Without a log of a Telemetry the file of the mesh config is written.
    if side is None or not defaults or mesh.config.raw.get("accessLogFile"):
        return
    if mesh.workloads.telemetry_providers.may_inherit(telemetry, "accessLogging"):
        return
    if _has_wider(telemetry, mesh):
        return
    if telemetry.selector and all(map(is_gateway, mesh.workloads.telemetries.picked(telemetry))):
        return
    entry = {"match": {"mode": side.value}}
    yield Finding(
        entries[0].at("disabled"),
        f"logs of the {side.value.lower()} side are lost, too: no entry is for it, and the default "
        f"{', '.join(defaults)} logs only where no Telemetry has entries",
    ).fixed_by(append(telemetry.spec.at("accessLogging"), entry), safe=False)


def _has_wider(telemetry: Telemetry, mesh: Mesh) -> bool:
    """Has another Telemetry entries for access logs below this one's, so that the defaults log by these?"""
    homes = {mesh.config.root_namespace}
    homes |= set() if telemetry.is_namespace_wide else {telemetry.namespace}
    wider = (one for home in homes for one in mesh.workloads.telemetries.for_namespace(home)[:1])
    return any(one is not telemetry and one.access_logging for one in wider)
