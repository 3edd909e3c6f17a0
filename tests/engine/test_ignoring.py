"""Every way to ignore a finding hides it, counts it, and is reported when it hides nothing."""

import json
from datetime import date
from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze
from meshctl.engine.baseline import baseline_text
from meshctl.engine.report import Report
from meshctl.errors import ConfigError
from meshctl.settings import IgnoreEntry, Settings

RULE = "document/removed-istio-kind"
POLICY = """\
apiVersion: authentication.istio.io/v1alpha1
kind: Policy{comment}
metadata:
  name: default
  annotations: {annotations}
"""


def policy(comment: str = "", annotations: str = "{}") -> str:
    return POLICY.format(comment=comment, annotations=annotations)


def run(tmp_path: Path, text: str, settings: Settings | None = None) -> Report:
    (tmp_path / "policy.yaml").write_text(text)
    return analyze([str(tmp_path)], settings or Settings())


def found(report: Report) -> list[str]:
    return [finding.rule for finding in report.findings]


@pytest.mark.parametrize(
    "text",
    [
        policy(f"  # meshctl: ignore[{RULE}] leaves with the old cluster"),
        policy("  # meshctl: ignore[document] a whole family"),
        policy("  # meshctl: ignore[IST0002] the code of istioctl"),
        policy("  # meshctl: ignore[document/removed-*]"),
        f"# meshctl: ignore[{RULE}]\n{policy()}",
        policy(annotations=f'{{meshctl.io/ignore: "{RULE}"}}'),
        policy(annotations="{galley.istio.io/analyze-suppress: IST0002}"),
        policy(annotations='{galley.istio.io/analyze-suppress: "*"}'),
        policy(annotations='{kiali.io/ignore-validations: ""}'),
    ],
)
def test_comments_and_annotations_hide_a_finding(tmp_path: Path, text: str) -> None:
    report = run(tmp_path, text)
    assert ([], 1) == (found(report), report.summary.ignored)


@pytest.mark.parametrize(
    "text",
    [
        policy("  # meshctl: ignore[gateway/host-without-route]"),
        policy(annotations='{meshctl.io/ignore: "gateway/host-without-route"}'),
        policy() + "# meshctl: ignore[document/removed-istio-kind] too far below\n",
    ],
)
def test_an_ignore_of_something_else_hides_nothing(tmp_path: Path, text: str) -> None:
    assert RULE in found(run(tmp_path, text))


def test_a_comment_that_hides_nothing_is_reported(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: Namespace # meshctl: ignore[document/removed-istio-kind]\n"
    settings = Settings(select=("document",))
    report = run(tmp_path, text + "metadata: {name: shop}\n", settings)
    assert [("document/ignore-unused", 2)] == [
        (finding.rule, finding.location.line) for finding in report.findings
    ]


def test_a_rule_that_did_not_run_makes_no_ignore_unused(tmp_path: Path) -> None:
    text = policy("  # meshctl: ignore[document/removed-istio-kind]")
    settings = Settings(select=("document/ignore-unused", "document/duplicate-object"))
    assert [] == found(run(tmp_path, text, settings))


def entry(**changes: object) -> Settings:
    values = {"rules": (RULE,), "paths": (), "namespaces": (), "reason": "known"}
    return Settings(ignores=(IgnoreEntry(**{**values, **changes}),))


def test_config_entries_narrow_by_rule_path_and_namespace(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    hidden = {
        name: found(run(tmp_path, policy(), settings)) == []
        for name, settings in {
            "rule": entry(),
            "other rule": entry(rules=("gateway",)),
            "path": entry(paths=("policy.*",)),
            "other path": entry(paths=("legacy/",)),
            "namespace": entry(namespaces=("default",))._replace(default_namespace="default"),
            "other namespace": entry(namespaces=("prod",)),
            "future": entry(expires=date(9999, 1, 1)),
        }.items()
    }
    assert {
        "rule": True, "other rule": False, "path": True, "other path": False, "namespace": True,
        "other namespace": False, "future": True,
    } == hidden  # fmt: skip


def test_an_expired_entry_hides_nothing_and_is_reported(tmp_path: Path) -> None:
    report = run(tmp_path, policy(), entry(expires=date(2020, 1, 1)))
    assert {RULE, "document/ignore-expired"} == set(found(report))


def test_a_baseline_hides_what_was_there_and_nothing_more(tmp_path: Path) -> None:
    before = run(tmp_path, policy())
    baseline = tmp_path / "baseline.json"
    baseline.write_text(baseline_text(before.findings))
    moved = "# moved down by a comment\n" + policy()
    again = policy().replace("name: default", "name: other")
    settings = Settings(baseline=str(baseline))
    assert [] == found(run(tmp_path, moved, settings))
    assert [RULE] == found(run(tmp_path, f"{moved}---\n{again}", settings))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"findings": [1]}', '{"findings": 3}'])
def test_a_broken_baseline_is_one_clear_sentence(tmp_path: Path, text: str) -> None:
    baseline = tmp_path / "baseline.json"
    baseline.write_text(text)
    with pytest.raises(ConfigError, match="not a baseline"):
        run(tmp_path, policy(), Settings(baseline=str(baseline)))


def test_a_baseline_lists_what_it_accepts(tmp_path: Path) -> None:
    data = json.loads(baseline_text(run(tmp_path, policy()).findings))
    assert [RULE] == [finding["rule"] for finding in data["findings"]]
