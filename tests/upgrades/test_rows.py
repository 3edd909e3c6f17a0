"""Does each change concern the mesh that it should, and leave the one like it alone?"""

from pathlib import Path

import pytest
import rows_to_1_22

from meshctl.inspect.upgrade.answer import Way, plan_upgrade
from meshctl.inspect.upgrade.plan import UpgradePlan
from meshctl.settings import Settings
from meshctl.sources.loader import load
from meshctl.upgrades.catalog import all_changes
from meshctl.upgrades.release import Release

ROWS = {**rows_to_1_22.ROWS}
CHANGES = {change.row: change for change in all_changes()}


def planned(folder: Path, text: str, row: str) -> UpgradePlan:
    (folder / "mesh.yaml").write_text(text)
    minor = CHANGES[row].release.minor
    way = Way(Release(minor - 1), Release(minor))
    return plan_upgrade(load([str(folder)], with_others=True), None, Settings(), way)


def found(plan: UpgradePlan) -> set[str]:
    return {finding.rule.partition("/")[2] for finding in plan.report.findings}


@pytest.mark.parametrize("row", ROWS)
def test_a_change_concerns_the_mesh_it_is_about(tmp_path: Path, row: str) -> None:
    assert row in found(planned(tmp_path, ROWS[row][0], row))


@pytest.mark.parametrize("row", ROWS)
def test_a_change_leaves_the_neighbour_alone(tmp_path: Path, row: str) -> None:
    assert row not in found(planned(tmp_path, ROWS[row][1], row))
