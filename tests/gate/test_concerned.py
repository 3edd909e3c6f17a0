"""What rules said is kept where nothing has changed it: whatever is edited, the rest holds still."""

import copy
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from random_meshes import POOL, SHARED, is_object, live, random_mesh

from meshctl.engine.registry import load_all
from meshctl.engine.runner import Outcomes, run
from meshctl.engine.workspaces.kept_outcomes import Asking, KeptOutcomes
from meshctl.gate.concerned import Ties
from meshctl.gate.snapshot import Identity
from meshctl.istio.kind_names import CLUSTER_SCOPED
from meshctl.mesh import Mesh
from meshctl.resources import Ref, Resource
from meshctl.validation.faults import Verdict
from meshctl.validation.schemas import Schemas
from meshctl.validation.verdict import Judge
from tests.crowds import crowds, things

RULES = [rule for rule in load_all() if not rule.runs_when_named and rule.check is not None]
JUDGE = Judge(Schemas(()), alone=False)
EDITS = 5
INJECTED = {"istio-injection": "enabled"}
LABELS = (
    ("istio-injection", "enabled"), ("istio-injection", "disabled"), ("istio.io/rev", "canary"),
    ("istio.io/dataplane-mode", "ambient"), ("istio.io/use-waypoint", "waypoint"),
    ("sidecar.istio.io/inject", "false"), ("app", "cart"), ("version", "v2"), ("team", "shop"),
)  # fmt: skip
"""What objects are labelled with, beside what others in their mesh are."""
TIED = frozenset({
    "VirtualService", "DestinationRule", "ServiceEntry", "Service", "Deployment", "Gateway",
    "PeerAuthentication", "AuthorizationPolicy", "Namespace", "HTTPRoute", "RequestAuthentication",
    "Sidecar", "Telemetry", "EnvoyFilter", "WorkloadEntry", "Pod", "Secret", "WasmPlugin",
})  # fmt: skip
"""Kinds whose edits rarely concern everything, so that they are edited more often."""


@pytest.fixture(autouse=True)
def _raise_on_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESHCTL_DEBUG", "1")


def judge() -> Callable[[Resource], Verdict]:
    """Judge each object once."""
    known: dict[Resource, Verdict] = {}

    def verdict(resource: Resource) -> Verdict:
        if resource not in known:
            known[resource] = JUDGE(resource)
        return known[resource]

    return verdict


def said(outcomes: Outcomes) -> list[object]:
    """All that rules said, in order."""

    def place(ref: Ref) -> tuple[object, ...]:
        return ref.resource, ref.path, ref.key

    return [
        *(
            (
                rule.id, place(found.ref), found.message, found.severity, found.fix, found.is_safe,
                [(place(one.ref), one.message) for one in found.related],
                [(place(one.ref), one.action, one.value) for one in found.edits],
            )
            for rule, found in outcomes.findings
        ),
        sorted(outcomes.not_checked),
    ]  # fmt: skip


