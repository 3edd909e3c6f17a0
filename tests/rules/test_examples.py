"""What `meshctl rule ID` prints is a short pair: the first is reported, the second is fine."""

import pytest
from test_cases import ROOT, read_settings

from meshctl.engine.analyze import analyze
from meshctl.engine.catalog.documentation import LINES_OF_AN_EXAMPLE, examples
from meshctl.engine.registry import load_all

WITHOUT = {
    "internal/rule-crashed",  # no text makes a rule crash
    "document/document-too-large",  # megabytes
    "document/ignore-expired",  # a config file
    "document/chart-not-rendered",  # a directory
    "document/kustomization-not-rendered",  # a directory
    "document/unreadable-file",  # a file without permissions
    "document/not-utf8",  # bytes that are no text
    "service/differs-between-clusters",  # two directories
    "resource/gateway-of-another-team",  # a config file with the teams
    # These need more objects than forty lines hold.
    "authorization-policy/client-address-behind-gateway",
    "authorization-policy/gateway-shut-out",
    "authorization-policy/source-sends-plaintext",
    "envoy-filter/port-of-another-context",
    "namespace/sidecars-know-whole-mesh",
    "peer-authentication/strict-for-half-headless-service",
    "request-authentication/token-dropped-at-gateway",
    "sidecar/dependency-hidden",
    "virtual-service/claims-never-verified",
    "virtual-service/egress-chain-broken",
    "virtual-service/egress-tls-mismatch",
    "virtual-service/routes-for-the-caller",
}
"""Rules that have no pair to show."""
RULES = [rule for rule in load_all() if rule.id not in WITHOUT]


def test_rules_without_a_pair_print_none() -> None:
    assert WITHOUT == {rule.id for rule in load_all() if not examples(rule).bad}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_pair_of_a_rule_is_short_and_true(rule, tmp_path) -> None:
    folder = ROOT / rule.id.replace("-", "_")
    names = ("broken", "fixed") if (folder / "broken.yaml").is_file() else ("bad", "good")
    found = []
    for name, text in zip(names, examples(rule), strict=True):
        assert "# expect" not in text
        assert "# case:" not in text
        assert len(text.splitlines()) <= LINES_OF_AN_EXAMPLE
        file = tmp_path / f"{name}.yaml"
        file.write_text(text)
        settings = read_settings(folder / f"{name}.yaml", {rule.id})
        findings = analyze([str(file)], settings).findings
        found.append(rule.id in {finding.rule for finding in findings})
    assert [True, False] == found
