"""A subset or policy that is called ignored changes no upstream, and one that nothing is said of changes some.

Random DestinationRules of three namespaces for one Service and a wildcard. What is asked is what each client has for
the Service and each of its subsets: the pods, and the policies that hold.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from clause_effects import Clause, Example, Kind, some_of
from gateway_meshes import pods, service, thing
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh

ROOT = "istio-system"
INJECTED = {"sidecar.istio.io/inject": "true"}
HOSTS = ("tea.shop.svc.cluster.local", "*.shop.svc.cluster.local", "milk.shop.svc.cluster.local")
LABELS = ({"version": "v1"}, {"version": "v2"}, {"version": "v9"}, {})
WHOLLY = {"destination-rule/never-looked-up", "destination-rule/host-not-found"}


def namespace(name: str) -> Any:
    return thing("Namespace", f"/{name}", None, group="v1")


GROUND = (
    namespace(ROOT), namespace("shop"), namespace("stock"), namespace("attic"),
    pods("shop/tea-v1", {"app": "tea", "version": "v1", **INJECTED}),
    pods("shop/tea-v2", {"app": "tea", "version": "v2", **INJECTED}),
    pods("shop/pages", {"app": "pages", **INJECTED}), pods("stock/robot", {"app": "robot", **INJECTED}),
    pods("istio-system/hub", {"app": "hub", **INJECTED}),
    service("shop/tea", ((80, 8080), (9000, 9000)), {"app": "tea"}),
    service("shop/cocoa", ((80, 8080),), {"app": "pages"}),
)  # fmt: skip


def answers(one: Mesh) -> list[tuple[Any, ...]]:
    return list(_upstreams(one))


def _upstreams(one: Mesh) -> Iterator[tuple[Any, ...]]:
    """What each client has for a Service as a whole (an empty name) and for each subset."""
    for client in one.workloads:
        for host in one.registry:
            rule = one.traffic.destination_rules.effective(
                host, client.namespace, client.pod_labels
            )
            if rule is None:
                continue
            whole = rule.policy.data if rule.policy else {}
            yield client.key_name, host.host, "", whole
            for name, subset in rule.subsets.items():
                chosen = one.workloads.of_subset(host, subset.labels)
                names = [workload.name for workload in chosen]
                yield client.key_name, host.host, name, names, {**whole, **subset.policy.data}


KIND = Kind(GROUND, answers, ("destination_rule", "resource"))


def policy(number: int) -> Any:
    """A policy that is like no other."""
    return {"connectionPool": {"tcp": {"maxConnections": number}}}


@strategies.composite
def destination_rules(draw: Any, number: int) -> Any:
    spec: dict[str, Any] = {"host": draw(strategies.sampled_from((*HOSTS[:2], *HOSTS)))}
    if draw(strategies.booleans()):
        spec["trafficPolicy"] = policy(100 * number + 100)
    names = draw(strategies.lists(strategies.sampled_from(["a", "b"]), max_size=2, unique=True))
    spec["subsets"] = [
        {
            "name": name,
            "labels": draw(strategies.sampled_from(LABELS)),
            **(
                {"trafficPolicy": policy(100 * number + at + 1)}
                if draw(strategies.booleans())
                else {}
            ),
        }
        for at, name in enumerate(names)
    ]
    home = draw(strategies.sampled_from([ROOT, "shop", "shop", "stock", "attic"]))
    audience = draw(strategies.sampled_from([None, ["."], ["*"]]))
    spec |= {"exportTo": audience} if audience else {}
    picks = draw(strategies.sampled_from([None, None, None, {"matchLabels": {"app": "pages"}}]))
    spec |= {"workloadSelector": picks} if picks else {}
    age = f"2026-01-01T00:00:{number:02}Z"
    metadata = {"name": f"d{number}", "namespace": home, "creationTimestamp": age}
    group = "networking.istio.io/v1"
    return {"apiVersion": group, "kind": "DestinationRule", "metadata": metadata, "spec": spec}


def clauses(manifests: Any) -> Iterator[Clause]:
    """The policies and subsets, and the policies of these."""
    for number, one in enumerate(manifests):
        if one is None:
            continue
        if "trafficPolicy" in one["spec"]:
            yield Clause(number, ("spec", "trafficPolicy"))
        for at, subset in enumerate(one["spec"]["subsets"]):
            yield Clause(number, ("spec", "subsets", at))
            if "trafficPolicy" in subset:
                yield Clause(number, ("spec", "subsets", at, "trafficPolicy"))


def ignored(one: Example) -> Iterator[Clause]:
    """What is said to count for nothing."""
    for said in one.said:
        text, (number, path) = said.finding.message, said.clause
        if "of the two trafficPolicies only that of the older object counts" in text:
            yield Clause(number, ("spec", "trafficPolicy"))
        elif "of the two subsets" in text:
            yield Clause(number, path[:3])
        elif "clients that both reach follow the younger alone" in text:
            yield from parts_of(one, said.related[0].number)
        elif said.rule in WHOLLY:
            yield Clause(number)
        elif said.rule == "resource/selects-no-workload":
            yield from parts_of(one, number)


def parts_of(one: Example, number: int) -> Iterator[Clause]:
    """All that a rule says; that it is there may keep others from being merged, or found."""
    return (own for own in clauses(one.manifests) if own.number == number)


def left(manifests: Any) -> Example:
    """An example without what is called ignored."""
    one = Example(KIND, manifests)
    return one.without(*most_of(ignored(one)))


def most_of(parts: Iterable[Clause]) -> set[Clause]:
    """Leave out the parts of what is there as a whole."""
    every = set(parts)
    return {
        one
        for one in every
        if not any(Clause(one.number, one.path[:end]) in every for end in range(len(one.path)))
    }


@settings(max_examples=100)
@given(some_of(destination_rules, 3))
def test_what_is_called_ignored_has_no_effect(manifests) -> None:
    one = Example(KIND, manifests)
    assert not any(one.differs(clause) for clause in ignored(one))
    assert one.answers == left(manifests).answers


@settings(max_examples=500)
@given(some_of(destination_rules, 2))
def test_what_nothing_is_said_of_has_an_effect(manifests) -> None:
    """Of two subsets that are the same either will do."""
    one = left(manifests)
    every = list(clauses(one.manifests))
    for clause in every:
        if not one.is_complained_about(clause):
            assert one.differs(clause) or one.has_twin(clause, every)


@settings(max_examples=100)
@given(some_of(destination_rules, 1))
def test_a_subset_that_is_said_to_stand_for_all_pods_is_like_no_subset(manifests) -> None:
    one = Example(KIND, manifests)
    for said in one.said:
        if said.rule == "destination-rule/subset-without-labels":
            name = one.value(Clause(0, (*said.clause.path[:3], "name")))
            every = sorted(pod.name for pod in one.mesh.workloads if pod.name.startswith("tea"))
            of_tea = [
                found for found in one.answers if found[1] == HOSTS[0] and found[2] in {"", name}
            ]
            whole = [found for found in of_tea if not found[2]]
            assert [(sorted(pods), held) for *_, pods, held in of_tea if pods] == [
                (every, held) for *_, held in whole
            ]
