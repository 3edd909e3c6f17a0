"""Does the model of the Gateway API agree with what a real istiod makes of it?

The data are recordings of istiod 1.31: for each scenario the status that its controller writes, and
the listeners, routes and clusters that gateways and sidecars get. Agreement is printed by kind of
fact, and every floor only rises.

Of a sidecar's listeners the recordings leave out those with one plain chain to one of the two TCP
Services, since such a listener is there without any route, too; so does the comparison.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshctl.mesh import Mesh
from meshctl.mesh.gateway_api.status.conditions import Conditions
from meshctl.mesh.traffic.routes import EffectiveRoute
from meshctl.resources import KubernetesGateway, KubernetesRoute, make_resource
from meshctl.sources.documents import Document
from tests.conformance.client_table import client_table
from tests.conformance.envoy_forms import (
    chain_form,
    client_listener_form,
    exists,
    looks_plain,
    route_form,
)

SHARED = Path(os.environ.get("MESHCTL_SHARED") or Path(__file__).parents[2] / "../shared")
DATA = SHARED / "data/gwapi-truth"
FLOORS = {
    "objects with a status": 1.0,
    "parents of routes": 1.0,
    "conditions": 1.0,
    "attached routes": 1.0,
    "supported kinds": 1.0,
    "listeners": 1.0,
    "chains": 1.0,
    "virtual hosts": 1.0,
    "route order": 1.0,
    "matches": 1.0,
    "actions": 1.0,
    "headers and cors": 1.0,
    "clusters": 1.0,
    "listeners of clients": 1.0,
}
_TCP_SERVICES = ("tcpdb.apps.svc.cluster.local", "mongo.shop.svc.cluster.local")
_GATEWAY = {"group": "gateway.networking.k8s.io", "kind": "Gateway"}

needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the recordings of istiod are not in {DATA}: nothing was compared"
)
Truth = dict[str, Any]


def resource(data: dict[str, Any]) -> Any:
    return make_resource(Document("data", 1, "", data), data, (), "default")


def base() -> list[Any]:
    text = (DATA / "gwapi-base.yaml").read_text()
    return [resource(data) for data in yaml.load_all(text, yaml.CSafeLoader) if data]


def scenarios(name: str) -> Iterator[dict[str, Any]]:
    for line in (DATA / name).read_text().splitlines():
        yield json.loads(line)


class Tally:
    """Counts facts by kind, and keeps what differs."""

    def __init__(self) -> None:
        self.total: Counter[str] = Counter()
        self.agreed: Counter[str] = Counter()
        self.differences: list[str] = []

    def fact(self, kind: str, place: object, expected: object, actual: object) -> None:
        self.total[kind] += 1
        self.agreed[kind] += expected == actual
        if expected != actual:
            self.differences.append(f"{kind} {place}: istiod {expected}, model {actual}")

    def facts(
        self, kind: str, place: object, expected: Mapping[Any, Any], actual: Mapping[Any, Any]
    ) -> None:
        for key in expected.keys() | actual.keys():
            self.fact(kind, (place, key), expected.get(key), actual.get(key))

    def below(self, floors: dict[str, float]) -> dict[str, float]:
        for kind in floors:
            print(f"{kind}: {self.agreed[kind]} of {self.total[kind]}")  # noqa: T201 - the figures are what this test is for
        shares = {kind: self.agreed[kind] / count for kind, count in self.total.items()}
        return {kind: share for kind, share in shares.items() if share < floors[kind]}


def compare(scenario: dict[str, Any], several: list[Any], tally: Tally) -> None:
    objects = [*several, *map(resource, scenario["objects"])]
    mesh = Mesh(objects, is_whole=True)
    status = scenario["truth"]["status"]
    compare_status(scenario["id"], status, mesh, tally)
    for pod, kind in scenario["proxies"].items():
        truth = scenario["truth"]["proxies"][pod]
        place = scenario["id"], pod
        name, namespace = pod.split(".")
        if kind == "router":
            compare_router(place, truth, f"{namespace}/{name}", mesh, tally)
        else:
            compare_sidecar(place, truth, f"{namespace}/{name}", mesh, tally)
        compare_clusters(place, truth, namespace, mesh, tally)


def compare_status(scenario: str, truth: Truth, mesh: Mesh, tally: Tally) -> None:
    api = mesh.gateway_api
    gateways = {f"Gateway/{one.key_name}": one for one in mesh.of(KubernetesGateway)}
    gateways = {key: one for key, one in gateways.items() if api.gateway(one) is not None}
    routes = {f"{one.kind}/{one.key_name}": one for one in mesh.of(KubernetesRoute)}
    tally.fact("objects with a status", scenario, sorted(truth), sorted({**gateways, **routes}))
    for key, gateway in gateways.items():
        expected = truth.get(key, {"conditions": {}})
        place = scenario, key
        compare_conditions(place, expected["conditions"], api.gateway_conditions(gateway), tally)
        read = api.gateway(gateway)
        assert read is not None
        own = {one.listener.name: one for one in read.listeners}
        for name, listener in expected.get("listeners", {}).items():
            one = own[name]
            where = scenario, key, name
            compare_conditions(where, listener["conditions"], one.conditions, tally)
            attached = len(api.attached(one))
            tally.fact("attached routes", where, listener["attachedRoutes"], attached)
            tally.fact("supported kinds", where, listener["supportedKinds"], list(one.kinds))
    for key, route in routes.items():
        expected = {
            ref(one["parentRef"]): one for one in truth.get(key, {"parents": []})["parents"]
        }
        actual = {ref(one.reference.data): one for one in api.parents(route)}
        tally.fact("parents of routes", (scenario, key), sorted(expected), sorted(actual))
        for parent in expected.keys() & actual.keys():
            where = scenario, key, parent
            conditions = actual[parent].conditions
            compare_conditions(where, expected[parent]["conditions"], conditions, tally)


def compare_conditions(
    place: object, expected: dict[str, list[str]], actual: Conditions, tally: Tally
) -> None:
    wanted = {kind: (one[0], one[1]) for kind, one in expected.items()}
    found = {kind: (one.status, one.reason) for kind, one in actual.items()}
    tally.facts("conditions", place, wanted, found)


def ref(parent: Any) -> str:
    return json.dumps({**_GATEWAY, **parent}, sort_keys=True)


def compare_router(place: object, truth: Truth, name: str, mesh: Mesh, tally: Tally) -> None:
    gateway = mesh.gateway_api.gateways.for_workload(name)
    assert gateway is not None
    expected: dict[str, Any] = {}
    for one in truth["listeners"]:
        expected[one["name"]] = one["port"], one["address"], one["tlsInspector"]
        for chain in one["chains"]:
            chain.get("tls", {}).pop("alpn", None)
    actual = {
        one.name: (one.port, one.bind, any(each.sni or has_tls(each) for each in one.chains))
        for one in gateway.listeners
    }
    tally.facts("listeners", place, expected, actual)
    chains = {one["name"]: dict(enumerate(one["chains"])) for one in truth["listeners"]}
    found = {one.name: dict(enumerate(map(chain_form, one.chains))) for one in gateway.listeners}
    for listener in chains.keys() | found.keys():
        where = place, listener
        tally.facts("chains", where, chains.get(listener, {}), found.get(listener, {}))
    hosts = {
        (config, one.name): (list(one.domains), one.routes)
        for config, several in gateway.route_configs.items()
        for one in several
    }
    compare_routes(place, truth, hosts, mesh, tally)


def has_tls(chain: Any) -> bool:
    server = chain.server
    return server.has_tls and not server.is_passthrough and not server.is_http


def compare_sidecar(place: object, truth: Truth, name: str, mesh: Mesh, tally: Tally) -> None:
    workload = next(one for one in mesh.workloads if one.key_name == name)
    client = mesh.sidecar_scope.client(workload)
    table = client_table(mesh.sidecar_routes, client, mesh.config.domain)
    hosts = {
        (config, one.name): (list(one.domains), list(one.routes))
        for config, several in table.routes.items()
        for one in several
    }
    compare_routes(place, truth, hosts, mesh, tally)
    expected = {one.pop("name"): one for one in truth["listeners"]}
    listeners = (one for one in table.listeners if not looks_plain(one, _TCP_SERVICES))
    actual = {one.name: client_listener_form(one) for one in listeners}
    tally.facts("listeners of clients", place, expected, actual)


def compare_routes(
    place: object, truth: Truth, hosts: dict[tuple[str, str], tuple[list[str], list[EffectiveRoute]]],
    mesh: Mesh, tally: Tally,
) -> None:  # fmt: skip
    expected = {
        (config, one["name"]): one for config, several in truth["routes"].items() for one in several
    }
    domains = {key: one["domains"] for key, one in expected.items()}
    tally.facts("virtual hosts", place, domains, {key: one[0] for key, one in hosts.items()})
    for key in expected.keys() | hosts.keys():
        wanted = expected.get(key, {"routes": []})["routes"]
        several = hosts.get(key, ([], []))[1]
        found = [route_form(one, mesh.gateway_api.routes) for one in several]
        for kind, keys in (
            ("route order", ("vs", "name")),
            ("matches", ("match",)),
            ("actions", ("action",)),
        ):
            facts = [dict(enumerate(part(one, keys) for one in each)) for each in (wanted, found)]
            tally.facts(kind, (place, key), *facts)
        other = [
            {index: rest for index, one in enumerate(each) if (rest := changes(one))}
            for each in (wanted, found)
        ]
        tally.facts("headers and cors", (place, key), *other)


def part(route: dict[str, Any], keys: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(route[key] for key in keys)


def changes(route: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in route.items() if k not in {"vs", "name", "match", "action"}}


def compare_clusters(place: object, truth: Truth, namespace: str, mesh: Mesh, tally: Tally) -> None:
    services: dict[str, set[int]] = {}
    for one in mesh.registry:
        if mesh.registry.find(one.host, namespace) is not None:
            services.setdefault(one.host, set()).update(port.number for port in one.ports)
    expected = {name: one is not None for name, one in truth["clusters"].items()}
    tally.facts("clusters", place, expected, {name: exists(name, services) for name in expected})


@needs_data
def test_every_fact_agrees_with_istiod() -> None:
    tally, several = Tally(), base()
    for scenario in scenarios("gwapi-s1.jsonl"):
        compare(scenario, several, tally)
    assert {} == tally.below(FLOORS), "\n".join(tally.differences[:20])


@needs_data
def test_every_scenario_made_by_hand_agrees() -> None:
    several, good, differences = base(), 0, []
    found = list(scenarios("gwapi-hand.jsonl"))
    for scenario in found:
        tally = Tally()
        compare(scenario, several, tally)
        good += not tally.differences
        differences += tally.differences
    print(f"made by hand: {good} of {len(found)}")  # noqa: T201 - as above
    assert [] == differences
