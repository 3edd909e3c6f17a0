"""Are the tables of changes those that were gathered from Istio's sources?"""

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest

from meshctl.upgrades.catalog import all_changes
from meshctl.upgrades.facts import chart_values, profiles, variables

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("MESHCTL_SHARED", ROOT.parent / "shared")) / "data" / "upgrade"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is not here")


def read(name: str) -> Any:
    return json.loads((DATA / name).read_text())


def minor(release: str) -> int:
    named = {"release-1.31": "1.31", "HEAD": "1.32"}.get(release, release)
    return int(named.split(".")[1])


def test_every_row_of_the_table_is_a_change() -> None:
    rows = {
        row["id"]: row for row in csv.DictReader((DATA / "upgrade.csv").read_text().splitlines())
    }
    changes = {change.row: change for change in all_changes()}
    assert changes.keys() == rows.keys()
    kinds = {row: change.kind.value for row, change in changes.items()}
    assert kinds == {row: one["kind"] for row, one in rows.items()}
    areas = {row: change.area for row, change in changes.items()}
    assert areas == {row: one["area"] for row, one in rows.items()}


def test_every_variable_lives_as_long() -> None:
    rows = read("upgrade-envs.json")["names"]
    assert variables().keys() == rows.keys()
    gone = {name: one.gone.minor for name, one in variables().items() if one.gone is not None}
    assert gone == {name: minor(row["gone_in"]) for name, row in rows.items() if row.get("gone_in")}
    changed = {name: len(one.changed) + 1 for name, one in variables().items()}
    assert changed == {name: len(row["defaults"]) for name, row in rows.items()}


def test_every_value_goes_in_its_release() -> None:
    rows = {
        chart: {path: minor(row["gone_in"]) for path, row in values.items()}
        for chart, values in read("upgrade-values.json")["charts"].items()
        if values
    }
    found = {
        chart: {path: gone.minor for path, gone in values.items()}
        for chart, values in chart_values().items()
    }
    assert found == rows


def test_every_profile_is_offered_by_its_releases() -> None:
    rows = {
        name.replace("master", "1.32"): {*offers}
        for name, offers in read("upgrade-compat.json").items()
    }
    assert {branch: {*offers} for branch, offers in profiles().items()} == rows
