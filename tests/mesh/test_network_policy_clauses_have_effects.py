"""A peer or port of a NetworkPolicy that is called dead lets nothing through, and one that nothing is said of lets some.

Random NetworkPolicies for pods with two ports. What is asked is which connections of pods and of others come in, and
which of the pods' own get out.
"""

from itertools import product
from typing import Any

import pytest
from clause_effects import Clause, Example, Kind
from gateway_api_answers import namespace
from gateway_meshes import pods, thing
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh
from meshctl.mesh.authorization.network_peers import Peer, peer_of
from meshctl.mesh.workloads import EGRESS, INGRESS

PORTS = (8080, 9000, 15008)
WAYS = {INGRESS: ("ingress", "from"), EGRESS: ("egress", "to")}


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
        (way, at, port): policies.admits(tea, way, peer, port)
        for way, (at, peer), port in product(WAYS, enumerate(peers), PORTS)
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
DEPTH = 5
"""How deep below the policy the peers and ports of its rules are."""
LISTED = (8080, 9000, 80, 15008, 15006, "web", "gone")


def policy(way: str, *rules: Any) -> Any:
    """A policy of one rule or of several; without any it lets nobody through."""
    spec = {"podSelector": picks(app="tea"), "policyTypes": [way], WAYS[way][0]: [*rules]}
    metadata = {"name": "n", "namespace": "shop"}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata,
        "spec": spec,
    }


def is_for_others(way: str, key: str, value: Any) -> bool:
    """Is it for pods or namespaces that may come, or the number of a port that may be listened on?

    So is a name of a port of whoever it may be, which pods may have that come.
    """
    named = isinstance(value.get("port"), str)
    return value in MAY_COME or (key == "ports" and (way == EGRESS or not named))


LONE = [
    (way, key, value)
    for way, (_, peers) in WAYS.items()
    for key, value in [(peers, peer) for peer in PEERS] + [("ports", {"port": port}) for port in LISTED]
]  # fmt: skip


@pytest.mark.parametrize(("way", "key", "value"), LONE)
def test_a_lone_peer_or_port_lets_something_through_unless_it_is_said_to_let_nothing(
    way, key, value
) -> None:
    one = Example(KIND, [policy(way, {key: [value]})])
    clause = Clause(0, ("spec", WAYS[way][0], 0, key, 0))
    lets_through = one.answers != Example(KIND, [policy(way)]).answers
    if lets_through or not is_for_others(way, key, value):
        assert lets_through is not one.is_complained_about(clause)


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("name", ["web", "gone"])
def test_a_name_of_a_port_is_one_of_the_pods_to_which_it_is_opened(peer, name) -> None:
    """Such peers are meant as one namespace has pods for; others may get some that have the name."""
    one = Example(KIND, [policy(EGRESS, {"to": [peer], "ports": [{"port": name}]})])
    if one.is_complained_about(Clause(0, ("spec", "egress", 0, "ports", 0))):
        assert one.answers == Example(KIND, [policy(EGRESS)]).answers
        assert name == "gone"
    else:
        assert name == "web" or peer not in (PEERS[0], PEERS[2])


def rules(peers: str) -> Any:
    several = strategies.lists(
        strategies.sampled_from(PEERS), min_size=1, max_size=2, unique_by=str
    )
    ports = strategies.sampled_from(LISTED).map(lambda one: {"port": one})
    listed = strategies.lists(ports, min_size=1, max_size=2, unique_by=str)
    return strategies.fixed_dictionaries({}, optional={peers: several, "ports": listed})  # fmt: skip


@strategies.composite
def policies_of_rules(draw: Any) -> tuple[str, list[Any]]:
    way = draw(strategies.sampled_from([*WAYS]))
    return way, draw(strategies.lists(rules(WAYS[way][1]), min_size=1, max_size=2))


@settings(max_examples=200)
@given(policies_of_rules())
def test_an_entry_that_is_called_dead_lets_nothing_through(drawn) -> None:
    way, written = drawn
    one = Example(KIND, [policy(way, *written)])
    for said in one.said:
        if len(said.clause.path) < DEPTH:
            continue
        at, key, number = said.clause.path[2:5]
        rest = [each for n, each in enumerate(written[at][key]) if n != number]
        rule = {**written[at], key: rest}
        others = [each for n, each in enumerate(written) if n != at]
        without = policy(way, *others, *([rule] if rest else []))
        assert one.answers == Example(KIND, [without]).answers
