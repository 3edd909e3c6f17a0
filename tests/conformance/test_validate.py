"""Does ``meshctl validate`` agree with a real API server with Istio's CRDs and webhook (1.31)?

The data are objects, real and mutated, with what the API server said to each. Agreement is printed
by kind, every floor only rises, and ``validate_disagreements.yaml`` gives the reason for each
object on which the two differ.
"""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshctl.engine.analyze import analyze
from meshctl.rules.api import Severity
from meshctl.settings import Settings
from meshctl.validation.crds import schema_files

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("MESHCTL_SHARED") or ROOT / "../shared")
CORPUS = SHARED / "data/istio-validate/corpus.jsonl"
CRDS = SHARED / "data/istio-crds"
REASONS = Path(__file__).parent / "validate_disagreements.yaml"
FLOOR = 1.0
"""Of every kind."""
SETTINGS = Settings(
    select=("document", "schema"), ignore=("document/duplicate-object",), alone=True
)

needs_data = pytest.mark.skipif(
    not CORPUS.is_file() or not CRDS.is_dir(),
    reason=f"the answers of an API server are not in {SHARED}: nothing was compared",
)


def judge(objects: list[dict[str, Any]], folder: Path) -> list[set[Severity]]:
    """Say which severities the findings of each object have."""
    file = folder / "objects.yaml"
    file.write_text("".join(f"---\n{json.dumps(each_object)}\n" for each_object in objects))
    found: list[set[Severity]] = [set() for _ in objects]
    for finding in analyze([str(file)], SETTINGS).findings:
        found[finding.location.line // 2 - 1].add(finding.severity)
    return found


def read_corpus() -> list[dict[str, Any]]:
    return [json.loads(line) for line in CORPUS.read_text().splitlines()]


@needs_data
def test_verdicts_agree_with_the_api_server(tmp_path, capsys) -> None:
    corpus = read_corpus()
    found = judge([item["doc"] for item in corpus], tmp_path)
    total, agreed, differ = Counter(), Counter(), []
    for entry, severities in zip(corpus, found, strict=True):
        total[entry["kind"]] += 1
        if entry["apiserver"]["ok"] == (Severity.ERROR not in severities):
            agreed[entry["kind"]] += 1
        else:
            differ.append(entry["id"])
    with capsys.disabled():
        print(f"\nvalidate agrees on {agreed.total()} of {total.total()}")  # noqa: T201 - the figures
        for kind in sorted(total):
            print(f"  {kind:<24} {agreed[kind]:>4} of {total[kind]:>4}")  # noqa: T201 - the figures
    assert sorted(yaml.safe_load(REASONS.read_text())) == sorted(differ)
    assert {} == {kind: agreed[kind] for kind in total if agreed[kind] / total[kind] < FLOOR}


@needs_data
def test_the_same_objects_get_warnings(tmp_path) -> None:
    corpus = [item for item in read_corpus() if item["apiserver"]["ok"]]
    found = judge([item["doc"] for item in corpus], tmp_path)
    expected = [item["id"] for item in corpus if item["apiserver"]["warnings"]]
    warned = {
        item["id"]
        for item, severities in zip(corpus, found, strict=True)
        if Severity.WARNING in severities
    }
    assert [] == [name for name in expected if name not in warned]
    assert len(expected) == len(warned)


@needs_data
def test_accepted_and_rejected_documents(tmp_path) -> None:
    documents = json.loads((CRDS / "accept-reject.json").read_text())
    found = judge([document["doc"] for document in documents], tmp_path)
    expected = [document["expect"] for document in documents]
    assert expected == ["reject" if Severity.ERROR in item else "accept" for item in found]


@needs_data
def test_schemas_are_those_of_the_crds() -> None:
    expected = dict(schema_files(str(CRDS / "crds.yaml")))
    actual = {
        file.name: json.loads(file.read_text())
        for file in (ROOT / "schemas" / "istio").glob("*.json")
    }
    assert expected == actual
