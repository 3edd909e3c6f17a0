"""Meshes that are right as they are: no rule may complain about them.

``parts/`` holds parts of meshes, what a single repository has; everything else is a whole mesh, of
the size of an application.
"""

from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze
from meshctl.rules.api import Severity
from meshctl.settings import Settings

ROOT = Path(__file__).parent
FILES = sorted(ROOT.glob("**/*.yaml"))
WHOLE = [file for file in FILES if file.parent.name != "parts"]


def name(file: Path) -> str:
    return str(file.relative_to(ROOT).with_suffix(""))


def alarms(file: Path, *, is_whole: bool) -> list[str]:
    report = analyze([str(file)], Settings(whole_mesh=is_whole))
    return [
        f"{finding.location.line}: [{finding.rule}] {finding.message}"
        for finding in report.findings
        if finding.severity is not Severity.INFO
    ]


@pytest.mark.parametrize("file", FILES, ids=name)
def test_no_alarm_where_more_may_exist(file: Path) -> None:
    assert [] == alarms(file, is_whole=False)


@pytest.mark.parametrize("file", WHOLE, ids=name)
def test_no_alarm_in_the_whole_mesh(file: Path) -> None:
    assert [] == alarms(file, is_whole=True)