def values(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Walk all that an object says, with where it stands."""
    if path and path[0] not in {"apiVersion", "kind"}:
        yield path, value
    parts = value.items() if isinstance(value, dict) else ()
    for key, part in enumerate(value) if isinstance(value, list) else parts:
        yield from values(part, (*path, key))


def field(path: Sequence[Any]) -> str:
    return next(key for key in reversed(path) if isinstance(key, str))


def edited(one: Resource, mesh: Sequence[Resource], chance: random.Random) -> dict[str, Any]:
    """Change a label, or one value of an object, often to one that others have in such a field."""
    data = json.loads(json.dumps(one.data))
    if chance.random() < 0.2 and isinstance(data["metadata"].get("labels") or {}, dict):
        labelled(data["metadata"], chance.choice(mesh).labels, chance)
        return data
    path, value = chance.choice([*values(data)])
    if path[0] == "metadata" and chance.random() < 0.8:
        path, value = chance.choice([*values(data)])
    holder = data
    for key in path[:-1]:
        holder = holder[key]
    like = [
        other
        for resource in mesh
        for there, other in values(resource.data)
        if field(there) == field(path) and isinstance(other, type(value))
    ]
    match chance.randrange(5):
        case 0:
            del holder[path[-1]]
        case 1 if isinstance(holder, list):
            holder.insert(path[-1], copy.deepcopy(value))
        case 2 if isinstance(value, str):
            holder[path[-1]] = value + chance.choice(("x", "-2", ".", "*"))
        case _:
            holder[path[-1]] = copy.deepcopy(chance.choice(like))
    return data


def labelled(about: dict[str, Any], like: Mapping[str, str], chance: random.Random) -> None:
    """Set or take away a label."""
    key, value = chance.choice([*LABELS, *like.items()])
    labels = about["labels"] = dict(about.get("labels") or {})
    if labels.get(key) == value:
        del labels[key]
    else:
        labels[key] = value


def after(mesh: Sequence[Resource], chance: random.Random) -> list[Resource]:
    """Edit, take away, double or add an object."""
    if not mesh:
        return random_mesh(chance, 1)
    found = [*mesh]
    tied = [place for place, one in enumerate(mesh) if one.kind in TIED]
    place = chance.choice(tied or range(len(mesh)))
    if chance.random() < 0.2:
        place = chance.randrange(len(mesh))
    match chance.randrange(8):
        case 0 if len(found) > 1:
            del found[place]
        case 1:
            found.insert(place, live(json.loads(json.dumps(found[place].data))))
        case 2:
            found += random_mesh(chance, 1)
        case _:
            data = edited(found[place], mesh, chance)
            if is_object(data):
                found[place] = live(data)
    return found


def scattered(objects: list[dict[str, Any]], chance: random.Random) -> list[dict[str, Any]]:
    """Move some objects of a case to a namespace of their own, and what names them with them."""
    objects = copy.deepcopy(objects)
    names: dict[str, tuple[str, str]] = {}
    for one in objects:
        meta = one["metadata"]
        if one["kind"] not in CLUSTER_SCOPED:
            meta.setdefault("namespace", "default")
            if chance.random() < 0.4 and meta["namespace"] not in SHARED:
                meta["namespace"] = f"{meta['namespace']}-far"
            names[meta["name"]] = one["kind"], meta["namespace"]
    homes = {home for _, home in names.values() if home.endswith("-far")}
    declared = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": home, "labels": INJECTED}}
        for home in sorted(homes)
        if chance.random() < 0.5
    ]
    return [*declared, *(renamed(one, one["metadata"].get("namespace"), names) for one in objects)]


def renamed(value: Any, home: str, names: dict[str, tuple[str, str]]) -> Any:
    """Write the names of Services and Gateways as they are written in another namespace."""
    if isinstance(value, dict):
        kept = {"metadata", "labels", "matchLabels", "selector", "kind", "apiVersion"}
        return {
            key: part if key in kept else renamed(part, home, names) for key, part in value.items()
        }
    if isinstance(value, list):
        return [renamed(part, home, names) for part in value]
    match names.get(value) if isinstance(value, str) else None:
        case ("Service", there) if there != home:
            return f"{value}.{there}.svc.cluster.local"
        case ("Gateway", there) if there != home:
            return f"{there}/{value}"
    return value


def asked(kept: KeptOutcomes, mesh: Mesh) -> Asking:
    asking = kept.begin(RULES, mesh)
    asking.ask(asking.resources, lambda: None)
    kept.end(asking)
    return asking


def hold(resources: list[Resource], chance: random.Random) -> None:
    """Edit a mesh several times, and hold what is kept against what is asked anew."""
    kept = KeptOutcomes(Ties() if chance.random() < 0.8 else None)
    is_whole = chance.random() < 0.6
    verdict = judge()
    for _ in range(EDITS):
        mesh = Mesh(resources, is_whole=is_whole, judge=verdict)
        assert said(asked(kept, mesh).outcomes()) == said(run(RULES, mesh))
        resources = after(resources, chance)


def hold_each(resources: list[Resource], chance: random.Random) -> int:
    """Take away and edit each object of a mesh, and say how often not all was asked again."""
    verdict = judge()
    kept = KeptOutcomes(Ties())
    mesh = Mesh(resources, is_whole=True, judge=verdict)
    base = said(run(RULES, mesh))
    taken_over = 0
    for place, one in enumerate(resources):
        for number in range(EDITS):
            assert said(asked(kept, mesh).outcomes()) == base
            data = edited(one, resources, chance) if number else None
            new = [live(data)] if data is not None and is_object(data) else []
            other = Mesh(
                [*resources[:place], *new, *resources[place + 1 :]], is_whole=True, judge=verdict
            )
            asking = asked(kept, other)
            if len(asking.resources) < len(other.resources):
                taken_over += 1
                assert said(asking.outcomes()) == said(run(RULES, other)), (one, number)
    return taken_over


def test_each_edit_of_a_case_concerns_no_more_than_is_asked_again() -> None:
    taken_over = []

    @given(st.integers(0, 10**6))
    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
    def hold_some(seed: int) -> None:
        chance = random.Random(seed)
        for objects in chance.sample(POOL, 10):
            resources: dict[Identity, Resource] = {}
            for data in scattered(objects, chance):
                one = live(data)
                resources.setdefault(Identity.of(one), one)
            taken_over.append(hold_each([*resources.values()], chance))

    hold_some()
    assert sum(taken_over)  # of all examples: in a few everything may be asked again


@given(st.integers(0, 10**6), st.sampled_from([2, 5, 8]))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_edits_concern_no_more_than_is_asked_again(seed: int, cases: int) -> None:
    chance = random.Random(seed)
    hold(random_mesh(chance, cases), chance)


@given(st.integers(0, 10**6), st.sampled_from(sorted(crowds.CROWDS)))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_edits_in_a_crowd_concern_no_more_than_is_asked_again(seed: int, name: str) -> None:
    chance = random.Random(seed)
    objects = yaml.safe_load_all(crowds.text(name, 5))
    hold([live(one) for one in objects if is_object(one)], chance)


def test_most_edits_concern_a_part_of_the_mesh() -> None:
    chance = random.Random(1)
    shares = []
    for _ in range(80):
        resources = random_mesh(chance, 8)
        ties = Ties()
        mesh = Mesh(resources, is_whole=True)
        origin = chance.choice([one for one in resources if one.kind in TIED] or resources)
        ties.keep(resources)
        found = ties.concerned(mesh, {origin, live(json.loads(json.dumps(origin.data)))})
        shares.append(1.0 if found is None else len(found) / len(resources))
    assert sum(share < 0.7 for share in shares) > len(shares) / 2


@pytest.mark.parametrize("edit", ["hostNetwork", "away"])
def test_the_last_sidecar_of_a_namespace_concerns_all(edit: str) -> None:
    labels = {"app": "cart", "sidecar.istio.io/inject": "true"}
    cart = things.workload("cart", "shop", **labels)
    others = [things.workload(f"till-{one}", "bank", **labels) for one in range(3)]
    before = [live(one) for one in (cart, *others)]
    changed = copy.deepcopy(cart)
    changed["spec"]["template"]["spec"]["hostNetwork"] = True
    after = [*([live(changed)] if edit == "hostNetwork" else []), *before[1:]]
    ties = Ties()
    ties.keep(before)
    assert ties.concerned(Mesh(after, is_whole=True), {*before} ^ {*after}) is None
    there = Mesh(before[:-1], is_whole=True)
    assert ties.concerned(there, {before[-1]}) is not None


def objects(text: str) -> list[Resource]:
    return [live(one) for one in yaml.safe_load_all(text)]


def test_a_secret_concerns_whoever_looks_for_it_elsewhere() -> None:
    gateway, secret, other = objects("""\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: entry, namespace: shop}
