"""Random live meshes, made of the cases of the rules, each in namespaces of its own or not."""

import copy
import json
import random
import re
from pathlib import Path
from typing import Any

import yaml

from meshctl.cluster.snapshot import document_of
from meshctl.gate.snapshot import Identity
from meshctl.resources import Resource, make_resource

CASES = Path(__file__).parents[1] / "rules"
SHARED = frozenset({"istio-system", "kube-system"})
LONGEST = 100_000
"""Characters of a case that is taken."""
SETTINGS = frozenset({"ConfigMap", "IstioOperator"})


def objects_of(file: Path) -> list[dict[str, Any]]:
    try:
        found = list(yaml.load_all(file.read_bytes(), yaml.CSafeLoader))
    except (yaml.YAMLError, ValueError):
        return []  # cases about broken text
    # As an API server would send them: all keys are texts.
    texts = [json.dumps(one, default=str) for one in found if is_object(one)]
    # Aliases may say something a million times, which makes every test here slow and proves nothing.
    return [json.loads(text) for text in texts] if sum(map(len, texts)) < LONGEST else []


def is_object(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("apiVersion"), str):
        return False
    meta, kind = value.get("metadata"), value.get("kind")
    is_one = isinstance(kind, str) and not kind.endswith("List")
    return is_one and isinstance(meta, dict) and isinstance(meta.get("name"), str)


POOL = [objects for file in sorted(CASES.rglob("*.yaml")) if (objects := objects_of(file))]


def random_mesh(chance: random.Random, cases: int) -> list[Resource]:
    """Put cases together; every fourth shares its namespaces with the others."""
    found: dict[Identity, Resource] = {}
    for number in range(cases):
        objects = copy.deepcopy(chance.choice(POOL))
        if number % 4:
            objects = moved(objects, number)
        for data in objects:
            if data["kind"] not in SETTINGS or not number:
                one = live(data)
                found.setdefault(Identity.of(one), one)
    return list(found.values())


def crowded_mesh(chance: random.Random, cases: int) -> list[Resource]:
    """Put a namespace of each case into one, and most of the objects under names of their own."""
    found: dict[Identity, Resource] = {}
    for number in range(cases):
        objects = copy.deepcopy(chance.choice(POOL))
        words = crowding(objects, chance, number)
        for data in reworded(objects, words):
            if data["kind"] not in SETTINGS or not number:
                one = live(data)
                found.setdefault(Identity.of(one), one)
    return list(found.values())


def crowding(objects: list[dict[str, Any]], chance: random.Random, number: int) -> dict[str, str]:
    """Say how names are to be written; every third case keeps those of its objects."""
    for one in objects:
        one["metadata"].setdefault("namespace", "default")
    named = [one for one in objects if one["metadata"]["namespace"] not in {*SHARED, ""}]
    homes = {home for one in named if isinstance(home := one["metadata"]["namespace"], str)}
    if not homes:
        return {}
    names = {
        one["metadata"]["name"] for one in named if one["kind"] not in {*SETTINGS, "Namespace"}
    }
    own = (
        {name: f"{name}-{number}" for name in names - homes - SHARED if name} if number % 3 else {}
    )
    return {**own, chance.choice(sorted(homes)): "crowd"}


def live(data: dict[str, Any]) -> Resource:
    document = document_of("test", data)
    return make_resource(document, document.data, (), "default")


def moved(objects: list[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    """Give the namespaces of a case other names, wherever they stand."""
    for one in objects:
        one["metadata"].setdefault("namespace", "default")
    names = {one["metadata"]["namespace"] for one in objects}
    names |= {one["metadata"]["name"] for one in objects if one["kind"] == "Namespace"}
    words = {name for name in names if isinstance(name, str) and name} - SHARED
    if not words:
        return objects
    return reworded(objects, {word: f"{word}-{number}" for word in words})


def reworded(objects: list[dict[str, Any]], words: dict[str, str]) -> list[dict[str, Any]]:
    """Write words otherwise, wherever they stand as such in texts."""
    any_word = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    pattern = re.compile(rf"(?<![\w-])({any_word})(?![\w-])")
    return [renamed(one, pattern, words) for one in objects] if words else objects


def renamed(value: Any, pattern: re.Pattern[str], words: dict[str, str]) -> Any:
    if isinstance(value, str):
        return pattern.sub(lambda found: words[found[1]], value)
    if isinstance(value, dict):
        return {key: renamed(part, pattern, words) for key, part in value.items()}
    if isinstance(value, list):
        return [renamed(part, pattern, words) for part in value]
    return value
