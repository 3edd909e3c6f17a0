"""What a change does to other objects: the same as in the whole mesh."""

import copy
import random
from collections import Counter
from collections.abc import Iterator

import pytest
from random_meshes import SETTINGS, crowded_mesh, live
from small_mesh import SHOP, asked, gate, snapshot

from meshctl.engine.deduplicate import counts, without_consequences
from meshctl.engine.live_overlay import overlay
from meshctl.engine.located.fingerprints import anchor_of_place
from meshctl.engine.runner import run
from meshctl.gate.changes import Change
from meshctl.gate.decision import Judge
from meshctl.gate.snapshot import Identity, Snapshot
from meshctl.resources import Resource
from meshctl.settings import Settings

LOUD = """
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: cart, namespace: shop}
spec: {selector: {matchLabels: {app: cart}}, mtls: {mode: STRICT}}
"""
OPEN = """
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: shop}
spec: {mtls: {mode: DISABLE}}
"""
SCOPED = """
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: cart, namespace: shop}
spec: {workloadSelector: {labels: {app: cart}}, egress: [{hosts: ["./*"]}]}
"""
SCOPED_AGAIN = """
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: v1, namespace: shop}
spec: {workloadSelector: {labels: {version: v1}}, egress: [{hosts: ["./*"]}]}
"""


@pytest.mark.parametrize(
    ("there", "new", "rule"),
    [
        (LOUD, OPEN, "peer-authentication/strict-below-disable"),
        (SCOPED, SCOPED_AGAIN, "sidecar/workload-of-several-sidecars"),
    ],
)
def test_what_holds_for_the_same_workloads_is_a_neighbour(there: str, new: str, rule: str) -> None:
    decision = gate(snapshot(f"{SHOP}---{there}")).decide(asked(new))
    told = {(one.found.rule, one.found.resource.name) for one in decision.added}
    assert (rule, "cart") in told


def test_a_change_tells_what_the_whole_mesh_tells() -> None:
    """What is missing is little, and told by the audit; what is told and isn't so is next to none."""
    said = Counter[str]()
    for seed in range(8):
        chance = random.Random(seed)
        resources = crowded_mesh(chance, 8)
        state = Snapshot(resources)
        judge = Judge(state, Settings(), budget=600)
        pool = [one for one in resources if one.kind not in SETTINGS]
        for one in chance.sample(pool, min(6, len(pool))):
            for change, before, after in changes(one, resources, chance):
                if change.before is None:
                    state.remove(Identity.of(one))
                verdict = judge.judge(change)
                if change.before is None:
                    state.put(one)
                if not verdict.unchecked:
                    here = Counter((each.found.rule, each.found.anchor) for each in verdict.added)
                    later = found(judge, after)
                    everywhere = later - found(judge, before)
                    said["both"] += (here & everywhere).total()
                    said["here"] += (here - later).total()
                    said["everywhere"] += (everywhere - here).total()
    assert said["both"] > 50
    assert said["here"] <= 0.03 * said["both"]
    assert said["everywhere"] <= 0.15 * said["both"]


def changes(
    one: Resource, resources: list[Resource], chance: random.Random
) -> Iterator[tuple[Change, list[Resource], list[Resource]]]:
    """Walk a new object, one that goes, and one that loses a field, with the meshes around them."""
    rest = [other for other in resources if other is not one]
    yield Change(None, one), rest, [*rest, one]
    yield Change(one, None), resources, rest
    data = copy.deepcopy(one.data)
    if isinstance(data.get("spec"), dict) and data["spec"]:
        del data["spec"][chance.choice(sorted(data["spec"]))]
        less = live(data)
        yield Change(one, less), resources, list(overlay(resources, (less,)))


def found(judge: Judge, resources: list[Resource]) -> Counter[tuple[str, str]]:
    outcomes = run(judge.parts.rules, judge.parts.whole(resources), about=resources)
    return Counter(
        (rule.id, anchor_of_place(finding.ref))
        for rule, finding in without_consequences(outcomes.findings)
        if counts(rule, finding, alone=False)
    )
