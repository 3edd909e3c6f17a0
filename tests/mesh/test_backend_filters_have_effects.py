"""A change of a header that is called replaced has no effect, and one that nothing is said of has some.

Random filters of an HTTPRoute's rule and of its backends, and the same as ``headers`` of a VirtualService. What is
asked is which headers each backend gets of a request, and the client of its answer.
"""

from collections.abc import Iterator
from typing import Any

from clause_effects import Clause, Example, Kind
from gateway_api_answers import door, listener, manifest, namespace, service
from gateway_meshes import LABELS, gateway, pods, server
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh
from meshctl.mesh.traffic.route_settings import HeaderChanges, route_settings

HEADERS = ("x-a", "x-b")
WRITTEN = ("X-A", "x-a", "x-b")
OPERATIONS = ("set", "add", "remove")
MODIFIERS = {"request": "requestHeaderModifier", "response": "responseHeaderModifier"}
REPLACED = {
    "kubernetes-route/backend-header-replaced", "virtual-service/destination-header-replaced",
}  # fmt: skip
GROUND = (
    namespace("shop"), service("shop/one", 80), service("shop/two", 80), door(listener("web", 80, "HTTP")),
    pods("shop/edge", LABELS, containers=[{"name": "istio-proxy"}]), gateway("shop/web", server(80, "HTTP", "*")),
)  # fmt: skip


def answers(one: Mesh) -> list[Any]:
    """The headers of requests and answers, by gateway, route and backend."""
    return sorted(_headers(one), key=str)


def _headers(one: Mesh) -> Iterator[tuple[Any, ...]]:
    for merged in one.merged_gateways:
        for name, hosts in merged.route_configs.items():
            for route in (route for host in hosts for route in host.routes):
                found = route_settings(route)
                of_targets = found.of_targets or ((HeaderChanges(), HeaderChanges()),)
                for number, (request, response) in enumerate(of_targets):
                    sent = changed(
                        changed({name: ["old"] for name in HEADERS}, request), found.request
                    )
                    given_back = changed(changed({"x-a": ["old"]}, response), found.response)
                    yield name, route.virtual_service.kind, number, sent, given_back


def changed(headers: dict[str, list[str]], changes: HeaderChanges) -> dict[str, list[str]]:
    """As Envoy does it: what is removed goes first, then each operation in its order."""
    gone = {name.lower() for name in changes.removed}
    found = {name: values for name, values in headers.items() if name not in gone}
    for one in changes.changed:
        name = one.name.lower()
        found[name] = [*(found.get(name, ()) if one.append else ()), one.value]
    return found


KIND = Kind(GROUND, answers, ("kubernetes_route", "virtual_service"))

values = strategies.sampled_from(["1", "2"])
operations = strategies.fixed_dictionaries({}, optional={
    "set": strategies.dictionaries(strategies.sampled_from(WRITTEN), values, min_size=1, max_size=1),
    "add": strategies.dictionaries(strategies.sampled_from(WRITTEN), values, min_size=1, max_size=1),
    "remove": strategies.lists(strategies.sampled_from(WRITTEN), min_size=1, max_size=1),
}).filter(bool)  # fmt: skip
sides = strategies.dictionaries(strategies.sampled_from([*MODIFIERS]), operations, max_size=2)


def filters(written: Any) -> list[Any]:
    return [
        {"type": key[0].upper() + key[1:], key: {
            name: found if name == "remove" else [{"name": n, "value": v} for n, v in found.items()]
            for name, found in written[side].items()
        }}
        for side, key in MODIFIERS.items() if side in written
    ]  # fmt: skip


def http_route(of_rule: Any, of_backends: list[Any]) -> Any:
    backends = [
        {"name": name, "port": 80, "filters": filters(one)}
        for name, one in zip(("one", "two"), of_backends, strict=False)
    ]
    rule = {"filters": filters(of_rule), "backendRefs": backends}
    return manifest(
        "HTTPRoute", "shop", "r", {"parentRefs": [{"name": "door"}], "rules": [rule]}, 1
    )


def virtual_service(of_rule: Any, of_backends: list[Any]) -> Any:
    routes = [
        {"destination": {"host": name}, "weight": 50, "headers": one}
        for name, one in zip(("one", "two"), of_backends, strict=False)
    ]
    spec = {"hosts": ["*"], "gateways": ["web"], "http": [{"headers": of_rule, "route": routes}]}
    found = manifest("VirtualService", "shop", "v", spec, 1)
    return found | {"apiVersion": "networking.istio.io/v1"}


several = strategies.lists(sides, min_size=1, max_size=2)
made = strategies.sampled_from([http_route, virtual_service])
examples = strategies.builds(
    lambda make, of_rule, of_backends: Example(KIND, [make(of_rule, of_backends)]), made, sides, several
)  # fmt: skip


def clauses(one: Example) -> Iterator[Clause]:
    """Each header of each operation of a backend."""
    (written,) = one.manifests
    is_route = written["kind"] == "HTTPRoute"
    key, index = ("backendRefs", "rules") if is_route else ("route", "http")
    for number, backend in enumerate(written["spec"][index][0][key]):
        own = Clause(0, ("spec", index, 0, key, number))
        if is_route:
            for at, found in enumerate(backend["filters"]):
                name = next(name for name in MODIFIERS.values() if name in found)
                yield from (
                    own.below("filters", at, name, operation, 0) for operation in found[name]
                )
        else:
            for side, found in backend["headers"].items():
                for operation, of in found.items():
                    place = own.below("headers", side, operation)
                    yield from (
                        place.below(name) for name in (of if operation != "remove" else (0,))
                    )


def is_called_replaced(one: Example, clause: Clause) -> bool:
    return any(said.rule in REPLACED and said.is_about(clause) for said in one.said)


def has_rival(one: Example, clause: Clause) -> bool:
    """Is the same header changed by another operation of the same backend, or, of the only one, by the rule?"""

    def names(found: Any) -> list[str]:
        text = str(found).lower()
        return [name for name in HEADERS for _ in range(text.count(name))]

    (written,) = one.manifests
    own = names(one.value(clause) if "HTTPRoute" in written["kind"] else clause.path[-1])
    own = own or names(one.value(clause))
    rule = written["spec"][clause.path[1]][0]
    backend = rule[clause.path[3]][clause.path[4]]
    wide = [rule.get(key) for key in ("filters", "headers")]
    is_only = len(rule[clause.path[3]]) == 1
    return names([backend, *(wide if is_only else ())]).count(own[0]) > 1


@settings(max_examples=150)
@given(examples)
def test_a_header_that_is_called_replaced_has_no_effect(one) -> None:
    for clause in clauses(one):
        if is_called_replaced(one, clause):
            assert one.answers == one.without(clause).answers


@settings(max_examples=150)
@given(examples)
def test_a_header_that_nothing_is_said_of_has_an_effect(one) -> None:
    """A header that one backend changes twice, or that is removed where there is none, isn't judged."""
    for clause in clauses(one):
        if not is_called_replaced(one, clause) and not has_rival(one, clause):
            is_absent = "remove" in clause.path and "response" in str(clause.path)
            assert is_absent or one.answers != one.without(clause).answers
