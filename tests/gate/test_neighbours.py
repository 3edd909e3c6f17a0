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


LED_BY_INGRESS = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: cart, namespace: shop}
spec: {ingressClassName: nginx, defaultBackend: {service: {name: cart, port: {number: 80}}}}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: shop}
spec: {mtls: {mode: STRICT}}
"""
CONTROLLER = """
apiVersion: v1
kind: Service
metadata: {name: nginx, namespace: bank}
spec: {type: LoadBalancer, selector: {app: nginx}, ports: [{name: http, port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: nginx, namespace: bank}
spec:
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx}}
    spec: {containers: [{name: nginx, image: registry.test/nginx}]}
"""


@pytest.mark.parametrize("is_in_mesh", [True, False])
def test_a_controller_far_away_decides_about_an_ingress(*, is_in_mesh: bool) -> None:
    service = next(one for one in SHOP.split("---") if "kind: Service" in one)
    state = snapshot(f"{SHOP}---{LED_BY_INGRESS}", CONTROLLER if is_in_mesh else "")
    state.remove(Identity("", "Service", "shop", "cart"))
    decision = gate(state).decide(asked(service))
    told = {(one.found.rule, one.found.resource.kind) for one in decision.added}
    rule = "resource/outside-client-refused-by-strict"
    assert ((rule, "Ingress") in told) is not is_in_mesh


NEVER_ASKED = frozenset({"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"})
"""Kinds about which an API server asks no webhook."""


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


CART = next(one for one in SHOP.split("---") if "Deployment" in one)
LUA = """
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: lua, namespace: istio-system}
spec: {workloadSelector: {labels: {app: cart}}, configPatches: []}
"""
MISSPELT = """
apiVersion: v1
kind: Service
metadata: {name: kart, namespace: shop}
spec: {selector: {app: carts}, ports: [{name: http, port: 80}]}
"""
GRANT = """
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: routes, namespace: shop}
spec:
  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: bank}]
  to: [{group: "", kind: Service}]
"""
ROUTE = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: money, namespace: bank}
spec:
  parentRefs: [{name: front}]
  rules: [{backendRefs: [{name: cart, namespace: shop, port: 80}]}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: front, namespace: bank}
spec: {gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP}]}
"""
WAYPOINT = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: way, namespace: bank}
spec: {gatewayClassName: istio-waypoint, listeners: [{name: mesh, port: 15008, protocol: HBONE}]}
"""
AMBIENT = """
apiVersion: v1
kind: Namespace
metadata:
  name: ledger
  labels: {istio.io/dataplane-mode: ambient, istio.io/use-waypoint: way, istio.io/use-waypoint-namespace: bank}
"""
SOURCES = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: callers, namespace: bank}
spec: {rules: [{from: [{source: {namespaces: [tills]}}]}]}
"""
TILLS = """
apiVersion: v1
kind: Namespace
metadata: {name: tills}
"""


@pytest.mark.parametrize(
    ("there", "new", "old", "rule", "name"),
    [
        (LUA, None, CART, "resource/selects-no-workload", "lua"),
        (MISSPELT, CART, None, "service/selector-misses-pods", "kart"),
        (f"{GRANT}---{ROUTE}", None, GRANT, "kubernetes-route/backend-not-granted", "money"),
        (f"{WAYPOINT}---{AMBIENT}", None, WAYPOINT, "resource/waypoint-not-found", "ledger"),
        (SOURCES, None, TILLS, "authorization-policy/unknown-source-namespace", "callers"),
    ],
)
def test_what_no_name_ties_is_a_neighbour(
    there: str, new: str | None, old: str | None, rule: str, name: str
) -> None:
    state = snapshot(f"{SHOP}---{there}---{TILLS}")
    if old is None:
        state.remove(Identity("apps", "Deployment", "shop", "cart"))
    decision = gate(state).decide(asked(new, old))
    told = {(one.found.rule, one.found.resource.name) for one in decision.added}
    assert (rule, name) in told


def test_a_change_tells_what_the_whole_mesh_tells() -> None:
    """What is missing is little, and told by the audit; what is told and isn't so is next to none."""
    said = Counter[str]()
    for seed in range(48):  # of fewer, chance decides
        chance = random.Random(seed)
        resources = crowded_mesh(chance, 8)
        state = Snapshot(resources)
        judge = Judge(state, Settings(), budget=600)
        pool = [one for one in resources if one.kind not in SETTINGS | NEVER_ASKED]
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
    assert said["both"] > 300
    assert said["here"] <= 0.01 * said["both"]
    assert said["everywhere"] <= 0.03 * said["both"]


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
