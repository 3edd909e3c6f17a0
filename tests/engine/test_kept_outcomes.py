"""What a rule asked of the mesh tells whether it has to be asked again."""

from collections.abc import Iterator

import pytest

from meshctl.engine.runner import run
from meshctl.engine.workspaces.kept_outcomes import KeptOutcomes
from meshctl.mesh import Mesh
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.resources import Resource, Service
from meshctl.rules.api import Finding, Outcome, Rule, Severity
from tests.crowds import things
from tests.gate.random_meshes import live


class Asked:
    """Rules that look further and further, and note what they are asked about."""

    def __init__(self) -> None:
        self.of: dict[str, list[str]] = {"alone": [], "settings": [], "others": []}
        self.rules = [
            Rule(name, Service, Severity.INFO, (), "", "", getattr(self, name)) for name in self.of
        ]

    def alone(self, service: Service, _mesh: Mesh) -> Iterator[Outcome]:
        self.of["alone"].append(service.name)
        yield Finding(service.at("kind"), service.name)

    def settings(self, service: Service, mesh: Mesh) -> Iterator[Outcome]:
        self.of["settings"].append(service.name)
        if service.name != "plain":
            yield Finding(service.at("kind"), mesh.config.domain)

    def others(self, service: Service, mesh: Mesh) -> Iterator[Outcome]:
        self.of["others"].append(service.name)
        if service.name != "plain":
            yield Finding(service.at("kind"), str(len(mesh.resources)))


def service(name: str) -> Resource:
    return live(things.service(name, "shop"))


@pytest.mark.parametrize(
    ("config", "again"),
    [
        (MeshConfig(), {"alone": ["new"], "settings": ["new"], "others": ["cart", "new"]}),
        (
            MeshConfig(domain="other"),
            {"alone": ["new"], "settings": ["cart", "new"], "others": ["cart", "new"]},
        ),
    ],
)
def test_rules_are_asked_again_about_what_they_asked_the_mesh_for(
    config: MeshConfig, again: dict[str, list[str]]
) -> None:
    cart, plain, old, new = (service(name) for name in ("cart", "plain", "old", "new"))
    kept, asked = KeptOutcomes(), Asked()
    meshes = (
        Mesh([cart, plain, old], MeshConfig(), is_whole=True),
        Mesh([cart, plain, new], config, is_whole=True),
    )
    for mesh in meshes:
        for names in asked.of.values():
            names.clear()
        asking = kept.begin(asked.rules, mesh)
        asking.ask(asking.resources, lambda: None)
        kept.end(asking)
    assert asked.of == again
    assert asking.outcomes() == run(asked.rules, meshes[1])


def test_findings_that_are_said_again_stay_the_same_ones() -> None:
    cart, old, new = (service(name) for name in ("cart", "old", "new"))
    kept, asked = KeptOutcomes(), Asked()
    found = []
    for resources in ([cart, old], [cart, new]):
        asking = kept.begin(asked.rules, Mesh(resources, is_whole=True))
        asking.ask(asking.resources, lambda: None)
        kept.end(asking)
        found.append([one for _, one in asking.outcomes().findings if one.ref.resource is cart])
    assert [old is new for old, new in zip(*found, strict=True)] == [True] * 3


def test_what_controllers_made_is_gone_with_them() -> None:
    canary = live({
        "apiVersion": "flagger.app/v1beta1", "kind": "Canary",
        "metadata": {"name": "cart", "namespace": "shop"},
        "spec": {
            "targetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "cart"},
            "service": {"port": 80},
        },
    })  # fmt: skip
    rule = Rule("alone", Resource, Severity.INFO, (), "", "", Asked().alone)
    kept = KeptOutcomes()
    for resources in ([canary], [canary, service("till")], [service("till")]):
        mesh = Mesh(resources, is_whole=True)
        asking = kept.begin([rule], mesh)
        asking.ask(asking.resources, lambda: None)
        kept.end(asking)
        assert asking.outcomes() == run([rule], mesh)
