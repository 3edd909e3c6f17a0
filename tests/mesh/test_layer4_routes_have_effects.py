"""A clause of a TLSRoute or TCPRoute that is called dead moves no connection, and one that isn't moves some.

Random routes of two namespaces for a Gateway whose listeners pass TLS on, open it, or take plain TCP, and for
Services. What is asked is where connections go at the gateway, by port and name, and from two pods.
"""

from typing import Any

from clause_effects import Clause, Example, Kind, Said, some_of
from gateway_api_answers import (
    client,
    connections,
    door,
    entries,
    listener,
    manifest,
    namespace,
    of_sidecars,
    said_of_all,
    to_door,
    to_service,
)
from gateway_meshes import thing
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh
from meshctl.mesh.core import covers, overlaps
from meshctl.validation.gateway_api.parents import check as faults_of_parents

NAMES = ("", "tea.test", "milk.test", "www.milk.test", "away.org")
PASSED = {"tls": {"mode": "Passthrough"}}
OPENED = {"tls": {"certificateRefs": [{"name": "cert"}]}}
ALL = {"allowedRoutes": {"namespaces": {"from": "All"}}}
LISTENERS = (
    listener("wide", 443, "TLS", "*.test", **PASSED, **ALL),
    listener("tea", 443, "TLS", "tea.test", **PASSED),
    listener("any", 9443, "TLS", **PASSED, **ALL), listener("open", 8443, "TLS", "*.test", **OPENED),
    listener("raw", 9000, "TCP", **ALL), listener("web", 80, "HTTP"),
)  # fmt: skip
HOMES = ("shop", "stock")
PARENTS, BACKENDS = (
    ("at-0", "at-1"),
    [f"to-{number}-{at}" for number in range(3) for at in range(2)],
)
DEAD = {
    "kubernetes-route/connections-of-older-route", "kubernetes-route/hostname-of-closer-listener",
    "kubernetes-route/hostname-outside-listeners", "kubernetes-route/hostnames-at-service",
    "kubernetes-route/kind-not-taken", "kubernetes-route/listener-not-served",
    "kubernetes-route/parent-not-accepting", "kubernetes-route/parent-port-missing",
    "kubernetes-route/name-of-another-listener", "kubernetes-route/rule-never-reached", "kubernetes-route/service-port-of-another-kind",
    "kubernetes-route/service-route-unused",
}  # fmt: skip

OF_A_LISTENER = {
    "kubernetes-route/connections-of-older-route", "kubernetes-route/name-of-another-listener",
}  # fmt: skip


def service(name: str) -> Any:
    """A Service with a port for tcp rules, and one for tls rules."""
    ports = [{"name": "tcp-raw", "port": 9000}, {"name": "tls-own", "port": 443}]
    spec = {"selector": {"app": name.rpartition("/")[2]}, "ports": ports}
    return thing("Service", name, spec, group="v1")


GROUND = (
    namespace("shop"), namespace("stock"), client("shop/pages"), client("stock/robot"),
    thing("Secret", "shop/cert", None, group="v1"), door(*LISTENERS),
    *(service(f"{home}/{name}") for home in HOMES for name in (*PARENTS, *BACKENDS)),
)  # fmt: skip


def answers(one: Mesh) -> Any:
    return connections(one, NAMES) | of_sidecars(one, (443, 9000))


KIND = Kind(GROUND, answers, ("kubernetes_route",))


def meant(parent: Any) -> set[Any]:
    """The listeners, or ports of a Service, that a parent means."""
    several = LISTENERS if parent["name"] == "door" else ({"port": 443}, {"port": 9000})
    return {
        (parent["namespace"], parent["name"], one.get("name"), one["port"])
        for one in several
        if parent.get("port") in {None, one["port"]}
        if parent.get("sectionName") in {None, one.get("name")}
    }


def is_legal(several: list[Any]) -> bool:
    """Would the API server take these parents, and does none repeat what another one means?"""
    every = [one for parent in several for one in meant(parent)]
    return len(every) == len(set(every)) and not any(faults_of_parents({"parentRefs": several}))


parents = strategies.sampled_from([
    to_door(), *(to_door(sectionName=one["name"]) for one in LISTENERS), to_door(port=443),
    to_door(port=9000), to_door(port=7), to_door(sectionName="gone"),
    *(to_service(home, "at-0") for home in HOMES), to_service("shop", "at-0", port=9000),
    to_service("shop", "at-1", port=443), to_service("shop", "at-1", port=7),
])  # fmt: skip
hostnames = strategies.lists(
    strategies.sampled_from((*NAMES[1:], "*.test", "*.milk.test")), max_size=2, unique=True
)
targets = strategies.lists(
    strategies.sampled_from([(at, port) for at in range(2) for port in (9000, 443)]),
    min_size=1,
    max_size=2,
    unique=True,
)
weights = strategies.sampled_from([None, None, 1, 5, 0])


