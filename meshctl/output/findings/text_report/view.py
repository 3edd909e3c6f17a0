"""Says how much of a report people want to see, and in which order."""

from collections.abc import Callable
from typing import NamedTuple

from meshctl.engine.report import LocatedFinding
from meshctl.mesh import Mesh

GROUPS = ("file", "rule", "namespace", "team", "severity")


def _no_team(finding: LocatedFinding) -> str:  # noqa: ARG001
    return ""


class ReportView(NamedTuple):
    """How a text report is shown; without ``group_by`` it is the usual one for its size.

    ``team_of`` names the team of a finding's object, empty for none. A page shows more of the
    ``mesh`` of the findings, and of the ``namespaces`` that were asked for alone.
    """

    quiet: bool = False
    everything: bool = False
    group_by: str = ""
    team_of: Callable[[LocatedFinding], str] = _no_team
    mesh: Mesh | None = None
    namespaces: tuple[str, ...] = ()
