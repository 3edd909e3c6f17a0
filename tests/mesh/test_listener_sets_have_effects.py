"""A ListenerSet or a listener of one that is called dead serves nothing, and one that nothing is said of serves something.

Random ListenerSets of two namespaces beside a Gateway that allows some of them, with routes for each. What is asked is
where requests go, by port and name.
"""

from typing import Any

import pytest
from clause_effects import Clause, Example, Kind
from gateway_api_answers import GROUP, listener, manifest, namespace, requests
from gateway_meshes import service, thing
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh
from meshctl.mesh.authorization.arrival import HttpRequest

NAMES = ("tea.test", "milk.test", "away.org")
REQUESTS = [
    HttpRequest(name, "GET", path, {}) for name in NAMES for path in ("/", "/shop", "/stock")
]
HOMES = ("shop", "stock")
ALLOWED = (
    None, {"from": "None"}, {"from": "Same"}, {"from": "All"},
    {"from": "Selector", "selector": {"matchLabels": {"docks": "yes"}}},
)  # fmt: skip
DEAD = {
    "listener-set/not-allowed", "kubernetes-gateway/listener-conflict", "kubernetes-gateway/duplicate-listener",
}  # fmt: skip


def route(home: str, parent: dict[str, str], path: str, name: str) -> Any:
    rules = [
        {
            "matches": [{"path": {"value": path}}],
            "backendRefs": [{"name": f"of-{home}", "port": 80}],
        }
    ]
    return thing(
        "HTTPRoute", f"{home}/{name}", {"parentRefs": [parent], "rules": rules}, group=GROUP
    )


GROUND = (
    namespace("shop"), namespace("stock", docks="yes"),
    *(service(f"{home}/of-{home}", ((80, 8080),), {"app": home}) for home in HOMES),
    *(route(home, {"kind": "ListenerSet", "group": "gateway.networking.k8s.io", "name": "more"}, f"/{home}", "of-set") for home in HOMES),
    route("shop", {"name": "door"}, "/", "of-door"),
)  # fmt: skip


def answers(one: Mesh) -> Any:
    return requests(one, REQUESTS)


KIND = Kind(GROUND, answers, ("listener_set", "kubernetes_gateway"))

several_listeners = strategies.lists(
    strategies.builds(
        lambda port, hostname: listener(f"l{port}{hostname[:3]}", port, "HTTP", hostname),
        strategies.sampled_from([80, 8080]), strategies.sampled_from(["", "tea.test", "milk.test"]),
    ),
    min_size=1, max_size=2, unique_by=lambda one: one["name"],
)  # fmt: skip


@strategies.composite
def examples(draw: Any) -> Example:
    spec = {"gatewayClassName": "istio", "listeners": [listener("own", 80, "HTTP", "tea.test")]}
    allowed = draw(strategies.sampled_from(ALLOWED))
    spec |= {"allowedListeners": {"namespaces": allowed}} if allowed else {}
    home = draw(strategies.sampled_from(HOMES))
    parent = {
        "name": "door",
        "namespace": "shop",
        "kind": "Gateway",
        "group": "gateway.networking.k8s.io",
    }
    written = {"parentRef": parent, "listeners": draw(several_listeners)}
    return Example(
        KIND,
        [
            manifest("Gateway", "shop", "door", spec, 1),
            manifest("ListenerSet", home, "more", written, 2),
        ],
    )


@settings(max_examples=100)
@given(examples())
def test_a_set_or_listener_that_is_called_dead_serves_nothing(one) -> None:
    for said in one.said:
        if said.rule in DEAD and said.clause.number == 1:
            is_listener = said.clause.path[:2] == ("spec", "listeners")
            clause = Clause(1, said.clause.path[:3] if is_listener else ())
            assert one.answers == one.without(clause).answers


@settings(max_examples=100)
@given(examples())
def test_a_listener_that_nothing_is_said_of_serves_something(one) -> None:
    """A set that isn't allowed is one as a whole."""
    refused = any(said.rule == "listener-set/not-allowed" for said in one.said)
    for number, _ in enumerate(one.value(Clause(1, ("spec", "listeners")))):
        clause = Clause(1, ("spec", "listeners", number))
        if not refused and not one.is_complained_about(clause):
            assert one.differs(clause)


@pytest.mark.parametrize("allowed", ALLOWED)
@pytest.mark.parametrize("home", HOMES)
def test_a_gateway_allows_sets_by_their_namespace(allowed, home) -> None:
    spec = {"gatewayClassName": "istio", "listeners": [listener("own", 80, "HTTP")]}
    spec |= {"allowedListeners": {"namespaces": allowed}} if allowed else {}
    more = {
        "parentRef": {"name": "door", "namespace": "shop"},
        "listeners": [listener("l", 8080, "HTTP")],
    }
    one = Example(
        KIND,
        [
            manifest("Gateway", "shop", "door", spec, 1),
            manifest("ListenerSet", home, "more", more, 2),
        ],
    )
    serves = one.differs(Clause(1, ()))
    assert serves is not any(said.rule == "listener-set/not-allowed" for said in one.said)
