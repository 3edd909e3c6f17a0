"""An entry of a ReferenceGrant that is called dead lets nothing in, and one that nothing is said of lets something in.

What is asked is whether objects of each kind and namespace may refer to each object of another namespace, where
istiod reads such references at all: those of routes to backends, and of Gateways to certificates.
"""

from itertools import product
from typing import Any

from clause_effects import Clause, Example, Kind, some_of
from gateway_api_answers import entries, manifest, namespace
from gateway_meshes import service, thing
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh

GROUP = "gateway.networking.k8s.io"
HOMES = ("shop", "stock")
NAMES = ("tea", "milk")
READ = {"HTTPRoute": ("Service",), "TCPRoute": ("Service",), "Gateway": ("Secret", "ConfigMap")}
GROUND = (
    namespace("shop"), namespace("stock"), namespace("attic"),
    *(service(f"{home}/{name}", selector={"app": name}) for home in HOMES for name in NAMES),
)  # fmt: skip


def answers(one: Mesh) -> dict[tuple[str, ...], bool]:
    return {
        (kind, home, to, other, name): one.reference_grants.allows(
            thing(kind, f"{home}/x", {}, group=f"{GROUP}/v1"), ("", to), other, name
        )
        for kind, several in READ.items()
        for home, to, other, name in product((*HOMES, "attic"), several, HOMES, NAMES)
    }


KIND = Kind(GROUND, answers, ("reference_grant",))

origins = strategies.builds(
    lambda group, kind, home: {"group": group, "kind": kind, "namespace": home},
    strategies.sampled_from([GROUP, GROUP, GROUP, ""]),
    strategies.sampled_from([*READ, "UDPRoute"]),
    strategies.sampled_from([*HOMES, "attic", "cellar"]),
)
targets = strategies.builds(
    lambda group, kind, name: {"group": group, "kind": kind, **({"name": name} if name else {})},
    strategies.sampled_from(["", "", "", GROUP]),
    strategies.sampled_from(["Service", "Secret", "ConfigMap"]),
    strategies.sampled_from([None, *NAMES]),
)


@strategies.composite
def grants(draw: Any, number: int) -> Any:
    spec = {
        "from": draw(strategies.lists(origins, min_size=1, max_size=2, unique_by=str)),
        "to": draw(strategies.lists(targets, min_size=1, max_size=2, unique_by=str)),
    }
    home = draw(strategies.sampled_from(HOMES))
    return manifest("ReferenceGrant", home, f"g{number}", spec, number)


def clauses(manifests: Any) -> list[Clause]:
    return [
        Clause(number, path)
        for key in ("from", "to")
        for number, path, _ in entries(manifests, "spec", key)
    ]


def is_for_others(one: Example, clause: Clause) -> bool:
    """Is an entry, or one that it is for, of a kind that another controller may read, or is one of those dead?"""
    other = "to" if clause.path[1] == "from" else "from"
    partners = one.manifests[clause.number]["spec"][other]
    told = [each.clause.path for each in one.said if each.clause.number == clause.number]
    is_told = [any(path[1:3] == (other, at) for path in told) for at in range(len(partners))]
    reads = one.mesh.reference_grants.reads
    every = (one.value(clause), *partners)
    return any(is_told) or any(reads(each["kind"]) != each["group"] for each in every)


@settings(max_examples=150)
@given(some_of(grants, 1))
def test_an_entry_that_nothing_is_said_of_lets_something_in(manifests) -> None:
    one = Example(KIND, manifests)
    for clause in clauses(manifests):
        if not one.is_complained_about(clause) and not is_for_others(one, clause):
            assert one.differs(clause)


@settings(max_examples=150)
@given(some_of(grants, 2))
def test_an_entry_that_is_called_dead_lets_nothing_in(manifests) -> None:
    one = Example(KIND, manifests)
    for said in one.said:
        assert not one.differs(Clause(said.clause.number, said.clause.path[:3]))
