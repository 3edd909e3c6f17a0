"""A setting of a rule that is called dead changes nothing, and one that nothing is said of changes something.

Random rules of a VirtualService for a gateway, some of which delegate, with timeouts, retries, faults, headers, mirrors,
rewrites and CORS. What is asked is what is done with the requests of each route, as far as they are sent on.
"""

from collections.abc import Iterator
from typing import Any

from clause_effects import Clause, Example, Kind
from gateway_meshes import gateway, pods, server, service
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh
from meshctl.mesh.traffic.faults import faults_of
from meshctl.mesh.traffic.route_settings import RouteSettings, route_settings

DEAD = {"virtual-service/setting-never-read"}
GROUND = (
    pods(containers=[{"name": "istio-proxy"}]), gateway("shop/web", server(80, "HTTP", "*")),
    service("shop/tea", ((80, 8080),), {"app": "tea"}), service("shop/copy", ((80, 8080),), {"app": "copy"}),
)  # fmt: skip


def answers(one: Mesh) -> list[Any]:
    """What each route of the gateway does, in order."""
    (effective,) = one.merged_gateways
    return [
        (table, host.name, route.name, *_done(route))
        for table, hosts in effective.route_configs.items()
        for host in hosts
        for route in host.routes
    ]


def _done(route: Any) -> Iterator[Any]:
    action, found = route.rule.action, route_settings(route)
    answer = [action.data[key] for key in ("redirect", "directResponse") if key in action.data]
    yield answer, faults_of(route.rule), found.response, found.cors
    if not answer:
        yield from _sent(found)


def _sent(found: RouteSettings) -> Iterator[Any]:
    yield found.request._replace(host=""), found.host, found.path, found.timeout, found.retries
    yield [(mirror.destination.host, mirror.percent) for mirror in found.mirrors]


KIND = Kind(GROUND, answers, ("virtual_service",))


def of(*several: Any) -> Any:
    return strategies.sampled_from(several)


OPERATIONS = strategies.fixed_dictionaries({}, optional={
    "set": of({"x": "1"}), "add": of({"y": "2"}), "remove": of(["z"]),
}).filter(bool)  # fmt: skip
COPY = {"host": "copy"}
SETTINGS = {
    "timeout": of("3s", "5s"), "retries": of({"attempts": 3}, {"attempts": 1, "perTryTimeout": "1s"}),
    "fault": of({"abort": {"httpStatus": 503, "percentage": {"value": 10}}}, {"delay": {"fixedDelay": "1s", "percentage": {"value": 5}}}),
    "headers": strategies.fixed_dictionaries({}, optional={"request": OPERATIONS, "response": OPERATIONS}).filter(bool),
    "corsPolicy": of({"allowOrigins": [{"exact": "https://tea.test"}]}),
    "mirrorPercentage": of({"value": 20}), "rewrite": of({"uri": "/new"}, {"authority": "rewritten.test"}),
}  # fmt: skip
mirroring = of(
    {}, {}, {"mirror": COPY}, {"mirrors": [{"destination": COPY, "percentage": {"value": 7}}]}
)
SENT = {"route": [{"destination": {"host": "tea"}}]}
ACTIONS = (SENT, SENT, {"redirect": {"uri": "/there"}}, {"directResponse": {"status": 404}})


@strategies.composite
def rules(draw: Any, name: str, *actions: Any) -> Any:
    action = draw(of(*actions))
    found = draw(strategies.fixed_dictionaries({}, optional=SETTINGS)) | draw(mirroring)
    if "redirect" in action or "directResponse" in action:
        found = {key: value for key, value in found.items() if key not in {"fault", "rewrite"}}
    return {"name": name, **found, **action}


def virtual_service(name: str, **spec: Any) -> Any:
    group, metadata = "networking.istio.io/v1", {"name": name, "namespace": "shop"}
    return {"apiVersion": group, "kind": "VirtualService", "metadata": metadata, "spec": spec}


@strategies.composite
def examples(draw: Any) -> Example:
    first = draw(rules("first", *ACTIONS, {"delegate": {"name": "own", "namespace": "shop"}}))
    http = [{"match": [{"uri": {"prefix": "/a"}}], **first}, draw(rules("rest", *ACTIONS))]
    root = virtual_service("root", hosts=["tea.test"], gateways=["web"], http=http)
    own = [draw(rules("d", *ACTIONS))]
    if draw(strategies.booleans()):
        own.insert(0, {"match": [{"uri": {"prefix": "/a/b"}}], **draw(rules("c", *ACTIONS))})
    several = [root, virtual_service("own", http=own)] if "delegate" in first else [root]
    return Example(KIND, several)


def clauses(one: Example) -> Iterator[Clause]:
    """Each setting; headers by side and operation."""
    for number, manifest in enumerate(one.manifests):
        for at, rule in enumerate(manifest["spec"]["http"]):
            own = Clause(number, ("spec", "http", at))
            for key in rule.keys() - {
                "name",
                "match",
                "route",
                "redirect",
                "directResponse",
                "delegate",
                "headers",
            }:
                yield own.below(key)
            for side, operations in rule.get("headers", {}).items():
                yield from (own.below("headers", side, operation) for operation in operations)


@settings(max_examples=100)
@given(examples())
def test_a_setting_that_is_called_dead_changes_nothing(one) -> None:
    """A mirror that is lost takes its percentage along."""
    dead = [said.clause for said in one.said if said.rule in DEAD]
    assert one.answers == one.without(*dead).answers
    for clause in dead:
        assert one.answers == one.without(clause).answers


def is_for_others(one: Example, clause: Clause) -> bool:
    """Does a delegate repeat what its root says, or is it the percentage of a mirror that isn't used?"""
    rule, key = one.value(Clause(clause.number, clause.path[:3])), clause.path[3]
    root = one.manifests[0]["spec"]["http"][0]
    if clause.number == 1 and root.get(key) == rule[key]:
        return True
    if "delegate" in rule and key == "headers":  # a delegate changes the same header
        return all(key in each for each in one.manifests[1]["spec"]["http"])
    mirror = Clause(clause.number, (*clause.path[:3], "mirror"))
    return key == "mirrorPercentage" and ("mirror" not in rule or one.is_complained_about(mirror))


@settings(max_examples=100)
@given(examples())
def test_a_setting_that_nothing_is_said_of_changes_something(one) -> None:
    """Of a root and a delegate that say the same, one is enough."""
    every = list(clauses(one))
    for clause in every:
        told = one.is_complained_about(clause) or is_for_others(one, clause)
        assert told or one.differs(clause) or one.has_twin(clause, every)
