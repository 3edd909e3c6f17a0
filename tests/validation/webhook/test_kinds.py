"""Does the webhook answer to each kind as Istio's does, and at the right place?

``cases/<kind>.yaml`` has a valid spec (``base``) and cases that change it. ``set`` names places
below ``spec`` by path (``/metadata/...`` from the top; null removes), ``refuse`` and ``warn`` the
places of the answer with a part of its message; ``key@`` stands for the key instead of the value.
"""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshctl.resources import make_resource
from meshctl.resources.resource import Resource
from meshctl.sources.documents import Document
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.kinds import CHECKS, check

CASES = Path(__file__).parent / "cases"
TABLES = {file.stem: yaml.safe_load(file.read_text()) for file in sorted(CASES.glob("*.yaml"))}
ROWS = [
    pytest.param(table, row, id=f"{name}-{at}")
    for name, table in TABLES.items()
    for at, row in enumerate(table["cases"])
]


def put(data: Any, path: str, value: Any) -> None:
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("/"))
    for step in steps:
        data = data.setdefault(step, {}) if isinstance(data, dict) else data[step]
    if isinstance(data, list) and last == len(data):
        data.append(value)
    elif value is None and isinstance(data, dict):
        data.pop(last, None)
    else:
        data[last] = value


def resource_of(table: dict[str, Any], changes: dict[str, Any]) -> Resource:
    data = {
        "apiVersion": table["apiVersion"],
        "kind": table["kind"],
        "metadata": {"name": "shop", "namespace": "own"},
        "spec": deepcopy(table["base"]),
    }
    for path, value in changes.items():
        if path == ".":
            data["spec"] = value
        else:
            put(data, path[1:] if path.startswith("/") else f"spec/{path}", deepcopy(value))
    return make_resource(Document("shop.yaml", 1, "", data), data, (), "default")


def place_of(fault: Fault) -> str:
    below_spec = fault.path[:1] == ("spec",)
    path = "/".join(map(str, fault.path[below_spec:]))
    return (path if below_spec else f"/{path}") + ("@" if fault.key else "") or "."


def answers(faults: list[Fault], expected: dict[str, str]) -> dict[str, str]:
    """Write what was said at each place as the expectation does where it holds."""
    said: dict[str, str] = {}
    for fault in faults:
        place = place_of(fault)
        said[place] = f"{said[place]} | {fault.message}" if place in said else fault.message
    return {
        place: part if (part := expected.get(place)) and part in text else text
        for place, text in said.items()
    }


@pytest.mark.parametrize(("table", "row"), ROWS)
def test_answers(table: dict[str, Any], row: dict[str, Any]) -> None:
    faults = list(check(resource_of(table, row.get("set", {}))))
    refused = [fault for fault in faults if not fault.is_warning]
    warned = [fault for fault in faults if fault.is_warning]
    expected = {"refuse": {}, "warn": table.get("always", {})} | row
    assert (expected["refuse"], expected["warn"]) == (
        answers(refused, expected["refuse"]),
        answers(warned, expected["warn"]),
    )


@pytest.mark.parametrize("name", TABLES)
def test_base_is_accepted(name: str) -> None:
    table = TABLES[name]
    warned = table.get("always", {})
    faults = list(check(resource_of(table, {})))
    assert (warned, True) == (answers(faults, warned), all(fault.is_warning for fault in faults))


def test_every_kind_has_cases() -> None:
    assert sorted(name.rpartition(".")[2] for name in CHECKS.values()) == sorted(TABLES)
