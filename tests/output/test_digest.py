"""What a long report shows first, on the mesh of a company."""

import importlib.util
import io
import re
from pathlib import Path
from types import ModuleType

import pytest

from meshctl.engine.analyze import analyze
from meshctl.engine.report import Report
from meshctl.output.findings.formats import render
from meshctl.output.findings.outputs import Outputs
from meshctl.output.findings.text_report.view import GROUPS, ReportView
from meshctl.rules.api import Severity
from meshctl.settings import Settings

ROOT = Path(__file__).parents[2]
SCREEN = 24


def company() -> ModuleType:
    spec = importlib.util.spec_from_file_location("company", ROOT / "bench" / "namespaces.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    directory = tmp_path_factory.mktemp("company")
    for name, text in company().files(1):
        (directory / name).parent.mkdir(exist_ok=True)
        (directory / name).write_text(text)
    return analyze([str(directory)], Settings(whole_mesh=True))


def lines(report: Report, view: ReportView | None = None) -> list[str]:
    out = io.StringIO()
    render("text", report, out, view)
    return out.getvalue().splitlines()


def test_a_screen_holds_every_error(report: Report) -> None:
    assert (1289, 2) == (report.summary.resources, report.summary.errors)
    shown = lines(report)
    assert len(shown) <= 120
    assert 2 == sum(line.startswith("error[") for line in shown[:SCREEN])


def test_nothing_is_lost_from_the_counts(report: Report) -> None:
    shown = "\n".join(lines(report))
    told = [int(number) for number in re.findall(r"and (\d+) more like it", shown)]
    written = len(re.findall(r"^(?:error|warning|info)\[", shown, re.MULTILINE))
    assert len(report.findings) == sum(told) + written


def test_all_shows_all(report: Report) -> None:
    shown = lines(report, ReportView(everything=True))
    heads = [line for line in shown if re.match(r"(error|warning|info)\[", line)]
    assert len(report.findings) == len(heads)
    assert ["error"] * 2 == [line.partition("[")[0] for line in heads[:2]]


def test_quiet_is_one_line_a_finding(report: Report) -> None:
    shown = lines(report, ReportView(quiet=True))
    assert len(report.findings) == len(shown)
    assert ": error[" in shown[0]


@pytest.mark.parametrize("kind", GROUPS)
def test_any_order_starts_with_the_errors(report: Report, kind: str) -> None:
    shown = lines(report, ReportView(group_by=kind))
    assert "error" in " ".join(shown[:3])
    assert len(shown) < 400


def test_teams_are_counted(report: Report) -> None:
    view = ReportView(team_of=lambda found: f"t{found.resource.namespace[-1]}")
    assert any(line.startswith("t4 ") for line in lines(report, view))


def test_severity_hides_what_weighs_less(report: Report, capsys) -> None:
    outputs = Outputs("text", [], "info", ReportView(quiet=True), Severity.ERROR.value)
    outputs.write(report)
    assert 2 == len(capsys.readouterr().out.splitlines())
    assert 1 == outputs.exit_code(report)
