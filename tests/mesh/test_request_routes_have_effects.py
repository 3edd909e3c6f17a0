"""A parent, backend or filter of HTTPRoutes and GRPCRoutes has an effect, unless it is said to have none.

Random routes of two namespaces for a Gateway with four listeners and for Services, with backends of both namespaces.
What is asked is what is done with requests: at the gateway, by port, and of two pods.
"""

from typing import Any

from clause_effects import Clause, Example, Kind, Said, some_of
from gateway_api_answers import (
    client,
    door,
    entries,
    listener,
    manifest,
    namespace,
    of_clients,
    requests,
    said_of_all,
    to_door,
    to_service,
)
from gateway_meshes import thing
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh
from meshctl.mesh.authorization.arrival import HttpRequest

ALL = {"allowedRoutes": {"namespaces": {"from": "All"}}}
CALLS = {"allowedRoutes": {"kinds": [{"kind": "GRPCRoute"}]}}
LISTENERS = (
    listener("web", 80, "HTTP", "*.test", **ALL), listener("tea", 80, "HTTP", "tea.test"),
    listener("alt", 8080, "HTTP", **ALL), listener("calls", 9090, "HTTP", "milk.test", **CALLS),
    listener("raw", 9000, "TCP"),
)  # fmt: skip
HOSTS = ("tea.test", "milk.test", "away.org")
HOMES = ("shop", "stock")
PARENTS, BACKENDS = (
    ("at-0", "at-1"),
    [f"to-{number}-{at}" for number in range(2) for at in range(2)],
)
REQUESTS = [HttpRequest(host, "GET", "/pack.Tea/Brew", {}) for host in HOSTS]
DEAD = {
    "kubernetes-route/hostname-of-closer-listener",
    "kubernetes-route/hostname-outside-listeners", "kubernetes-route/hostnames-at-service",
    "kubernetes-route/kind-not-taken", "kubernetes-route/parent-not-accepting",
    "kubernetes-route/parent-port-missing", "kubernetes-route/service-port-of-another-kind",
    "kubernetes-route/service-route-unused", "kubernetes-route/settings-beside-redirect",
    "kubernetes-route/weight-ignored",
}  # fmt: skip


def service(name: str) -> Any:
    ports = [
        {"name": "http", "port": 80},
        {"name": "grpc", "port": 90},
        {"name": "tcp", "port": 9000},
    ]
    spec = {"selector": {"app": name.rpartition("/")[2]}, "ports": ports}
    return thing("Service", name, spec, group="v1")


GRANT = {
    "from": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "namespace": "stock"}],
    "to": [{"group": "", "kind": "Service"}],
}
"""Lets HTTPRoutes of one namespace use the backends of the other one."""

GROUND = (
    namespace("shop"), namespace("stock"), client("shop/pages"), client("stock/robot"),
    thing("ReferenceGrant", "shop/g", GRANT, group="gateway.networking.k8s.io/v1"), door(*LISTENERS), *(service(f"{home}/{name}") for home in HOMES for name in (*PARENTS, *BACKENDS)),
)  # fmt: skip


def answers(one: Mesh) -> Any:
    found = requests(one, REQUESTS)
    for home, name, port in (("shop", "at-0", 80), ("shop", "at-0", 90), ("stock", "at-1", 80)):
        host = f"{name}.{home}.svc.cluster.local"
        found |= of_clients(one, host, port, [HttpRequest(host, "GET", "/pack.Tea/Brew", {})])
    return found


KIND = Kind(GROUND, answers, ("kubernetes_route",))


