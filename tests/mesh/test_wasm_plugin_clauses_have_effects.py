"""A part of a WasmPlugin's match that is called dead meets no listener, and one that nothing is said of meets some.

Random WasmPlugins for sidecars, a gateway and pods outside the mesh. What is asked is on which side and port of which
proxy each plugin runs.
"""

from collections.abc import Iterator
from typing import Any

from clause_effects import Clause, Example, Kind
from gateway_meshes import LABELS, gateway, pods, server, service, thing
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh
from meshctl.resources import View, WasmPlugin
from meshctl.resources.view import views

INJECTED = {"sidecar.istio.io/inject": "true"}
PORTS = (80, 443, 8080, 9000, 7777)
DEAD = {"wasm-plugin/match-never-applies", "wasm-plugin/port-of-service"}


def pod(name: str, **labels: str) -> Any:
    own = name.rpartition("/")[2]
    return pods(name, {"app": own, **labels}, containers=[{"name": own}])


GROUND = (
    thing("Namespace", "/shop", None, group="v1"), thing("Namespace", "/istio-system", None, group="v1"),
    pod("shop/tea", **INJECTED), pod("shop/milk", **INJECTED), pod("shop/bare"),
    pods("shop/door", {**LABELS, "app": "door"}, containers=[{"name": "istio-proxy"}]),
    service("shop/tea", ((80, 8080),), {"app": "tea"}), service("shop/milk", ((9000, 9000),), {"app": "milk"}),
    service("shop/door", ((443, 443),), LABELS), gateway("shop/web", server(443, "TCP", "*")),
)  # fmt: skip
"""Beside the listeners of the gateway itself, those of sidecars have a port of each Service."""
INBOUND = {"tea": (8080,), "milk": (9000,)}
OUTBOUND = (80, 443, 9000)


def answers(one: Mesh) -> list[set[tuple[str, str, int]]]:
    return [set(_chains(one, plugin)) for plugin in one.of(WasmPlugin)]


def _chains(one: Mesh, plugin: WasmPlugin) -> Iterator[tuple[str, str, int]]:
    matches = views(plugin.spec, "match", View)
    for workload in one.clauses.extension_chains.reached(plugin):
        if not one.workloads.membership(workload).has_proxy:
            continue
        listeners = [("CLIENT", port) for port in OUTBOUND]
        listeners += [("SERVER", port) for port in INBOUND.get(workload.name, ())]
        if workload.name == "door":
            listeners = [("CLIENT", 443)]
        for side, number in listeners:
            if not matches or any(meets(match, side, number) for match in matches):
                yield workload.name, side, number


def meets(match: View, side: str, number: int) -> bool:
    ports = [port.number("number") for port in views(match, "ports", View)]
    return match.text("mode", side) in {side, "CLIENT_AND_SERVER"} and (
        not ports or number in ports
    )


KIND = Kind(GROUND, answers, ("wasm_plugin", "resource"))

matches = strategies.fixed_dictionaries({}, optional={
    "mode": strategies.sampled_from(["CLIENT", "SERVER", "CLIENT_AND_SERVER"]),
    "ports": strategies.lists(
        strategies.sampled_from(PORTS).map(lambda one: {"number": one}), min_size=1, max_size=2, unique_by=str
    ),
}).filter(bool)  # fmt: skip


@strategies.composite
def plugins(draw: Any) -> Example:
    spec: dict[str, Any] = {"url": "oci://registry.test/one@sha256:1", "failStrategy": "FAIL_OPEN"}
    spec["match"] = draw(strategies.lists(matches, min_size=1, max_size=2, unique_by=str))
    label = draw(strategies.sampled_from(["tea", "milk", "door", "bare", "nobody", None]))
    spec |= {"selector": {"matchLabels": {"app": label}}} if label else {}
    home = draw(strategies.sampled_from(["shop", "istio-system"]))
    group = "extensions.istio.io/v1alpha1"
    metadata = {"name": "w", "namespace": home}
    written = {"apiVersion": group, "kind": "WasmPlugin", "metadata": metadata, "spec": spec}
    return Example(KIND, [written])


def without(one: Example, clause: Clause) -> Example:
    """Take a mode with its entry, and a port that is the last one with it; an empty list is for all."""
    entry = Clause(0, clause.path[:3])
    is_only = clause.path[-1] == "mode" or len(one.value(entry)["ports"]) == 1
    return one.without(entry if is_only else Clause(0, clause.path[:5]))


@settings(max_examples=150)
@given(plugins())
def test_a_part_that_is_called_dead_meets_no_listener(one) -> None:
    for said in one.said:
        if said.rule in DEAD:
            other = without(one, said.clause)
            nothing_left = not other.value(Clause(0, ("spec", "match")))
            assert one.answers == ([set()] if nothing_left else other.answers)


@settings(max_examples=150)
@given(plugins())
def test_a_part_that_nothing_is_said_of_meets_a_listener(one) -> None:
    """A port of a plugin alone, for one side or for both."""
    for at, match in enumerate(one.value(Clause(0, ("spec", "match")))):
        for number, port in enumerate(match.get("ports", ())):
            clause = Clause(0, ("spec", "match", at, "ports", number))
            alone = one.with_(Clause(0, ("spec", "match")), [{**match, "ports": [port]}])
            told = one.is_complained_about(clause) or one.is_complained_about(
                Clause(0, (*clause.path[:3], "mode"))
            )
            assert bool(alone.answers[0]) is not told