spec:
  servers: [{hosts: [a.example], tls: {mode: SIMPLE, credentialName: pair}}]
---
apiVersion: v1
kind: Secret
metadata: {name: pair, namespace: bank, annotations: {mirrored: "true"}}
---
apiVersion: v1
kind: Secret
metadata: {name: pair, namespace: bank}
""")
    ties = Ties()
    ties.keep([gateway, secret])
    found = ties.concerned(Mesh([gateway, other], is_whole=True), {secret, other})
    assert found is not None
    assert gateway in found


def test_a_label_of_a_namespace_concerns_ingresses_and_not_other_namespaces() -> None:
    ingress, pods, home, renamed, far = objects("""\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web, namespace: shop}
spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: controller, namespace: edge}
spec: {template: {metadata: {labels: {app: nginx}}}}
---
apiVersion: v1
kind: Namespace
metadata: {name: edge, labels: {team: a}}
---
apiVersion: v1
kind: Namespace
metadata: {name: edge, labels: {team: b}}
---
apiVersion: v1
kind: Service
metadata: {name: till, namespace: bank}
spec: {ports: [{port: 80}]}
""")
    ties = Ties()
    ties.keep([ingress, pods, home, far])
    found = ties.concerned(Mesh([ingress, pods, renamed, far], is_whole=True), {home, renamed})
    assert found is not None
    assert {ingress, pods, renamed} <= found
    assert far not in found


def test_labels_of_a_pod_concern_who_picks_them_in_another_namespace() -> None:
    plugin, before, after = objects("""\
apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata: {name: filter, namespace: shop}
spec: {selector: {matchLabels: {app: cart}}}
---
apiVersion: v1
kind: Pod
metadata: {name: cart-1, namespace: bank, labels: {app: cart}}
---
apiVersion: v1
kind: Pod
metadata: {name: cart-1, namespace: bank, labels: {app: till}}
""")
    ties = Ties()
    ties.keep([plugin, before])
    found = ties.concerned(Mesh([plugin, after], is_whole=True), {before, after})
    assert found is not None
    assert plugin in found


def test_who_misspells_a_namespace_is_asked_again_when_its_services_come_and_go() -> None:
    caller = {
        "name": "web",
        "image": "web",
        "env": [{"name": "DB_URL", "value": "http://db.stor:80"}],
    }
    template = {"metadata": {"labels": {"app": "pages"}}, "spec": {"containers": [caller]}}
    spec = {"selector": {"matchLabels": {"app": "pages"}}, "template": template}
    objects = [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "pages", "namespace": "shop"}, "spec": spec},
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "db", "namespace": "store"}, "spec": {
            "selector": {"app": "db"}, "ports": [{"name": "http", "port": 80}]}},
    ]  # fmt: skip
    resources = [live(data) for data in objects]
    assert "workload/called-host-not-found" in str(said(run(RULES, Mesh(resources, is_whole=True))))
    assert hold_each(resources, random.Random(0))
