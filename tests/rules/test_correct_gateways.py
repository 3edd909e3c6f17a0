"""Gateways that work as they say: no rule may raise more than an info about them."""

from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze
from meshctl.engine.loader import load_family
from meshctl.resources import Gateway, VirtualService
from meshctl.rules.api import Severity
from meshctl.settings import Settings

MESHES = sorted((Path(__file__).parent / "correct_gateways").glob("*.yaml"))
RULES = tuple(
    rule.id
    for family in ("gateway", "virtual_service")
    for rule in load_family(family)
    if rule.on in (Gateway, VirtualService)
)


@pytest.mark.parametrize("mesh", MESHES, ids=lambda mesh: mesh.stem)
def test_no_alarm(mesh: Path) -> None:
    report = analyze([str(mesh)], Settings(select=RULES))
    alarms = [one for one in report.findings if one.severity is not Severity.INFO]
    assert [] == [f"{one.rule} line {one.location.line}: {one.message}" for one in alarms]


@pytest.mark.parametrize("name", ["shared_ingress", "egress_gateway"])
def test_no_alarm_in_a_whole_mesh(name: str) -> None:
    file = next(mesh for mesh in MESHES if mesh.stem == name)
    gateway_rules = tuple(rule for rule in RULES if rule.startswith("gateway/"))
    report = analyze([str(file)], Settings(select=gateway_rules, whole_mesh=True))
    assert [] == [f"{one.rule}: {one.message}" for one in report.findings]
