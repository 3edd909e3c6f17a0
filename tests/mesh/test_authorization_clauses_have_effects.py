"""A part of a rule that is called dead changes no decision, and one that nothing is said of changes some.

Random AuthorizationPolicies whose rules have several sources, operations and conditions, values and exceptions, each
of which is met by somebody alone. Arrivals are all that differ in what such values look at.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

from clause_effects import Clause, Example, Kind
from gateway_meshes import pods, service
from hypothesis import assume, given, settings, strategies

from meshctl.mesh import Mesh
from meshctl.mesh.authorization.arrival import Arrival, HttpRequest

DOMAIN = "cluster.local"
PAGES, ROBOT = f"{DOMAIN}/ns/shop/sa/pages", f"{DOMAIN}/ns/stock/sa/robot"
HOMES = ("shop", "stock", "stable", "attic")
OTHERS = {f"{DOMAIN}/ns/{home}/sa/{name}" for home, name in product(HOMES, ("other", "robot"))}
CLIENTS = (*sorted({PAGES, *OTHERS}), None)
ADDRESSES = ("10.0.0.1", "10.0.0.2", "192.0.2.7")
USERS = ("me", "you")
HEADERS = {"request.headers[x-user]": USERS}
FIELDS = {
    "from": {
        "namespaces": ("shop", "stock", "st*"),
        "principals": (PAGES, ROBOT, "*/sa/robot"),
        "ipBlocks": ("10.0.0.0/8", "10.0.0.1", "192.0.2.0/24"),
    },
    "to": {
        "ports": ("8080", "9000"), "methods": ("GET", "POST"),
        "hosts": ("tea.shop", "TEA.shop", "tea.shop.svc.cluster.local", "tea.*"),
        "paths": ("/a", "/b/a", "/a*", "*/a", "/b/*"),
    },
}  # fmt: skip
KEYS = {
    "from": HEADERS | {
        "source.namespace": ("shop", "stock", "st*"), "source.principal": (PAGES, ROBOT),
        "source.ip": ("10.0.0.1", "192.0.2.0/24"),
    },
    "to": HEADERS | {"destination.port": ("8080", "9000")},
}  # fmt: skip
BELOW = {"from": "source", "to": "operation"}
CONTRADICTION = "authorization-policy/conditions-exclude-each-other"
EXCEPTION = "authorization-policy/exception-of-nothing"
COVERED = "authorization-policy/narrower-than-another"
ARRIVALS = [
    Arrival(8080, principal, source_ip=address, remote_ip=address, http=HttpRequest("tea.shop", "GET", "/a", {"x-user": user}))
    for principal, address, user in product(CLIENTS, ADDRESSES, USERS)
] + [
    Arrival(port, PAGES, source_ip="10.0.0.1", remote_ip="10.0.0.1", http=HttpRequest(host, method, path, {"x-user": user}))
    for port, host, method, path, user in product(
        (8080, 9000), ("tea.shop", "tea.shop.svc.cluster.local", "milk.shop"), ("GET", "POST"),
        ("/a", "/b/a", "/ab", "/b/c"), USERS,
    )
]  # fmt: skip
"""All that a source may look at, by one request, and all that an operation may, by one client."""


def workload(name: str) -> Any:
    own = name.rpartition("/")[2]
    return pods(
        name, {"app": own, "sidecar.istio.io/inject": "true"}, serviceAccountName=own,
        containers=[{"name": own, "ports": [{"containerPort": port} for port in (8080, 9000)]}],
    )  # fmt: skip


GROUND = (
    workload("shop/tea"), workload("shop/pages"), workload("stock/robot"),
    service("shop/tea", ((8080, 8080), (9000, 9000)), {"app": "tea"}),
)  # fmt: skip


def answers(one: Mesh) -> frozenset[int]:
    """The numbers of the arrivals that are let in."""
    (tea,) = one.workloads.find({"app": "tea"})
    decide = one.decisions.decide
    return frozenset(n for n, each in enumerate(ARRIVALS) if decide(tea, each).is_allowed)


KIND = Kind(GROUND, answers, ("authorization_policy",))


def policy(*rules: Any, action: str = "ALLOW") -> Example:
    spec = {"selector": {"matchLabels": {"app": "tea"}}, "action": action, "rules": [*rules]}
    metadata = {"name": "p", "namespace": "shop"}
    group = "security.istio.io/v1"
    return Example(
        KIND,
        [{"apiVersion": group, "kind": "AuthorizationPolicy", "metadata": metadata, "spec": spec}],
    )


def some_of(values: Any, most: int = 2) -> Any:
    return strategies.lists(strategies.sampled_from(values), min_size=1, max_size=most, unique=True)


def fields(known: Any) -> Any:
    several = {key: some_of(values) for key, values in known.items()}
    excepted = {
        f"not{key[0].upper()}{key[1:]}": some_of(values, 1) for key, values in known.items()
    }
    chosen = strategies.fixed_dictionaries({}, optional=several | excepted)
    return chosen.filter(lambda one: 0 < len(one) < 4)


def conditions(known: Any) -> Any:
    def of(key: str) -> Any:
        parts = {"values": some_of(known[key]), "notValues": some_of(known[key], 1)}
        written = strategies.fixed_dictionaries({}, optional=parts).filter(bool)
        return written.map(lambda one: {"key": key, **one})

    return strategies.sampled_from([*known]).flatmap(of)


def rules(side: str, most: int = 2) -> Any:
    """Rules that ask for sources or for operations, with conditions of what these look at."""
    alternatives = fields(FIELDS[side]).map(lambda one: {BELOW[side]: one})
    parts = {
        side: strategies.lists(alternatives, min_size=1, max_size=most),
        "when": strategies.lists(conditions(KEYS[side]), min_size=1, max_size=most),
    }
    return strategies.fixed_dictionaries({}, optional=parts).filter(bool)


one_rule = strategies.sampled_from([*FIELDS]).flatmap(lambda side: rules(side, 1)).map(policy)
joined = strategies.builds(dict.__or__, rules("from"), rules("to"))
any_rule = strategies.one_of(rules("from"), rules("to"), joined)
several_rules = strategies.lists(any_rule, min_size=1, max_size=2).map(lambda found: policy(*found))


def about(one: Example, rule: str) -> Iterator[Clause]:
    for said in one.said:
        if said.rule == rule:
            yield said.clause


def part_of(one: Example, clause: Clause) -> Clause:
    """The source or operation that a place is in, or the whole rule, where all of it hangs on that."""
    at, key, number = clause.path[2:5]
    rule = Clause(0, ("spec", "rules", at))
    is_only = key == "when" or len(one.value(rule)[key]) == 1
    return rule if is_only else rule.below(key, number)


@settings(max_examples=60)
@given(several_rules)
def test_a_part_that_is_said_to_contradict_itself_changes_nothing(one) -> None:
    """A policy without rules lets nothing in, and so does one all of whose rules do."""
    for clause in about(one, CONTRADICTION):
        assert one.answers == one.without(part_of(one, clause)).answers


@settings(max_examples=60)
@given(several_rules)
def test_an_exception_that_is_called_idle_changes_nothing(one) -> None:
    for clause in about(one, EXCEPTION):
        kept = [
            text for text in one.value(Clause(0, clause.path[:-1])) if text != one.value(clause)
        ]
        gone = Clause(0, clause.path if kept else clause.path[:-1])
        assert one.answers == one.without(gone).answers


@settings(max_examples=60)
@given(several_rules)
def test_a_rule_that_is_called_covered_changes_nothing(one) -> None:
    for clause in about(one, COVERED):
        assert one.answers == one.without(clause).answers


def has_exception_of_one_mesh(one: Example) -> bool:
    """Does a source except one of this mesh from what other meshes have as well? Nobody here is of another one."""
    for found in one.value(Clause(0, ("spec", "rules", 0))).get("from", ()):
        source = found["source"]
        is_open = any(text.startswith("*") for text in source.get("principals", ()))
        if is_open and any(not text.startswith("*") for text in source.get("notPrincipals", ())):
            return True
    return False


@settings(max_examples=120)
@given(one_rule)
def test_a_rule_that_nothing_is_said_of_is_met_by_somebody(one) -> None:
    assume(not has_exception_of_one_mesh(one))
    assert bool(one.answers) is not any(about(one, CONTRADICTION))


@settings(max_examples=120)
@given(one_rule.filter(lambda one: str(one.manifests).count("'not") == 1))
def test_an_exception_that_nothing_is_said_of_excepts_something(one) -> None:
    """In a rule that is met by somebody, and where no other exception may take it in."""
    rule = one.manifests[0]["spec"]["rules"][0]
    for key in (*BELOW, "when"):
        place = Clause(0, ("spec", "rules", 0, key, 0))
        place = place.below(BELOW[key]) if key in BELOW else place
        written = one.value(place) if key in rule else ()
        for field in written:
            if field.startswith("not") and one.answers:
                is_idle = one.answers == one.without(place.below(field)).answers
                assert is_idle is (place.below(field, 0) in about(one, EXCEPTION))


def test_a_denied_part_without_effect_is_found_too() -> None:
    dead = {"from": [{"source": {"principals": [PAGES], "namespaces": ["stock"]}}]}
    one = policy(dead, {"to": [{"operation": {"paths": ["/a"]}}]}, action="DENY")
    (clause,) = about(one, CONTRADICTION)
    assert one.answers == one.without(part_of(one, clause)).answers
