"""Does each change concern the mesh that it should, and leave the one like it alone?"""

from pathlib import Path

import pytest
import rows_from_1_27
import rows_to_1_22
import rows_to_1_26
from planning import ids, plan

from meshctl.rules.api import Severity
from meshctl.upgrades.catalog import all_changes

ROWS = {**rows_to_1_22.ROWS, **rows_to_1_26.ROWS, **rows_from_1_27.ROWS}
CHANGES = {change.row: change for change in all_changes()}


def found(folder: Path, text: str, row: str) -> set[str]:
    minor = CHANGES[row].release.minor
    return ids(plan(folder, f"1.{minor}", start=f"1.{minor - 1}", mesh=text))


@pytest.mark.parametrize("row", ROWS)
def test_a_change_concerns_the_mesh_it_is_about(tmp_path: Path, row: str) -> None:
    assert row in found(tmp_path, ROWS[row][0], row)


@pytest.mark.parametrize("row", ROWS)
def test_a_change_leaves_the_neighbour_alone(tmp_path: Path, row: str) -> None:
    assert row not in found(tmp_path, ROWS[row][1], row)


@pytest.mark.parametrize("row", ROWS)
def test_a_change_is_no_news_where_it_is_passed(tmp_path: Path, row: str) -> None:
    minor = CHANGES[row].release.minor
    if minor > 20 and not CHANGES[row].pins:
        passed = plan(tmp_path, f"1.{minor}", start=f"1.{minor}", mesh=ROWS[row][0])
        assert row not in ids(passed)
    before = plan(tmp_path, f"1.{max(minor - 1, 20)}", start="1.19", mesh=ROWS[row][0])
    assert minor == 20 or row not in ids(before)


def test_every_change_has_its_meshes() -> None:
    # The mesh of 1_29-104 has more than 40,000 objects; test_standing makes one.
    assert set(ROWS) | {"1_29-104"} == set(CHANGES)


@pytest.mark.parametrize("change", CHANGES.values(), ids=lambda change: change.row)
def test_a_change_is_told_in_whole_sentences(change) -> None:
    assert (change.title[-1] != ".", change.effect[-1], change.fix[-1]) == (True, ".", ".")
    assert change.fix[0].isupper()
    assert change.source


def test_hints_fail_no_build() -> None:
    hints = [change for change in CHANGES.values() if change.kind == "hazard"]
    assert {change.severity for change in hints} == {Severity.INFO}
