"""A peer or port of a NetworkPolicy that is called dead lets nothing in, and one that nothing is said of lets some in.

Random NetworkPolicies for pods with two ports. What is asked is which connections of pods and of others come in.
"""

from typing import Any

import pytest
from clause_effects import Clause, Example, Kind
from gateway_api_answers import namespace
from gateway_meshes import pods, thing
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh
from meshctl.mesh.authorization.network_peers import Peer, peer_of
from meshctl.mesh.workloads import INGRESS

PORTS = (8080, 9000, 15008)


def pod(name: str, **labels: str) -> Any:
    own = name.rpartition("/")[2]
    listed = [{"name": "web", "containerPort": 8080}, {"name": "raw", "containerPort": 9000}]
    return pods(name, {"app": own, **labels}, containers=[{"name": own, "ports": listed}])


GROUND = (
    namespace("shop", team="tea"), namespace("stock", team="milk"), namespace("istio-system"),
    pod("shop/tea"), pod("shop/pages", tier="front"), pod("stock/robot", tier="back"),
    pod("istio-system/door", istio="ingressgateway"),
    thing("Service", "shop/tea", {"selector": {"app": "tea"}, "ports": [{"port": 80, "targetPort": 8080}]}, group="v1"),
)  # fmt: skip


def answers(one: Mesh) -> Any:
    (tea,) = one.workloads.find({"app": "tea"})
    peers = [peer_of(each) for each in one.workloads] + [
        Peer(address="192.0.2.7"),
        Peer(address="10.1.2.3"),
    ]
    policies = one.workloads.network_policies
    return {
        (at, port): policies.admits(tea, INGRESS, peer, port)
        for at, peer in enumerate(peers)
        for port in PORTS
    }


KIND = Kind(GROUND, answers, ("network_policy",))


def picks(**labels: str) -> dict[str, Any]:
    return {"matchLabels": labels}


PEERS = (
    {"podSelector": picks(app="pages")}, {"podSelector": picks(app="robot")}, {"podSelector": {}},
    {"podSelector": picks(istio="ingressgateway")}, {"namespaceSelector": picks(team="milk")},
    {"namespaceSelector": picks(team="coffee")}, {"namespaceSelector": {}},
    {"namespaceSelector": picks(team="milk"), "podSelector": picks(tier="back")},
    {"namespaceSelector": picks(team="milk"), "podSelector": picks(tier="front")},
    {"podSelector": picks(app="nobody")}, {"ipBlock": {"cidr": "192.0.2.0/24"}},
)  # fmt: skip
MAY_COME = (PEERS[5], PEERS[8], PEERS[9])
"""Peers that nobody in the mesh is, neither here nor in another namespace."""
ENTRY = ("spec", "ingress", 0, "from")
LISTED = (8080, 9000, 80, 15008, 15006, "web", "gone")


def policy(*rules: Any) -> Any:
    """A policy of one rule or of several; without any it lets nobody in."""
    spec = {"podSelector": picks(app="tea"), "policyTypes": ["Ingress"], "ingress": [*rules]}
    metadata = {"name": "n", "namespace": "shop"}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata,
        "spec": spec,
    }


def is_for_others(key: str, value: Any) -> bool:
    """Is it for pods or namespaces that may come, or the number of a port that may be listened on?"""
    return value in MAY_COME or (key == "ports" and isinstance(value["port"], int))


LONE = [("from", peer) for peer in PEERS] + [("ports", {"port": port}) for port in LISTED]


@pytest.mark.parametrize(("key", "value"), LONE)
def test_a_lone_peer_or_port_lets_something_in_unless_it_is_said_to_let_nothing_in(
    key, value
) -> None:
    one = Example(KIND, [policy({key: [value]})])
    clause = Clause(0, ("spec", "ingress", 0, key, 0))
    lets_in = one.answers != Example(KIND, [policy()]).answers
    if lets_in or not is_for_others(key, value):
        assert lets_in is not one.is_complained_about(clause)


rules = strategies.fixed_dictionaries({}, optional={
    "from": strategies.lists(strategies.sampled_from(PEERS), min_size=1, max_size=2, unique_by=str),
    "ports": strategies.lists(
        strategies.sampled_from(LISTED).map(lambda one: {"port": one}),
        min_size=1, max_size=2, unique_by=str,
    ),
})  # fmt: skip


@settings(max_examples=150)
@given(strategies.lists(rules, min_size=1, max_size=2))
def test_an_entry_that_is_called_dead_lets_nothing_in(written) -> None:
    one = Example(KIND, [policy(*written)])
    for said in one.said:
        key, number = said.clause.path[3:5] if len(said.clause.path) > len(ENTRY) else ("", 0)
        if key:
            rest = [
                each for at, each in enumerate(written[said.clause.path[2]][key]) if at != number
            ]
            rule = {**written[said.clause.path[2]], key: rest}
            others = [each for at, each in enumerate(written) if at != said.clause.path[2]]
            assert (
                one.answers == Example(KIND, [policy(*others, *([rule] if rest else []))]).answers
            )
