"""An endpoint, a port of one or a target that nothing is said of changes what clients send, or where.

Random ServiceEntries of two namespaces for one host, with endpoints that are listed or selected. What is asked is
what each client has for the host, a port and a subset: the kind of cluster, addresses, ports and TLS.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from clause_effects import Clause, Example, Kind, some_of
from gateway_meshes import pods, thing
from hypothesis import given, settings, strategies

from meshctl.mesh import Mesh
from meshctl.mesh.request_path.chains import ClusterTarget

INJECTED = {"sidecar.istio.io/inject": "true"}
HOST = "api.example.org"
PORTS = (80, 443, 9000)
LOCATIONS = strategies.sampled_from(["MESH_EXTERNAL", "MESH_INTERNAL"])
SELECTORS = ({"app": "machine"}, {"app": "tea"}, {"app": "nobody"})


def machine(name: str, address: str, **spec: Any) -> Any:
    spec |= {"address": address, "labels": {"app": "machine"}}
    return thing("WorkloadEntry", name, spec)


def pod(name: str, **ports: int) -> Any:
    own = name.rpartition("/")[2]
    listed = [{"name": key, "containerPort": port} for key, port in ports.items()]
    return pods(name, {"app": own, **INJECTED}, containers=[{"name": own, "ports": listed}])


SUBSETS = [{"name": name, "labels": {"version": name}} for name in ("v1", "v2")]
GROUND = (
    thing("Namespace", "/shop", None, group="v1"), thing("Namespace", "/stock", None, group="v1"),
    pod("shop/tea", web=8080), pod("shop/pages"), pod("stock/robot"),
    machine("shop/one", "10.0.0.7"), machine("shop/two", "10.0.0.8", ports={"web": 8081}),
    thing("DestinationRule", "istio-system/api", {"host": HOST, "subsets": SUBSETS}),
)  # fmt: skip


def answers(one: Mesh) -> list[Any]:
    return list(_clusters(one))


def _clusters(one: Mesh) -> Iterator[tuple[Any, ...]]:
    for client in one.workloads:
        for port in PORTS:
            for subset in ("", "v1", "v2"):
                view = one.request_paths.views.view_of(client)
                found = view.clusters.find(ClusterTarget(HOST, port, subset))
                if found is not None:
                    ends = [
                        (end.endpoint.address, end.endpoint.port, end.tls)
                        for end in found.endpoints
                    ]
                    head = client.key_name, port, subset, found.kind, found.port.protocol
                    yield *head, found.upstream.tls, sorted(ends)


KIND = Kind(GROUND, answers, ("service_entry", "resource"))

several_ports = strategies.lists(
    strategies.builds(
        lambda number, name, protocol, target: {
            "number": number, "name": name, "protocol": protocol,
            **({"targetPort": target} if target else {}),
        },
        strategies.sampled_from(PORTS), strategies.sampled_from(["web", "raw"]),
        strategies.sampled_from(["HTTP", "TLS"]), strategies.sampled_from([None, 8443, 8080]),
    ),
    min_size=1, max_size=2, unique_by=(lambda one: one["number"], lambda one: one["name"]),
)  # fmt: skip


@strategies.composite
def endpoints(draw: Any, names: list[str]) -> dict[str, Any]:
    written: dict[str, Any] = {"address": f"10.0.0.{draw(strategies.integers(1, 3))}"}
    optional = {
        "ports": strategies.dictionaries(
            strategies.sampled_from(names),
            strategies.sampled_from([8444, 7000]),
            min_size=1,
            max_size=2,
        ),
        "labels": strategies.sampled_from([{"version": "v1"}, {"version": "v2"}]),
        "serviceAccount": strategies.just("api"),
    }
    return written | draw(strategies.fixed_dictionaries({}, optional=optional))


@strategies.composite
def entries(draw: Any, number: int) -> Any:
    ports = draw(several_ports)
    spec: dict[str, Any] = {"hosts": [HOST], "ports": ports, "location": draw(LOCATIONS)}
    spec["resolution"] = draw(strategies.sampled_from(["STATIC", "STATIC", "DNS", "NONE"]))
    if spec["resolution"] != "NONE":
        if draw(strategies.booleans()):
            several = endpoints([port["name"] for port in ports])
            spec["endpoints"] = draw(strategies.lists(several, min_size=1, max_size=2))
        elif draw(strategies.booleans()):
            spec["workloadSelector"] = {"labels": draw(strategies.sampled_from(SELECTORS))}
    audience = draw(strategies.sampled_from([None, None, ["."]]))
    spec |= {"exportTo": audience} if audience else {}
    home = draw(strategies.sampled_from(["shop", "shop", "stock"]))
    return manifest(home, number, spec)


def manifest(home: str, number: int, spec: dict[str, Any]) -> Any:
    age = f"2026-01-01T00:00:{number:02}Z"
    metadata = {"name": f"e{number}", "namespace": home, "creationTimestamp": age}
    group = "networking.istio.io/v1"
    return {"apiVersion": group, "kind": "ServiceEntry", "metadata": metadata, "spec": spec}


def clauses(manifests: Any) -> Iterator[Clause]:
    """Ports with their targets, selectors, endpoints with their ports, labels and identities."""
    for number, one in enumerate(manifests):
        for at, port in enumerate(one["spec"]["ports"]):
            yield Clause(number, ("spec", "ports", at))
            if "targetPort" in port:
                yield Clause(number, ("spec", "ports", at, "targetPort"))
        if "workloadSelector" in one["spec"]:
            yield Clause(number, ("spec", "workloadSelector"))
        for at, each in enumerate(one["spec"].get("endpoints", ())):
            own = Clause(number, ("spec", "endpoints", at))
            yield own
            yield from (own.below("ports", name) for name in each.get("ports", {}))
            yield from (own.below(key) for key in ("labels", "serviceAccount") if key in each)


def is_for_others(one: Example, clause: Clause) -> bool:
    """Is it the identity of an endpoint outside the mesh, which only a DestinationRule may ask for?

    Or a target of pods whose ports have names, for pods that have none? Or one with resolution NONE, in the place of a
    port that clients dial, of which the answers here don't speak?
    """
    spec, last = one.manifests[clause.number]["spec"], clause.path[-1]
    if last == "targetPort":
        return "workloadSelector" in spec or spec["resolution"] == "NONE"
    return last == "serviceAccount" and spec["location"] == "MESH_EXTERNAL"


def is_silent(one: Example, clause: Clause) -> bool:
    return not one.is_complained_about(clause) and not is_for_others(one, clause)


@settings(max_examples=100)
@given(some_of(entries, 1))
def test_what_nothing_is_said_of_has_an_effect(manifests) -> None:
    """Of two endpoints that are the same either will do."""
    one = Example(KIND, manifests)
    every = list(clauses(manifests))
    for clause in every:
        if is_silent(one, clause):
            assert one.differs(clause) or one.has_twin(clause, every)


@settings(max_examples=100)
@given(some_of(entries, 2))
def test_a_target_that_is_called_unused_has_no_effect(manifests) -> None:
    one = Example(KIND, manifests)
    for said in one.said:
        if said.rule == "service-entry/target-port-never-used":
            assert not one.differs(said.clause, 8443, 7777)


@settings(max_examples=100)
@given(some_of(entries, 2))
def test_an_entry_without_endpoints_changes_none(manifests) -> None:
    """It adds none to those of another entry of the host, whatever TLS its location means for them."""
    one = Example(KIND, manifests)
    for said in one.said:
        if said.rule == "service-entry/selects-no-endpoint":
            other = one.with_(Clause(said.clause.number), None)
            assert {end[:2] for *_, ends in one.answers for end in ends} <= {
                end[:2] for *_, ends in other.answers for end in ends
            }


@pytest.mark.parametrize(("name", "expected"), [("web", 8080), ("raw", 8443)])
def test_a_selected_pod_takes_requests_on_its_port_of_the_same_name(name, expected) -> None:
    port = {"number": 80, "name": name, "protocol": "HTTP", "targetPort": 8443}
    spec = {
        "hosts": [HOST], "ports": [port], "resolution": "STATIC",
        "workloadSelector": {"labels": {"app": "tea"}},
    }  # fmt: skip
    one = Example(KIND, [manifest("shop", 0, spec)])
    (tea,) = one.mesh.workloads.find({"app": "tea"})
    assert {(f"pod:{tea.key_name}", expected)} == {
        end[:2] for *_, ends in one.answers for end in ends
    }
