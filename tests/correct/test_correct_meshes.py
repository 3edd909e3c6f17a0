"""Meshes that are right as they are: no rule may complain about them.

A folder named for a family holds parts of meshes for its rules alone; one named for a style holds
whole meshes, of the size of an application, for every rule.
"""

from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze
from meshctl.engine.loader import load_family
from meshctl.rules.api import Severity
from meshctl.settings import Settings

ROOT = Path(__file__).parent
FAMILIES = {"virtual_service"}
PARTS = [one for one in sorted(ROOT.glob("*/*.yaml")) if one.parent.name in FAMILIES]
MESHES = [one for one in sorted(ROOT.glob("*/*.yaml")) if one.parent.name not in FAMILIES]


@pytest.mark.parametrize("file", PARTS, ids=lambda one: one.stem)
def test_correct_mesh_is_silent(file: Path) -> None:
    rules = tuple(rule.id for rule in load_family(file.parent.name))
    report = analyze([str(file)], Settings(select=rules))
    found = [f"{one.location.line}: [{one.rule}] {one.message}" for one in report.findings]
    assert found == []


@pytest.mark.parametrize("is_whole", [False, True])
@pytest.mark.parametrize("file", sorted(ROOT.glob("*.yaml")), ids=lambda one: one.stem)
def test_correct_mesh_is_silent_for_every_rule(file: Path, is_whole: bool) -> None:
    report = analyze([str(file)], Settings(whole_mesh=is_whole))
    found = [f"{one.location.line}: [{one.rule}] {one.message}" for one in report.findings]
    assert found == []


@pytest.mark.parametrize("is_whole", [False, True])
@pytest.mark.parametrize("file", MESHES, ids=lambda one: f"{one.parent.name}-{one.stem}")
def test_no_error_or_warning_in_an_application_that_works(file: Path, is_whole: bool) -> None:
    report = analyze([str(file)], Settings(whole_mesh=is_whole))
    found = [
        f"{one.location.line}: [{one.rule}] {one.message}"
        for one in report.findings
        if one.severity is not Severity.INFO
    ]
    assert found == []
