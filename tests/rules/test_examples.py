"""What `meshctl rule ID` prints is a short pair: the first is reported, the second is fine."""

from difflib import ndiff

import pytest
import yaml
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
    "namespace/sidecars-know-whole-mesh",  # more objects than forty lines hold
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


MOVED = {
    # Their fix is another kind, name or namespace of the object, or one object instead of two.
    "custom-resource-definition/removed-istio-kind",
    "destination-rule/duplicate-host",
    "document/kind-missing",
    "document/not-an-object",
    "document/removed-istio-kind",
    "document/unknown-istio-kind",
    "kubernetes-route/kind-not-read",
    "peer-authentication/second-policy-ignored",
    "schema/metadata-refused",
    "sidecar/several-namespace-defaults",
    "telemetry/several-namespace-defaults",
    "virtual-service/mesh-host-duplicated",
    "workload/removed-operator",
}
"""Rules whose mended object isn't the same object any more."""
NO_OBJECTS = {"document"}
"""Families whose broken texts are often no YAML."""
LINES_OF_A_MENDING = 16


@pytest.mark.parametrize(
    "rule",
    [rule for rule in RULES if rule.id not in MOVED and rule.family not in NO_OBJECTS],
    ids=lambda rule: rule.id,
)
def test_the_pair_mends_the_very_thing(rule) -> None:
    """The objects that are broken stand in the mended text too, and little else changed."""
    bad, good = (text.splitlines() for text in examples(rule))
    changed = [line for line in ndiff(bad, good) if line.startswith(("+ ", "- "))]
    assert _objects(bad) <= _objects(good)
    assert len(changed) <= LINES_OF_A_MENDING


def _objects(lines: list[str]) -> set[tuple[str, str]]:
    documents = yaml.safe_load_all("\n".join(lines))
    return {(one["kind"], one["metadata"]["name"]) for one in documents if one}
