"""A neighbourhood decides all: what is found in it about an object is what the whole mesh says."""

import random
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_meshes import crowded_mesh, random_mesh
from small_mesh import SHOP, snapshot

from meshctl.engine.registry import load_all
from meshctl.engine.runner import run
from meshctl.gate.neighbourhood import TooLargeError, Walk
from meshctl.gate.partial_mesh import ASKED_OF_EVERYTHING
from meshctl.gate.snapshot import Identity, Snapshot
from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.validation.schemas import Schemas
from meshctl.validation.verdict import Judge

RULES = [
    rule for rule in load_all() if not rule.runs_when_named and rule.id not in ASKED_OF_EVERYTHING
]
JUDGE = Judge(Schemas(()), alone=False)


@pytest.fixture(autouse=True)
def _raise_on_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESHCTL_DEBUG", "1")


def found_about(mesh: Mesh, origin: Resource) -> Counter[tuple[object, ...]]:
    """The findings about an object, with all that they say."""
    return Counter(
        (
            rule.id, finding.severity, finding.ref.resource.title, finding.ref.path,
            finding.message, tuple(sorted(one.ref.resource.title for one in finding.related)),
        )
        for rule, finding in run(RULES, mesh, about=[origin]).findings
    )  # fmt: skip


@pytest.mark.parametrize("make", [random_mesh, crowded_mesh])
@given(st.randoms(use_true_random=False), st.sampled_from([2, 4, 8, 16]))
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_findings_about_an_object_are_those_of_the_whole_mesh(
    make: Callable[[random.Random, int], list[Resource]], chance: random.Random, cases: int
) -> None:
    resources = make(chance, cases)
    whole = Mesh(resources, is_whole=True, judge=JUDGE)
    state = Snapshot(resources)
    for origin in chance.sample(resources, min(5, len(resources))):
        walk = Walk(state, whole.config.root_namespace)
        walk.around(origin)
        walk.take_similar()
        part = state.in_order({**walk.found, origin: None})
        mesh = Mesh(part, whole.config, is_whole=True, judge=JUDGE)
        assert found_about(whole, origin) == found_about(mesh, origin), origin


@given(st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None)
def test_a_snapshot_is_what_it_would_be_if_it_were_made_anew(chance: random.Random) -> None:
    """Whatever comes and goes, in whatever order, leaves the same ties behind."""
    resources = random_mesh(chance, 4)
    state = Snapshot(resources)
    for one in chance.sample(resources, len(resources) // 2):
        state.remove(Identity.of(one))
    for one in chance.sample(resources, len(resources) // 2):
        state.put(one)
    new = Snapshot(list(state))
    assert set(new) == set(state)
    for origin in chance.sample(resources, min(4, len(resources))):
        walks = [Walk(one, "istio-system") for one in (state, new)]
        for walk in walks:
            walk.around(origin)
        assert set(walks[0].found) == set(walks[1].found)


KNATIVE = """
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: cart, namespace: shop}
spec:
  template: {spec: {containers: [{image: registry.test/cart}]}}
"""


def test_an_empty_snapshot_ties_nothing() -> None:
    state = snapshot(SHOP, KNATIVE)
    for one in list(state):
        state.remove(Identity.of(one))
    assert [0, {}, {}] == [len(state), state.in_namespace("shop"), state.named("cart.shop")]
    assert all(not table for table in state.tables)


def test_what_is_too_large_is_said() -> None:
    state = snapshot(SHOP)
    with pytest.raises(TooLargeError):
        Walk(state, "istio-system", most=2).around(next(iter(state)))
