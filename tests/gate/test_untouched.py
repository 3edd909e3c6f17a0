"""A rule that asks untouched parts of a mesh alone says the same without the objects that don't touch them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshctl.engine.analyze import load_mesh
from meshctl.engine.registry import load_for
from meshctl.gate.untouched import _UNTOUCHED, untouched
from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Outcome, Rule
from meshctl.settings import Settings
from meshctl.sources.loader import load

TESTS = Path(__file__).parents[1]
SHARES = 8
EVERY = 6
"""Of so many files with cases of rules one is looked at."""
MOST = 45
"""Objects of an input, above which leaving out each takes long."""
FILES = [
    *sorted((TESTS / "correct").rglob("*.yaml")),
    *sorted((TESTS / "rules").rglob("*.yaml"))[::EVERY],
]
OF_THE_OBJECT = frozenset({
    "verdict", "by_hand", "config", "is_whole", "knowledge", "knows", "has_controllers",
})  # fmt: skip
"""What follows from the object and from circumstances, which are compared here as well."""


class Noting:
    """A mesh that notes what it is asked for."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self.names: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.names.add(name)
        return getattr(self._mesh, name)


Answers = dict[tuple[str, Resource], tuple[list[Outcome], frozenset[str]]]


def answers(mesh: Mesh, rules: list[Rule]) -> Answers:
    """What each rule says of each object, and the parts of the mesh that it asked for it."""
    found: Answers = {}
    for rule in rules:
        for resource in mesh.judged(rule.on) if rule.on is not None and rule.check else ():
            noting = Noting(mesh)
            outcomes = list(rule.check(resource, noting))
            found[rule.id, resource] = outcomes, frozenset(noting.names - OF_THE_OBJECT)
    return found


def circumstances(mesh: Mesh) -> tuple[object, ...]:
    return mesh.config, mesh.knowledge, mesh.is_whole, mesh.has_controllers, mesh.knows.shown


def without_each(file: Path) -> Iterator[tuple[Resource, Mesh, Mesh]]:
    """Leave each object out of an input whose kind leaves parts untouched."""
    loaded = load([str(file)])
    whole = load_mesh(loaded, Settings(whole_mesh=True))
    for gone in whole.resources if len(whole.resources) <= MOST else ():
        rest = [resource for resource in whole.resources if resource is not gone]
        if untouched([gone]) and rest:
            mesh = Mesh(rest, is_whole=True, judge=whole.verdict)
            if circumstances(mesh) == circumstances(whole):
                yield gone, whole, mesh


@pytest.mark.parametrize("share", range(SHARES))
def test_untouched_parts_say_the_same(share: int) -> None:
    compared = 0
    for file in FILES[share::SHARES]:
        known: Answers | None = None
        for gone, whole, mesh in without_each(file):
            rules = [rule for rule in load_for(whole.resources) if rule.on is not None]
            known = answers(whole, rules) if known is None else known
            now = answers(mesh, rules)
            for key, (outcomes, asked) in known.items():
                if key[1] is not gone and asked and asked <= untouched([gone]):
                    compared += 1
                    said, _ = now.get(key, ([], frozenset()))
                    assert said == outcomes, f"{file.name}: {key[0]} without {gone.title}"
    assert compared


def test_every_part_is_one_of_the_mesh() -> None:
    assert all(hasattr(Mesh, part) for parts in _UNTOUCHED.values() for part in parts)


def test_several_kinds_leave_what_each_of_them_leaves(tmp_path: Path) -> None:
    several = [{"apiVersion": "v1", "kind": "Namespace"}, {"apiVersion": "v1", "kind": "Secret"},
               {"apiVersion": "networking.istio.io/v1", "kind": "Gateway"}]  # fmt: skip
    (tmp_path / "several.yaml").write_text(yaml.dump_all(several), encoding="utf-8")
    namespace, secret, gateway = load_mesh(load([str(tmp_path)]), Settings()).resources
    assert untouched([namespace, gateway]) == untouched([namespace]) < untouched([gateway])
    assert untouched([gateway, secret]) == untouched([secret]) == untouched([]) == frozenset()