PARENT_REFS = (
    to_door(), *(to_door(sectionName=one["name"]) for one in LISTENERS), to_door(port=8080),
    to_door(port=7), to_service("shop", "at-0"), to_service("shop", "at-0", port=90),
    to_service("shop", "at-0", port=9000), to_service("stock", "at-1"), to_service("stock", "at-1", port=7),
)  # fmt: skip
parents = strategies.lists(
    strategies.sampled_from(PARENT_REFS), min_size=1, max_size=2, unique_by=lambda one: one["name"]
)
hostnames = strategies.lists(strategies.sampled_from(HOSTS), max_size=2, unique=True)
headers = {"set": [{"name": "a", "value": "1"}], "remove": ["b"]}
FILTERS = (
    {"type": "RequestHeaderModifier", "requestHeaderModifier": headers},
    {"type": "ResponseHeaderModifier", "responseHeaderModifier": headers},
    {"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "at-1", "port": 80}}},
)
OF_HTTP = (
    {"type": "RequestRedirect", "requestRedirect": {"hostname": "new.test"}},
    {"type": "URLRewrite", "urlRewrite": {"hostname": "new.test"}},
    {"type": "CORS", "cors": {"allowOrigins": ["https://new.test"]}},
)


@strategies.composite
def backends(draw: Any, number: int) -> Any:
    several = strategies.lists(strategies.integers(0, 1), min_size=1, max_size=2, unique=True)
    found = []
    for at in draw(several):
        home = draw(strategies.sampled_from([None, None, *HOMES]))
        weight = draw(strategies.sampled_from([None, None, 5, 0]))
        more = {"namespace": home} if home else {}
        more |= {} if weight is None else {"weight": weight}
        found.append({"name": f"to-{number}-{at}", "port": 80, **more})
    return found


@strategies.composite
def rule(draw: Any, number: int, kind: str) -> Any:
    known = (*FILTERS, *OF_HTTP) if kind == "HTTPRoute" else FILTERS
    several = strategies.lists(
        strategies.sampled_from(known), max_size=2, unique_by=lambda one: one["type"]
    )
    filters = draw(several)
    types = {one["type"] for one in filters}
    if {"RequestRedirect", "URLRewrite"} <= types:
        filters = filters[:1]
        types = {filters[0]["type"]}
    found: dict[str, Any] = {"filters": filters} if filters else {}
    if "RequestRedirect" not in types:
        found["backendRefs"] = draw(backends(number))
    if kind == "HTTPRoute" and draw(strategies.booleans()):
        found["timeouts"] = {"request": "3s"}
    if kind == "HTTPRoute" and draw(strategies.booleans()):
        found["retry"] = {"attempts": 3}
    return found


@strategies.composite
def routes(draw: Any, number: int) -> Any:
    kind = draw(strategies.sampled_from(["HTTPRoute", "HTTPRoute", "GRPCRoute"]))
    spec: dict[str, Any] = {"parentRefs": draw(parents), "rules": [draw(rule(number, kind))]}
    names = draw(hostnames)
    spec |= {"hostnames": names} if names else {}
    return manifest(kind, draw(strategies.sampled_from(HOMES)), f"r{number}", spec, number)


def clauses(manifests: Any) -> list[Clause]:
    """Whole routes; parents, names and backends as far as others are left; filters and times."""
    lists = (("parentRefs",), ("hostnames",), ("rules", "backendRefs"))
    found = [Clause(number) for number in range(len(manifests))]
    found += [
        Clause(number, path)
        for one in lists
        for number, path, count in entries(manifests, "spec", *one)
        if count > 1
    ]
    found += [Clause(n, path) for n, path, _ in entries(manifests, "spec", "rules", "filters")]
    for number, one in enumerate(manifests):
        for at, each in enumerate(one["spec"].get("rules", ())):
            own = Clause(number, ("spec", "rules", at))
            found += [own.below(key) for key in ("timeouts", "retry") if key in each]
    return found


def is_for_others(one: Example, clause: Clause) -> bool:
    """Is it a backend without a share, for what may come, or a name for Gateways that are told not to take the route?"""
    if "hostnames" in clause.path:
        told = {said.clause.path[:3] for said in one.said if said.clause.number == clause.number}
        parents = one.manifests[clause.number]["spec"]["parentRefs"]
        doors = [at for at, each in enumerate(parents) if each["name"] == "door"]
        return all(("spec", "parentRefs", at) in told for at in doors)
    return "backendRefs" in clause.path and one.value(clause).get("weight") == 0


def is_silent(one: Example, clause: Clause) -> bool:
    told = one.is_complained_about(clause) or said_of_all(one, clause.number)
    return not (told or is_for_others(one, clause))


@settings(max_examples=150)
@given(some_of(routes, 2))
def test_what_nothing_is_said_of_has_an_effect(manifests) -> None:
    one = Example(KIND, manifests)
    every = clauses(manifests)
    for clause in every:
        if is_silent(one, clause):
            assert one.differs(clause) or one.has_twin(clause, every)


def without(one: Example, said: Said) -> Example:
    """Take out the clause that a finding is about, or the whole route with its only parent.

    An only host name is written otherwise, since without one the route is for all of them.
    """
    number, path = said.clause.number, said.clause.path
    if path[1] not in {"parentRefs", "hostnames"}:
        return one.without(Clause(number, path[:5] if "filters" in path else path))
    is_only = len(one.value(Clause(number, path[:2]))) == 1
    if path[1] == "hostnames" and len(path) == 2:
        return one.without(said.clause)
    if is_only and path[1] == "hostnames":
        return one.with_(Clause(number, path[:3]), "gone.invalid")
    return one.without(Clause(number) if is_only else Clause(number, path[:3]))


def served(every: Any) -> Any:
    """The requests with which something is done."""
    return {key: found[1] for key, found in every.items() if found is not None and found[1]}


@settings(max_examples=150)
@given(some_of(routes, 3))
def test_what_is_called_dead_has_no_effect(manifests) -> None:
    one = Example(KIND, manifests)
    for said in one.said:
        if said.rule in DEAD:
            assert served(one.answers) == served(without(one, said).answers)
