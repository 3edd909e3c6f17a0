"""Optional rules run only for those who name them."""

from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze
from meshctl.engine.registry import load_all
from meshctl.settings import Settings

UNGUARDED = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
spec:
  template:
    metadata:
      labels: {sidecar.istio.io/inject: "true"}
"""


@pytest.mark.parametrize(
    ("select", "ignore", "runs"),
    [
        ((), (), False),
        (("*",), (), False),
        (("workload",), (), False),
        (("workload/without-authorization-policy",), (), True),
        (("kia1301",), (), True),
        (("KIA1301",), ("workload",), False),
    ],
)
def test_an_optional_rule_has_to_be_named(tmp_path: Path, select, ignore, runs: bool) -> None:
    file = tmp_path / "cart.yaml"
    file.write_text(UNGUARDED)
    report = analyze([str(file)], Settings(select=select, ignore=ignore))
    found = [
        finding.rule
        for finding in report.findings
        if finding.rule == "workload/without-authorization-policy"
    ]
    assert runs == bool(found)


def test_optional_rules_are_few() -> None:
    optional = {rule.id for rule in load_all() if rule.optional}
    expected = {
        "resource/alpha-annotation",
        "service/differs-between-clusters",
        "workload/without-authorization-policy",
    }
    assert expected <= optional
