"""Names the team that a finding is for."""

import os
from collections.abc import Sequence
from fnmatch import fnmatchcase

from meshctl.engine.report import LocatedFinding
from meshctl.settings import Team


def team_name(found: LocatedFinding, teams: Sequence[Team]) -> str:
    """Name the team by the file's directory, the closest first, else by the object's namespace."""
    if not teams:
        return ""
    path = os.path.abspath(found.location.file)  # noqa: PTH100 - a text, no file is asked
    inside = [
        (len(directory), team.name)
        for team in teams
        for directory in team.directories
        if path.startswith(directory.rstrip("/") + "/")
    ]
    if inside:
        return max(inside)[1]
    home = found.resource.namespace
    owning = (
        team.name for team in teams if any(fnmatchcase(home, glob) for glob in team.namespaces)
    )
    return next(owning, "")