@strategies.composite
def backends(draw: Any, number: int) -> Any:
    """Backends that only the route of a number has, with or without weights."""
    found = []
    for at, port in draw(targets):
        weight = draw(weights)
        more = {} if weight is None else {"weight": weight}
        found.append({"name": f"to-{number}-{at}", "port": port, **more})
    return found


@strategies.composite
def routes(draw: Any, number: int) -> Any:
    kind = draw(strategies.sampled_from(["TLSRoute", "TCPRoute"]))
    home = draw(strategies.sampled_from(["shop", "shop", "stock"]))
    rules = strategies.lists(backends(number), min_size=1, max_size=2)
    several = strategies.lists(parents, min_size=1, max_size=2).filter(is_legal)
    spec: dict[str, Any] = {"parentRefs": draw(several)}
    spec["rules"] = [{"backendRefs": each} for each in draw(rules)]
    names = draw(hostnames) if kind == "TLSRoute" else []
    spec |= {"hostnames": names} if names else {}
    return manifest(kind, home, f"r{number}", spec, number)


def clauses(manifests: Any) -> list[Clause]:
    """Whole routes, and parents, host names, rules and backends as far as others are left."""
    lists = (("parentRefs",), ("hostnames",), ("rules",), ("rules", "backendRefs"))
    found = [Clause(number) for number in range(len(manifests))]
    return found + [
        Clause(number, path)
        for one in lists
        for number, path, count in entries(manifests, "spec", *one)
        if count > 1
    ]


def is_for_others(one: Example, clause: Clause) -> bool:
    """Is it a backend without a share, for what may come, or one of several that may stand for each other?

    Those are names with others in common, or at a listener that opens TLS, where the first one takes all; names at a
    Gateway and at a Service, where a single one would stay; and listeners of one port, of which the wider takes all.
    """
    value, spec = one.value(clause), one.manifests[clause.number]["spec"]
    if "backendRefs" in clause.path:
        return value.get("weight") == 0
    means = [meant(parent) for parent in spec["parentRefs"]]
    if "hostnames" in clause.path:
        names, kinds = spec["hostnames"], {each.get("kind") for each in spec["parentRefs"]}
        opens = any("open" in place for each in means for place in each)
        return (
            len(kinds) > 1
            or opens
            or any(overlaps(other, value) for other in names if other != value)
        )
    places = [{(*place[:2], place[3]) for place in each} for each in means]
    return "parentRefs" in clause.path and bool(set.intersection(*places))


def is_silent(one: Example, clause: Clause) -> bool:
    """Is nothing said of a clause, nor of all parents, names or rules of its route?"""
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
    """Take out the entry that a finding is about, or the whole route where that has no other.

    Of several names for a Service one that is none of its own is written otherwise, since a single one stays.
    """
    entry = Clause(said.clause.number, said.clause.path[:3])
    if said.rule == "kubernetes-route/hostnames-at-service":
        return one.with_(entry, "other.org")
    is_only = len(one.value(Clause(entry.number, entry.path[:2]))) == 1
    return one.without(Clause(entry.number) if is_only else entry)


def concerned(said: Said, every: Any) -> Any:
    """What a finding is about: all, or the connections for which a listener is the closest."""
    every = {key: value for key, value in every.items() if value is not None}
    if said.rule not in OF_A_LISTENER:
        return every
    return {
        key: value
        for key, value in every.items()
        if key[0] == "shop/door-istio"
        and f"listener '{closest(key[1], key[2])}'" in said.finding.message
    }


def closest(port: int, name: str) -> str:
    fitting = [
        (len(one.get("hostname", "")), one["name"])
        for one in LISTENERS
        if one["port"] == port and covers(one.get("hostname", "*"), name)
    ]
    return max(fitting, default=(0, ""))[1]


@settings(max_examples=150)
@given(some_of(routes, 3))
def test_what_is_called_dead_has_no_effect(manifests) -> None:
    one = Example(KIND, manifests)
    for said in one.said:
        if said.rule in DEAD:
            other = without(one, said)
            assert concerned(said, one.answers) == concerned(said, other.answers)
