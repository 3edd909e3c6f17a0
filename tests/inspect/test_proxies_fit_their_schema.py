"""What ``proxy-status`` writes as JSON is what its schema describes."""

import json
from pathlib import Path
from typing import Any

import jsonschema  # noqa: TID253 - the second opinion on our own schemas
import pytest
from syncz import answer, entry, not_sent, rejected, stale, synced

from meshctl.cluster.istiod import IstiodAnswer
from meshctl.inspect.proxies.config_diff import SectionDiff
from meshctl.inspect.proxies.sync import read_answers
from meshctl.output.proxies.form import config_form, rows

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "schemas/proxy-status-v1.json").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def found() -> list[dict[str, Any]]:
    istiods = [
        answer(
            entry("a.shop", CDS=synced(), LDS=rejected()),
            entry("b.shop", CDS=not_sent(), LDS=stale()),
            entry("z.shop", kind="ztunnel", WDS=synced()),
        ),
        IstiodAnswer("istiod-b", error="it took too long"),
    ]
    known = read_answers(istiods)
    return list(rows(known.proxies, known.silent))


def test_rows_of_proxies_and_silent_istiods(found: list[dict[str, Any]]) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(found, SCHEMA)
    assert [row["error"] for row in found] == [None, None, None, "it took too long"]


def test_differences_of_one_proxy(found: list[dict[str, Any]]) -> None:
    parts = [
        SectionDiff("clusters", 3, ["a"], [], {"b": ["- x", "+ y"]}),
        SectionDiff("routes", None, [], [], {}),
    ]
    jsonschema.validate([{**found[0], "config": config_form(parts)}], SCHEMA)
    jsonschema.validate([{**found[2], "config": config_form(None)}], SCHEMA)


@pytest.mark.parametrize(
    "wrong", [{"status": "FINE"}, {"stranger": 1}, {"config": {"clusters": {}}}, {"types": None}]
)
def test_other_rows_are_refused(found: list[dict[str, Any]], wrong: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate([{**found[0], **wrong}], SCHEMA)
