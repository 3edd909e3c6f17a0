"""No rule crashes on 2,400 real and damaged objects, nor when they are damaged further."""

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from meshctl.engine.objects import unwrap
from meshctl.engine.registry import load_all
from meshctl.engine.runner import run
from meshctl.mesh import Mesh
from meshctl.sources.documents import Document
from meshctl.validation.schemas import Schemas
from meshctl.validation.verdict import Judge

SHARED = Path(os.environ.get("MESHCTL_SHARED", Path(__file__).parents[3] / "shared"))
CORPUS = SHARED / "data" / "istio-validate" / "corpus.jsonl"
WRONG: tuple[Any, ...] = (None, True, 0, -1, 1.5, "", "x", [], {}, [None], [[]], {"": None})
AT_ONCE = 100
RULES = load_all()

pytestmark = pytest.mark.skipif(
    not CORPUS.is_file(), reason=f"the corpus of objects is not beside the project: {CORPUS}"
)


def corpus() -> list[dict[str, Any]]:
    if not CORPUS.is_file():
        return []
    return [json.loads(line)["doc"] for line in CORPUS.read_text().splitlines()]


def crashes(objects: list[dict[str, Any]], *, is_whole: bool) -> list[str]:
    documents = [Document(f"{n}.yaml", 1, "", data) for n, data in enumerate(objects)]
    resources = tuple(unwrap(documents, "default"))
    mesh = Mesh(resources, is_whole=is_whole, judge=Judge(Schemas()))
    outcomes = run(RULES, mesh)
    return [f"{rule.id}: {crash}: {resource.data}" for rule, resource, crash in outcomes.crashes]


def damage(value: Any, chance: random.Random) -> Any:
    """Copy a value with about one in twenty of its parts replaced by something else."""
    if chance.random() < 0.05:
        return chance.choice(WRONG)
    if isinstance(value, dict):
        return {key: damage(part, chance) for key, part in value.items()}
    if isinstance(value, list):
        return [damage(part, chance) for part in value]
    return value


@pytest.mark.parametrize("is_whole", [False, True])
def test_the_corpus_as_it_is(is_whole: bool) -> None:
    assert [] == crashes(corpus(), is_whole=is_whole)


@pytest.mark.parametrize("seed", range(6))
def test_the_corpus_damaged(seed: int) -> None:
    chance = random.Random(seed)
    objects = [
        {
            **item,
            "spec": damage(item.get("spec"), chance),
            "metadata": damage(item["metadata"], chance),
        }
        for item in corpus()
    ]
    chance.shuffle(objects)
    found = [
        crash
        for start in range(0, len(objects), AT_ONCE)
        for crash in crashes(objects[start : start + AT_ONCE], is_whole=seed % 2 == 0)
    ]
    assert [] == found
