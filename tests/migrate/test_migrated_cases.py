"""Each case says what becomes of its objects; what is written is accepted and breaks nothing."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from meshctl.inspect.migration.answer import Migrated, migrate_files
from meshctl.migrate.migration import CURRENT, GATEWAY_API
from meshctl.migrate.results import Target
from meshctl.output.migration.write import write_report
from meshctl.rules.api import Severity
from meshctl.settings import Settings

CASES = Path(__file__).parent / "cases"
FOLDERS = sorted(CASES.iterdir())


def migrated(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Migrated:
    monkeypatch.chdir(folder)
    target = Target(GATEWAY_API if folder.name.startswith("gateway_api") else CURRENT)
    return migrate_files(["input.yaml"], Settings(), target)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_case(folder: Path, golden: Callable[[Path, str], None], monkeypatch) -> None:
    found = migrated(folder, monkeypatch)
    report = io.StringIO()
    write_report(found, report)
    golden(folder / "report.txt", report.getvalue())
    golden(folder / "migrated.yaml", found.files[0].after)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_is_written_brings_no_error(folder: Path, monkeypatch) -> None:
    found = migrated(folder, monkeypatch)
    assert found.comparison is not None
    new = [one.message for one in found.comparison.new if one.severity is Severity.ERROR]
    assert new == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_is_written_is_accepted(folder: Path, tmp_path: Path, monkeypatch) -> None:
    """No object of today is refused by an API server, and none of an old kind is left."""
    from meshctl.engine.analyze import analyze

    found = migrated(folder, monkeypatch)
    (tmp_path / "new.yaml").write_text(found.files[0].after)
    report = analyze([str(tmp_path)], Settings(alone=True))
    assert [one.message for one in report.findings if one.severity is Severity.ERROR] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_migrating_twice_changes_nothing_more(folder: Path, tmp_path: Path, monkeypatch) -> None:
    found = migrated(folder, monkeypatch)
    (tmp_path / "new.yaml").write_text(found.files[0].after)
    again = migrate_files([str(tmp_path)], Settings(), Target(found.migration.target), proves=False)
    assert again.files[0].after == found.files[0].after
    assert all(row.after is not None for row in again.migration.rows)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_object_is_accounted_for(folder: Path, monkeypatch) -> None:
    """Each object of the input stays, becomes something, or is said to need nothing."""
    found = migrated(folder, monkeypatch)
    for row in found.migration.rows:
        assert row.to or row.after is not None or row.notes, row.resource.title
