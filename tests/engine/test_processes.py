"""Several processes say what one says."""

from pathlib import Path

import pytest

from meshctl.engine import runner
from meshctl.engine.analyze import analyze
from meshctl.engine.registry import load_all
from meshctl.engine.report import Report
from meshctl.settings import Settings
from meshctl.sources import workers
from tests.rules.test_cases import case_files, cases


def report_of(files: list[str], processes: int, patch: pytest.MonkeyPatch) -> Report:
    patch.delenv("MESHCTL_DEBUG", raising=False)
    patch.setattr(workers, "available", lambda: processes)
    patch.setattr(runner, "PARALLEL_FROM", 0)
    return analyze(files, Settings(select=tuple(rule.id for rule in load_all())))


def test_rules_in_two_processes_say_all_that_they_say_in_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = Path(__file__).parents[1] / "rules"
    files = sorted({str(file) for case in cases() for file in case_files(case)})
    assert any(Path(file).is_relative_to(home) for file in files)
    one, two = report_of(files, 1, monkeypatch), report_of(files, 2, monkeypatch)
    assert any(found.edits and not found.is_safe for found in one.findings)
    assert any(found.related for found in one.findings)
    assert one.findings == two.findings
    assert one == two
