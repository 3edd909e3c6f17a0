"""Says how much of a report people want to see, and in which order."""

from collections.abc import Callable
from typing import NamedTuple

from meshctl.engine.report import LocatedFinding

GROUPS = ("file", "rule", "namespace", "team", "severity")


def _no_team(finding: LocatedFinding) -> str:  # noqa: ARG001
    return ""


class ReportView(NamedTuple):
    """How a text report is shown; without ``group_by`` it is the usual one for its size.

    ``team_of`` names the team of a finding's object, empty for none.
    """

    quiet: bool = False
    everything: bool = False
    group_by: str = ""
    team_of: Callable[[LocatedFinding], str] = _no_team
