"""One rule may report what is less certain with less weight."""

from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze
from meshctl.settings import Settings

ROOT = Path(__file__).parent


@pytest.mark.parametrize(
    ("case", "severity"),
    [
        ("service/network_gateway_unreachable/address.yaml", "warning"),
        ("service/network_gateway_unreachable/server.yaml", "error"),
    ],
)
def test_a_result_weighs_what_its_facts_weigh(case: str, severity: str) -> None:
    rule = case.rpartition("/")[0].replace("_", "-")
    report = analyze([str(ROOT / case)], Settings(select=(rule,), whole_mesh=True))
    assert {severity} == {str(found.severity) for found in report.findings}
