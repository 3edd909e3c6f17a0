"""A clause of a ProxyConfig that is called dead changes no proxy, and one that nothing is said of changes some.

Random ProxyConfigs of the root namespace, of a namespace and of some of its workloads, beside the annotation of a pod.
What is asked is what the proxy of each workload is set to: threads, image and variables.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from clause_effects import Clause, Example, Kind, some_of
from gateway_meshes import pods, thing
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.resources import ProxyConfig

ROOT = "istio-system"
INJECTED = {"sidecar.istio.io/inject": "true"}
SELECTORS = (
    None, {}, {"matchLabels": {}}, {"matchLabels": {"app": "tea"}}, {"matchLabels": {"tier": "web"}},
    {"matchLabels": {"app": "nobody"}}, {"matchLabels": {"app": "bare"}},
)  # fmt: skip
PARTS = {
    "concurrency": (0, 2, 4),
    "image": ({"imageType": "debug"}, {"imageType": "distroless"}),
    "environmentVariables": ({"A": "1"}, {"A": "2", "B": "1"}),
}
DEAD = {
    "proxy-config/second-one-ignored", "proxy-config/selector-without-labels",
    "resource/selects-no-workload",
}  # fmt: skip


def namespace(name: str) -> Any:
    return thing("Namespace", f"/{name}", None, group="v1")


def annotated(name: str, config: str, **labels: str) -> Any:
    metadata = {"labels": INJECTED | labels, "annotations": {"proxy.istio.io/config": config}}
    spec = {"template": {"metadata": metadata, "spec": {}}}
    return thing("Deployment", name, spec, group="apps/v1")


GROUND = (
    namespace("shop"), namespace("attic"), namespace(ROOT),
    pods("shop/tea", {"app": "tea", "tier": "web", **INJECTED}), pods("shop/plain", {"app": "plain", **INJECTED}),
    annotated("shop/milk", "concurrency: 7\nproxyMetadata: {A: own}", app="milk", tier="web"),
    pods("shop/bare", {"app": "bare"}), pods("attic/box", {"app": "box", **INJECTED}),
)  # fmt: skip


def answers(one: Mesh) -> dict[str, Any]:
    """What each proxy is set to, by the names of the workloads; pods outside the mesh have none."""
    return {
        workload.key_name: one.injection.proxy_configs.settings(workload)
        for workload in one.workloads
        if one.workloads.membership(workload).has_proxy
    }


DEFAULT = {"defaultConfig": {"concurrency": 3, "proxyMetadata": {"B": "default"}}}
KIND = Kind(GROUND, answers, ("proxy_config", "resource"), MeshConfig.parse(DEFAULT))


@strategies.composite
def configs(draw: Any, number: int) -> Any:
    several = {key: strategies.sampled_from(values) for key, values in PARTS.items()}
    spec = draw(strategies.fixed_dictionaries({}, optional=several).filter(bool))
    selector = draw(strategies.sampled_from(SELECTORS))
    spec |= {} if selector is None else {"selector": selector}
    home = draw(strategies.sampled_from([ROOT, "shop", "shop"]))
    age = f"2026-01-01T00:00:{number:02}Z"
    metadata = {"name": f"p{number}", "namespace": home, "creationTimestamp": age}
    group = "networking.istio.io/v1beta1"
    return {"apiVersion": group, "kind": "ProxyConfig", "metadata": metadata, "spec": spec}


def several(most: int) -> Any:
    return some_of(configs, most).map(lambda found: Example(KIND, found))


def set_by(one: Example) -> Iterator[Clause]:
    """What each ProxyConfig sets, variable by variable."""
    for number, manifest in enumerate(one.manifests):
        for key in PARTS.keys() & manifest["spec"].keys():
            own = Clause(number, ("spec", key))
            variables = manifest["spec"][key] if key == "environmentVariables" else ()
            yield from (own.below(name) for name in variables) if variables else (own,)


def is_overridden(one: Example, clause: Clause) -> bool:
    """Does no proxy get it, since narrower ones or annotations set the same for all of them?"""
    config = one.objects[clause.number]
    assert isinstance(config, ProxyConfig)
    key = ".".join(map(str, clause.path[1:]))
    found = one.mesh.injection.proxy_configs
    held = [
        workload
        for workload in one.mesh.workloads
        if workload.key_name in one.answers and config in found.of(workload)
    ]
    return bool(held) and all(
        one.answers[workload.key_name][key] != one.value(clause) for workload in held
    )


@settings(max_examples=150)
@given(several(4))
def test_a_proxy_config_that_is_called_dead_changes_no_proxy(one) -> None:
    """A second one is ignored by the first workload that the message names, and may hold for others."""
    for said in one.said:
        if said.rule in DEAD:
            found = one.without(Clause(said.clause.number)).answers
            text = said.finding.message
            names = [name for name in one.answers if text.startswith(f"Deployment {name} is")]
            for name in names or one.answers:
                assert one.answers[name] == found[name]


@settings(max_examples=150)
@given(several(4))
def test_what_nothing_is_said_of_is_set(one) -> None:
    """But where a narrower one sets the same for all workloads that there are yet."""
    for clause in set_by(one):
        is_said = any(said.clause.number == clause.number for said in one.said)
        other = {"imageType": "other"} if clause.path[1] == "image" else "77"
        assert is_said or is_overridden(one, clause) or one.differs(clause, other)


@pytest.mark.parametrize(("home", "name"), [("shop", "shop/tea"), (ROOT, "attic/box")])
def test_a_wider_one_holds_where_no_narrower_one_sets_the_same(home, name) -> None:
    metadata = {"name": "p", "namespace": home}
    group = "networking.istio.io/v1beta1"
    spec = {"concurrency": 5, "environmentVariables": {"A": "1"}}
    written = {"apiVersion": group, "kind": "ProxyConfig", "metadata": metadata, "spec": spec}
    found = Example(KIND, [written]).answers
    expected = {
        "concurrency": 5,
        "environmentVariables.A": "1",
        "environmentVariables.B": "default",
    }
    assert expected == found[name]
    assert found["shop/milk"] == expected | {"concurrency": 7, "environmentVariables.A": "own"}
