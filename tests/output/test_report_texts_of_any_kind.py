"""Does any text whatsoever survive every format, or is it at least harmless?"""

import io
import json
from xml.etree import ElementTree as ET

import pytest
import sample_reports
import yaml
from hypothesis import given
from hypothesis import strategies as st

from meshctl.engine.report import LocatedFinding, Report
from meshctl.output.findings.formats import FORMATS, render
from meshctl.output.paths import repository_path, uri
from meshctl.rules.api import Severity

any_text = st.text(st.characters(), max_size=12)
file_names = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1)


def report_of(message: str, name: str, fix: str, file: str = "x.yaml") -> Report:
    rich = sample_reports.rich()
    finding = rich.findings[2]
    odd = finding._replace(
        message=message,
        fix=fix,
        resource=finding.resource._replace(name=name),
        location=finding.location._replace(file=file),
    )
    return rich._replace(findings=(odd,), crashed=False)


def rendered(name: str, report: Report) -> str:
    out = io.StringIO()
    render(name, report, out)
    return out.getvalue()


@pytest.mark.parametrize("name", FORMATS)
@given(message=any_text, resource=any_text, fix=any_text, file=file_names)
def test_output_is_utf8(name: str, message: str, resource: str, fix: str, file: str) -> None:
    assert rendered(name, report_of(message, resource, fix, file)).encode()


@given(message=any_text, resource=any_text, fix=any_text)
def test_json_and_yaml_keep_every_character(message: str, resource: str, fix: str) -> None:
    report = report_of(message, resource, fix)
    data = json.loads(rendered("json", report))
    assert message == data["findings"][0]["message"]
    assert resource == data["findings"][0]["resource"]["name"]
    assert data == yaml.safe_load(rendered("yaml", report))


@pytest.mark.parametrize("name", ["1e3", "0o7", "yes", "NULL", "y", "", "~", "- a", "2026-01-01"])
def test_yaml_quotes_what_some_reader_takes_for_no_text(name: str) -> None:
    assert f'name: "{name}"\n' in rendered("yaml", report_of("", name, ""))


@given(message=any_text, resource=any_text, fix=any_text)
def test_junit_is_xml(message: str, resource: str, fix: str) -> None:
    text = rendered("junit", report_of(message, resource, fix))
    root = ET.fromstring(text)  # noqa: S314 - this is what we wrote ourselves
    assert 2 == len(root.findall("testsuite"))


@given(message=any_text, resource=any_text, fix=any_text)
def test_one_finding_is_one_command_and_one_table_row(
    message: str, resource: str, fix: str
) -> None:
    report = report_of(message, resource, fix)
    assert 2 == len(rendered("github", report).splitlines())
    rows = [line for line in rendered("markdown", report).splitlines() if line[:2] == "| "]
    assert [4, 4] == [row.count("|") for row in rows]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("./mesh/a.yaml", "mesh/a.yaml"),
        ("../a b.yaml", "../a%20b.yaml"),
        ("a:b#c?.yaml", "a%3Ab%23c%3F.yaml"),
        ("caf\u00e9\udce9.yaml", "caf%C3%A9%E9.yaml"),
        ("/elsewhere/a.yaml", "file:///elsewhere/a.yaml"),
    ],
)
def test_uri_of_a_file(file: str, expected: str) -> None:
    assert expected == uri(file)


def test_absolute_name_below_the_working_directory_becomes_relative(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("repository").resolve()
    monkeypatch.chdir(folder)
    assert "mesh/a.yaml" == repository_path(f"{folder}/mesh/a.yaml")


def many(finding: LocatedFinding) -> Report:
    rich = sample_reports.rich()
    findings = tuple(
        finding._replace(location=finding.location._replace(line=line)) for line in range(1, 2001)
    )
    return rich._replace(findings=findings)


def test_markdown_fits_a_comment_and_says_what_it_left_out() -> None:
    text = rendered("markdown", many(sample_reports.rich().findings[2]))
    assert 60_000 >= len(text.encode())
    assert "more findings (-o text shows all)" in text
    assert text.startswith("### meshctl: ")
    assert text.count("<details>") == text.count("</details>") == 2


def test_markdown_of_wide_characters_fits_too() -> None:
    found = sample_reports.rich().findings[2]
    text = rendered("markdown", many(found._replace(message="\u6599\u7406" * 100)))
    assert 60_000 >= len(text.encode())
    assert text.rstrip().endswith("</details>")


def test_sarif_fits_what_github_takes_the_worst_first_and_says_what_it_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rich = sample_reports.rich()
    few = {one.severity: one for one in rich.findings}
    light, bad = few[Severity.INFO], few[Severity.ERROR]
    report = rich._replace(findings=(light,) * 5_500 + (bad,) * 10)
    (run,) = json.loads(rendered("sarif", report))["runs"]
    levels = [one["level"] for one in run["results"]]
    assert ["error"] * 10 + ["note"] * 4_990 == levels
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert notes[0]["message"]["text"].startswith("510 of 5510 findings are left out")
    assert "510 of 5510 findings are left out" in capsys.readouterr().err


def test_sarif_of_long_messages_stays_below_ten_megabytes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = sample_reports.rich().findings[2]
    text = rendered("sarif", many(found._replace(message="long " * 2_000)))
    assert 9_000_000 < len(text.encode()) <= 10_000_000
    assert "are left out" in capsys.readouterr().err


def test_gitlab_tells_equal_findings_apart() -> None:
    issues = json.loads(rendered("gitlab", many(sample_reports.rich().findings[2])))
    assert 2000 == len({issue["fingerprint"] for issue in issues})
