"""A finding that was accepted stays accepted, whatever changes around it."""

from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze
from meshctl.engine.baseline import baseline_text
from meshctl.engine.report import Report
from meshctl.settings import Settings

RULE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: a, namespace: shop}
spec:
  hosts: [a.shop.svc.cluster.local]
  http:
  - name: old
    foo: 1
    route: [{destination: {host: a}}]
"""
SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: b, namespace: shop}
spec: {foo: 1, ports: [{name: http, port: 80}]}
"""
OTHER = SERVICE.replace("foo: 1, ", "").replace("shop", "till")
NEW_RULE = "  - name: new\n    match: [{uri: {prefix: /n}}]\n    route: [{destination: {host: a}}]\n  - name: old"
TWICE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nmetadata: {name: a}\n"


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def accepted(root: Path, files: dict[str, str], later: dict[str, str]) -> Report:
    """Accept what is found in some files, and analyse other ones."""
    write(root / "was", files)
    baseline = root / "baseline.json"
    before = analyze([str(root / "was")], Settings())
    baseline.write_text(baseline_text(before.findings))
    write(root / "is", later)
    return analyze([str(root / "is")], Settings(baseline=str(baseline)))


@pytest.mark.parametrize(
    ("files", "later"),
    [
        ({"dev/a.yaml": RULE, "prod/a.yaml": RULE}, {"dev/a.yaml": RULE, "prod/a.yaml": RULE}),
        ({"a.yaml": RULE}, {"a.yaml": "# a comment\n" + RULE}),
        ({"a.yaml": RULE}, {"a.yaml": RULE.replace("  - name: old", NEW_RULE)}),
        ({"a.yaml": RULE}, {"moved/b.yaml": RULE}),
        ({"a.yaml": RULE}, {"a.yaml": OTHER + "---" + RULE}),
        ({"a.yaml": TWICE}, {"b/a.yaml": "# a comment\n" + TWICE}),
        ({"a.yaml": "kind: [\n"}, {"b/b.yaml": "# c\nkind: [\n"}),
    ],
)  # fmt: skip
def test_nothing_comes_back(tmp_path: Path, files: dict[str, str], later: dict[str, str]) -> None:
    report = accepted(tmp_path, files, later)
    assert [] == [found.message for found in report.findings if found.severity == "error"]
    assert report.summary.ignored
    assert () == report.stale


def test_what_is_new_is_found_and_what_is_gone_is_told(tmp_path: Path) -> None:
    report = accepted(tmp_path, {"a.yaml": RULE}, {"a.yaml": RULE.replace("foo", "bar")})
    assert ["schema/unknown-field"] == [found.rule for found in report.findings]
    assert ["schema/unknown-field"] == [entry.rule for entry in report.stale]


def test_one_object_in_two_files_has_one_finding_that_names_both(tmp_path: Path) -> None:
    write(tmp_path, {"dev/a.yaml": RULE, "prod/a.yaml": RULE})
    (found,) = analyze([str(tmp_path)], Settings(select=("schema",))).findings
    (other,) = found.related
    assert ("dev", "prod") == (
        Path(found.location.file).parent.name,
        Path(other.location.file).parent.name,
    )


def test_fingerprints_are_unique(tmp_path: Path) -> None:
    again = RULE.replace("  - name: old", "  - name: old\n    foo: 1\n  - name: old")
    write(tmp_path, {"a.yaml": again + "---" + SERVICE, "b.yaml": TWICE, "c.yaml": TWICE})
    found = [one.fingerprint for one in analyze([str(tmp_path)], Settings()).findings]
    assert len(found) > 3
    assert len(found) == len(set(found))


def test_a_baseline_of_another_version_is_one_clear_sentence(tmp_path: Path) -> None:
    from meshctl.errors import ConfigError

    (tmp_path / "b.json").write_text('{"version": 1, "findings": []}')
    with pytest.raises(ConfigError, match="write a new one with --update-baseline"):
        analyze([str(tmp_path)], Settings(baseline=str(tmp_path / "b.json")))


@pytest.mark.parametrize(("skip", "incomplete"), [(False, True), (True, False)])
def test_files_that_cannot_be_read_make_a_report_incomplete(
    tmp_path: Path, skip: bool, incomplete: bool
) -> None:
    (tmp_path / "gone.yaml").symlink_to("nowhere")
    report = analyze([str(tmp_path)], Settings(skip_unreadable=skip))
    assert incomplete == report.is_incomplete
    assert incomplete == bool(report.findings)
    assert skip == any("cannot be read" in gap.reason for gap in report.not_checked)


@pytest.mark.parametrize(("whole", "expected"), [(False, 0), (True, 1)])
def test_an_ignore_is_unused_only_where_the_whole_mesh_was_seen(
    tmp_path: Path, whole: bool, expected: int
) -> None:
    comment = "# meshctl: ignore[virtual-service/destination-host-not-found] elsewhere\n"
    write(
        tmp_path,
        {
            "a.yaml": comment
            + RULE.replace("    foo: 1\n", "")
            + "---"
            + SERVICE.replace("name: b", "name: a")
        },
    )
    settings = Settings(whole_mesh=whole, select=("document",))
    settings = settings._replace(select=("document", "virtual-service"))
    rules = [found.rule for found in analyze([str(tmp_path)], settings).findings]
    assert expected == rules.count("document/ignore-unused")


def test_a_placeholder_is_told_once_with_the_number_of_its_places(tmp_path: Path) -> None:
    rule = RULE.replace("    foo: 1\n", "").replace("a.shop.svc.cluster.local", "$(DOMAIN)")
    other = rule.replace("{name: a,", "{name: b,").replace("$(DOMAIN)", "$(DOMAIN), $(TEAM)")
    files = {"a.yaml": rule + "---" + other, "dev/a.yaml": rule, "prod/a.yaml": other}
    write(tmp_path, files)
    report = analyze([str(tmp_path)], Settings(select=("document/placeholder-left",)))
    told = {found.message.split(" ")[0]: found for found in report.findings}
    assert ["$(DOMAIN)", "$(TEAM)"] == sorted(told)
    assert told["$(DOMAIN)"].message.endswith("(3 more places in 3 files)")
    assert ["dev/a.yaml", "prod/a.yaml"] == [
        Path(one.location.file).relative_to(tmp_path).as_posix()
        for one in told["$(DOMAIN)"].related
    ]


@pytest.mark.parametrize("changed", ["another object", "another file", "a line above"])
def test_a_placeholder_that_was_accepted_stays_accepted(tmp_path: Path, changed: str) -> None:
    rule = RULE.replace("    foo: 1\n", "").replace("a.shop.svc.cluster.local", "$(DOMAIN)")
    other = rule.replace("{name: a,", "{name: b,")
    later = {
        "another object": {"a.yaml": other + "---" + rule},
        "another file": {"b/a.yaml": rule, "a.yaml": other},
        "a line above": {"a.yaml": "# a comment\n" + rule},
    }
    report = accepted(tmp_path, {"a.yaml": rule}, later[changed])
    assert [] == [one.rule for one in report.findings if one.rule == "document/placeholder-left"]
    assert () == report.stale
