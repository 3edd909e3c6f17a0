"""Policies, extensions and ambient meshes that work: nothing may raise more than an info."""

from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze
from meshctl.rules.api import Severity
from meshctl.settings import Settings

MESHES = sorted((Path(__file__).parent / "correct_policies").glob("*.yaml"))

WARNINGS_OF_THE_WEBHOOK = "schema/webhook-warns"
"""What the webhook itself warns of is passed on, though it warns of right things too."""


@pytest.mark.parametrize("mesh", MESHES, ids=lambda mesh: mesh.stem)
def test_no_alarm(mesh: Path) -> None:
    report = analyze([str(mesh)], Settings())
    alarms = [
        one
        for one in report.findings
        if one.severity is not Severity.INFO and one.rule != WARNINGS_OF_THE_WEBHOOK
    ]
    assert [] == [f"{one.rule} line {one.location.line}: {one.message}" for one in alarms]
