"""The edits of findings mend them: in every case of every rule, and in no other place."""

import shutil
from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze
from meshctl.engine.fixes import fixes
from meshctl.engine.registry import load_all
from meshctl.settings import Settings
from tests.rules.test_cases import case_files, cases, read_settings

OPTIONAL = {rule.id for rule in load_all() if rule.runs_when_named}
WITH_EDITS = 124
"""Rules whose cases show an edit, at least."""


def mend(files: list[Path], settings: Settings, seen: set[str]) -> None:
    """Apply edits until none is left; those seen to mend something are noted."""
    report = analyze(list(map(str, files)), settings)
    for _ in range(30):
        made = fixes(report.findings, unsafe=True)
        assert len(made.mended) + len(made.waiting) == sum(bool(f.edits) for f in report.findings)
        if not made.mended:
            return
        seen |= {one.rule for one in made.mended}
        for file in made.files:
            Path(file.name).write_text(file.after)
        after = analyze(list(map(str, files)), settings)
        gone = {(one.rule, one.message, one.anchor) for one in made.mended}
        for one in after.findings:
            assert (one.rule, one.message, one.anchor) not in gone, one.message
            assert (one.rule, one.resource) in {(o.rule, o.resource) for o in report.findings}, one
        assert after.summary.documents == report.summary.documents
        report = after
    pytest.fail("the edits never end")


def test_edits_mend_what_they_are_about(tmp_path: Path) -> None:
    seen: set[str] = set()
    for number, case in enumerate(cases()):
        place = tmp_path / str(number)
        if case.is_dir():
            shutil.copytree(case, place)
        else:
            place.mkdir()
            shutil.copy(case, place)
        home = case if case.is_dir() else case.parent
        copied = [place / file.relative_to(home) for file in case_files(case)]
        own = f"{case.parent.parent.name}/{case.parent.name}".replace("_", "-")
        settings = read_settings(case, {own})
        if own not in OPTIONAL:
            settings = settings._replace(select=())
        mend(copied, settings, seen)
    assert len(seen) >= WITH_EDITS, sorted(seen)
