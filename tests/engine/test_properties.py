"""What holds for every mesh, tried on random ones made of the rules' own cases."""

import copy
import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from meshctl.engine.objects import unwrap
from meshctl.engine.registry import load_all
from meshctl.engine.runner import run
from meshctl.mesh import Mesh
from meshctl.sources.documents import Document

CASES = Path(__file__).parents[1] / "rules"
WRONG = (None, True, 0, -1, 1.5, "", "x", "*", [], {}, [None], [[]], {"": None}, [{"": 1}], "\0")


def objects_of(file: Path) -> list[dict[str, Any]]:
    try:
        return [
            doc for doc in yaml.load_all(file.read_bytes(), yaml.CSafeLoader) if _is_object(doc)
        ]
    except (yaml.YAMLError, ValueError):
        return []  # cases about broken text


def _is_object(doc: object) -> bool:
    return isinstance(doc, dict) and "kind" in doc and "apiVersion" in doc


RULES = [rule for rule in load_all() if not rule.optional]
POOL = [objects for file in sorted(CASES.rglob("*.yaml")) if (objects := objects_of(file))]


def findings(objects: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Run the rules of every analysis; findings without places, which differ with the order."""
    documents = [Document(f"{n}.yaml", 1, "", data) for n, data in enumerate(objects)]
    outcomes = run(RULES, Mesh(tuple(unwrap(documents, "default"))))
    assert outcomes.crashes == []
    return sorted(
        (rule.id, found.ref.resource.title, found.message) for rule, found in outcomes.findings
    )


def paths_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path of a value, the value itself left out."""
    keys = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    return [found for key in keys for found in ((*path, key), *paths_of(value[key], (*path, key)))]


def mutate(objects: list[dict[str, Any]], chance: random.Random) -> None:
    """Put a value of a random type at a few random places, or take a field away."""
    for _ in range(chance.randint(1, 4)):
        target = chance.choice(objects)
        paths = [path for path in paths_of(target) if path[0] != "apiVersion"]
        if not paths:
            continue
        path = chance.choice(paths)
        parent = target
        for key in path[:-1]:
            parent = parent[key]
        if chance.random() < 0.2 and isinstance(parent, dict):
            del parent[path[-1]]
        else:
            parent[path[-1]] = copy.deepcopy(chance.choice(WRONG))


@pytest.fixture(autouse=True)
def _raise_on_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESHCTL_DEBUG", "1")


@given(st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_no_rule_raises_on_fields_of_any_type(chance: random.Random) -> None:
    objects = copy.deepcopy(chance.choice(POOL) + chance.choice(POOL))
    mutate(objects, chance)
    findings(objects)


@given(st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_findings_do_not_depend_on_the_order_of_documents(chance: random.Random) -> None:
    objects = _unique(chance.choice(POOL))
    shuffled = objects.copy()
    chance.shuffle(shuffled)
    assert findings(objects) == findings(shuffled)


def _unique(objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep one object of each identity: which of two counts does depend on the order."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for each_object in objects:
        meta = each_object.get("metadata") or {}
        identity = (
            each_object["apiVersion"].partition("/")[0],
            each_object["kind"],
            str(meta.get("namespace")),
        )
        found.setdefault((*identity, str(meta.get("name"))), each_object)
    return list(found.values())


@given(st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_no_rule_changes_a_resource(chance: random.Random) -> None:
    objects = copy.deepcopy(chance.choice(POOL))
    before = copy.deepcopy(objects)
    findings(objects)
    assert before == objects


@given(st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_an_unrelated_namespace_adds_no_finding(chance: random.Random) -> None:
    """Messages may change: a rule for the whole mesh counts what it breaks.

    What is said of the namespace itself, of a large mesh for one, is no finding of others.
    """
    objects = chance.choice(POOL)
    unrelated = [
        {"apiVersion": "v1", "kind": "Namespace",
         "metadata": {"name": "unrelated-to-all", "labels": {"istio-injection": "enabled"}}},
        {"apiVersion": "v1", "kind": "Service",
         "metadata": {"name": "lonely", "namespace": "unrelated-to-all"},
         "spec": {"selector": {"app": "lonely"}, "ports": [{"name": "http", "port": 80}]}},
        {"apiVersion": "apps/v1", "kind": "Deployment",
         "metadata": {"name": "lonely", "namespace": "unrelated-to-all"},
         "spec": {"template": {"metadata": {"labels": {"app": "lonely"}}, "spec": {"containers": [
             {"name": "main", "image": "example/lonely:1", "ports": [{"containerPort": 80}]}]}}}},
    ]  # fmt: skip
    before, after = findings(objects), findings([*objects, *unrelated])
    others = [found[:2] for found in after if "unrelated-to-all" not in found[1]]
    assert [found[:2] for found in before] == others
