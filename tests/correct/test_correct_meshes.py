"""Meshes that are right as they are: no rule of a family may complain about them."""

from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze
from meshctl.engine.loader import load_family
from meshctl.settings import Settings

ROOT = Path(__file__).parent


@pytest.mark.parametrize("file", sorted(ROOT.glob("*/*.yaml")), ids=lambda one: one.stem)
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
