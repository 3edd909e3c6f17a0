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
SETTINGS = frozenset({"ConfigMap", "IstioOperator"})


def objects_of(file: Path) -> list[dict[str, Any]]:
    try:
        found = list(yaml.load_all(file.read_bytes(), yaml.CSafeLoader))
    except (yaml.YAMLError, ValueError):
        return []  # cases about broken text
    # As an API server would send them: all keys are texts.
    return [json.loads(json.dumps(one, default=str)) for one in found if is_object(one)]


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
    any_word = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    pattern = re.compile(rf"(?<![\w-])({any_word})(?![\w-])")
    return [renamed(one, pattern, number) for one in objects]


def renamed(value: Any, pattern: re.Pattern[str], number: int) -> Any:
    if isinstance(value, str):
        return pattern.sub(lambda found: f"{found[1]}-{number}", value)
    if isinstance(value, dict):
        return {key: renamed(part, pattern, number) for key, part in value.items()}
    if isinstance(value, list):
        return [renamed(part, pattern, number) for part in value]
    return value
