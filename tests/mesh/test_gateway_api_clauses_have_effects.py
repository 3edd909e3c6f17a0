"""A match or host name that is called dead changes the way of no request, and one that nothing is said of of some.

Random HTTPRoutes and GRPCRoutes for a Gateway with two listeners; every rule leads to a Service of its own. What is
asked is where requests for several hosts, paths, methods and headers go.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

from clause_effects import Clause, Example, Kind, Said, some_of
from gateway_meshes import thing
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh
from meshctl.mesh.authorization.arrival import HttpRequest
from meshctl.mesh.core import covers
from meshctl.mesh.gateways.virtual_hosts import VirtualHost
from meshctl.mesh.request_path.route_choice import choose_route

GROUP = "gateway.networking.k8s.io/v1"
HOSTS = ("tea.test", "milk.test", "www.tea.test", "away.org")
MATCHES = (
    {"path": {"type": "PathPrefix", "value": "/"}}, {"path": {"type": "PathPrefix", "value": "/a"}},
    {"path": {"type": "Exact", "value": "/a"}}, {"path": {"type": "PathPrefix", "value": "/a/b"}},
    {"path": {"type": "PathPrefix", "value": "/"}, "method": "POST"},
    {"path": {"type": "PathPrefix", "value": "/a"}, "headers": [{"name": "x", "value": "1"}]},
    {"headers": [{"name": "X", "value": "1"}]}, {"path": {"value": "/pack.Tea"}},
    {"path": {"type": "Exact", "value": "/pack.Tea/Brew"}},
)  # fmt: skip
EXACT = {"service": "pack.Tea", "method": "Brew"}
CALLS = (
    {"method": EXACT}, {"method": {"type": "Exact", **EXACT}}, {"method": {"service": "pack.Tea"}},
    {"method": {"method": "Brew"}}, {"method": EXACT, "headers": [{"name": "x", "value": "1"}]},
    {"headers": [{"name": "x", "value": "1"}]},
)  # fmt: skip
REQUESTS = [
    HttpRequest(host, method, path, headers)
    for host, method, path, headers in product(
        HOSTS,
        ("GET", "POST"),
        ("/", "/a", "/a/b", "/a/c", "/b", "/pack.Tea/Brew", "/pack.Tea/Pour", "/pack.Milk/Brew"),
        ({}, {"x": "1"}),
    )
]
DEAD_MATCHES = {"kubernetes-route/duplicate-match", "kubernetes-route/rule-never-reached"}


def listener(name: str, port: int, hostname: str) -> dict[str, Any]:
    return {"name": name, "port": port, "protocol": "HTTP", "hostname": hostname}


def service(name: str) -> Any:
    ports = [{"name": "http", "port": 80}]
    return thing("Service", f"shop/{name}", {"selector": {"app": name}, "ports": ports}, group="v1")


LISTENERS = [
    listener("web", 80, "*.test"),
    listener("tea", 80, "tea.test"),
    listener("alt", 8080, "tea.test"),
]
GROUND = (
    thing("Namespace", "/shop", None, group="v1"),
    thing("Gateway", "shop/door", {"gatewayClassName": "istio", "listeners": LISTENERS}, group=GROUP),
    *(service(f"to-{number}-{at}") for number in range(3) for at in range(2)),
)  # fmt: skip


def answers(one: Mesh) -> dict[tuple[str, int], tuple[str, Any]]:
    """The virtual host that each request meets on each port, by number, and where that sends it."""
    return {
        (name.removeprefix("http."), number): _way(hosts, request)
        for gateway in one.merged_gateways
        for name, hosts in gateway.route_configs.items()
        for number, request in enumerate(REQUESTS)
    }


def _way(hosts: tuple[VirtualHost, ...], request: HttpRequest) -> tuple[str, Any]:
    domains = [
        (name, host) for host in hosts for name in host.domains if covers(name, request.host)
    ]
    for name, host in sorted(domains, key=lambda one: -len(one[0]))[:1]:
        chosen = choose_route(host.routes, request, "http")
        return name, [to.host for to in chosen.route.rule.destinations] if chosen else None
    return "", None


KIND = Kind(GROUND, answers, ("kubernetes_route",))


@strategies.composite
def routes(draw: Any, number: int) -> Any:
    kind = draw(strategies.sampled_from(["HTTPRoute", "HTTPRoute", "GRPCRoute"]))
    matches = MATCHES_OF[kind]
    rules = [
        {"matches": several, "backendRefs": [{"name": f"to-{number}-{at}", "port": 80}]}
        for at, several in enumerate(draw(strategies.lists(matches, min_size=1, max_size=2)))
    ]
    parent = {"name": "door"} | draw(
        strategies.sampled_from([{}, {"sectionName": "web"}, {"sectionName": "alt"}])
    )
    spec: dict[str, Any] = {"parentRefs": [parent], "rules": rules}
    names = draw(hostnames)
    spec |= {"hostnames": names} if names else {}
    age = f"2026-01-01T00:00:{number:02}Z"
    metadata = {"name": f"r{number}", "namespace": "shop", "creationTimestamp": age}
    return {"apiVersion": GROUP, "kind": kind, "metadata": metadata, "spec": spec}


MATCHES_OF = {
    kind: strategies.lists(strategies.sampled_from(several), min_size=1, max_size=2, unique_by=str)
    for kind, several in (("HTTPRoute", MATCHES), ("GRPCRoute", CALLS))
}
hostnames = strategies.lists(strategies.sampled_from((*HOSTS, "*.test")), max_size=2, unique=True)


def clauses(manifests: Any) -> Iterator[Clause]:
    """The matches, each with its rule where it is the only one, and host names among several."""
    for number, one in enumerate(manifests):
        for at, rule in enumerate(one["spec"]["rules"]):
            own = Clause(number, ("spec", "rules", at))
            several = [own.below("matches", match) for match in range(len(rule["matches"]))]
            yield from several if len(several) > 1 else [own]
        names = one["spec"].get("hostnames", ())
        for at in range(len(names) if len(names) > 1 else 0):
            yield Clause(number, ("spec", "hostnames", at))


def concerned(one: Example, said: Said) -> Iterator[tuple[str, int]]:
    """The requests, by port, that a finding is about: all, or those for a virtual host or at a listener."""
    words = said.finding.message.replace(",", " ").split()
    for (port, number), (domain, _) in one.answers.items():
        if words[0] == "for":
            is_meant = domain == words[1] and (words[2] != "on" or words[4] == port)
        elif "listener" in words:
            name, *rest = words[words.index("listener") + 1 :]
            met = closest(port, REQUESTS[number].host)
            is_meant = met is not None and met["name"] == name and rest in ([], ["for", domain])
        else:
            is_meant = True
        if is_meant:
            yield port, number


def closest(port: str, host: str) -> Any:
    fitting = [
        one for one in LISTENERS if str(one["port"]) == port and covers(one["hostname"], host)
    ]
    return max(fitting, key=lambda one: len(one["hostname"]), default=None)


@settings(max_examples=100)
@given(some_of(routes, 3))
def test_a_match_that_is_called_dead_has_no_effect(manifests) -> None:
    """One that hides others itself does, by that."""
    one = Example(KIND, manifests)
    hiding = {clause for said in one.said for clause in said.related}
    for said in one.said:
        if said.rule in DEAD_MATCHES and said.clause not in hiding:
            path = said.clause.path
            is_only = len(one.value(Clause(said.clause.number, (*path[:3], "matches")))) == 1
            other = one.without(Clause(said.clause.number, path[:3]) if is_only else said.clause)
            nothing = "", None
            for key in concerned(one, said):
                assert one.answers[key][1] == other.answers.get(key, nothing)[1]


def is_for_others(one: Example, clause: Clause) -> bool:
    """Does another part of the rule, or name of the list, take it anyway, or is the reason told elsewhere?

    That is at the rules for a host name, and at the host names for rules if none of them is served.
    """
    spec, (_, field, at, *rest) = one.manifests[clause.number]["spec"], clause.path
    told = [said.clause.path[1:3] for said in one.said if said.clause.number == clause.number]
    if field == "hostnames":
        own = spec[field][at]
        wider = [other for n, other in enumerate(spec[field]) if n != at and covers(other, own)]
        return "*" in own or bool(wider) or "rules" in {where for where, *_ in told}
    names = [("hostnames", n) for n in range(len(spec.get("hostnames", ())))]
    return bool(rest) or (bool(names) and set(names) <= set(told))


@settings(max_examples=100)
@given(some_of(routes, 2))
def test_what_nothing_is_said_of_has_an_effect(manifests) -> None:
    """Of two that ask for the same, a finding is about the later one."""
    one = Example(KIND, manifests)
    every = list(clauses(manifests))
    for clause in every:
        if not one.is_complained_about(clause) and not is_for_others(one, clause):
            assert one.differs(clause) or one.has_twin(clause, every)
