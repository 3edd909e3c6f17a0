"""Does the model of gateways and routes agree with what real istiod sends?

The data are recordings of istiod 1.31; each scenario adds Gateways and VirtualServices to one
base mesh. Agreement is printed by kind of fact, and every floor only rises.

``servers_effect`` was recorded by removing each server in turn; the same is done with the model.
The faster answer that ``meshctl routes`` gives without removing all of them is counted on its
own. It differs in one place: of three binds and two protocols on one port, the server whose
socket joins two others to one list changes which route configuration is used.
"""

import copy
import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshctl.inspect.routes.gateway_routes import gateway_entry
from meshctl.mesh import Mesh
from meshctl.output.routes.form import gateway_form
from meshctl.resources import make_resource
from meshctl.sources.documents import Document

SHARED = Path(os.environ.get("MESHCTL_SHARED") or Path(__file__).parents[2] / "../shared")
DATA = SHARED / "data/istiod-truth"
WORKLOAD = "istio-system/istio-ingressgateway"
FLOORS = {
    "listeners": 1.0,
    "chains": 1.0,
    "domains": 1.0,
    "order of routes": 1.0,
    "what routes do": 1.0,
    "servers_effect": 1.0,
    "servers_effect without removing": 0.997,
    "never_routes": 1.0,
    "duplicate_sni": 1.0,
}

needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the recordings of istiod are not in {DATA}: nothing was compared"
)
Truth = dict[str, Any]
Facts = dict[tuple[Any, ...], Any]


def resource(data: dict[str, Any]) -> Any:
    return make_resource(Document("data", 1, "", data), data, (), "default")


@pytest.fixture(scope="module")
def base() -> list[Any]:
    text = (DATA / "gw-base.yaml").read_text()
    return [resource(data) for data in yaml.load_all(text, yaml.CSafeLoader)]


def scenarios() -> Iterator[tuple[str, list[dict[str, Any]], Truth]]:
    for line in (DATA / "gw-s1.jsonl").read_text().splitlines():
        scenario = json.loads(line)
        yield scenario["id"], scenario["manifests"], scenario["truth"]


def model(base: list[Any], manifests: list[dict[str, Any]]) -> Truth:
    mesh = Mesh([*base, *(resource(data) for data in manifests)])
    gateway = mesh.gateways.for_workload(WORKLOAD)
    assert gateway is not None
    return gateway_form(gateway_entry(gateway, mesh), with_places=False)


def facts(truth: Truth) -> dict[str, Facts]:
    """Split an answer into small facts by kind, so that each one counts."""
    found: dict[str, Facts] = {kind: {} for kind in FLOORS}
    for listener in truth["listeners"]:
        name = listener["name"]
        found["listeners"][name,] = listener["address"]
        for index, chain in enumerate(listener["chains"]):
            found["chains"][name, index] = chain
        found["chains"][name, "count"] = len(listener["chains"])
    for config, hosts in truth["routes"].items():
        for host in hosts:
            key = config, host["name"]
            found["domains"][key] = host["domains"], host.get("requireTls")
            for index, route in enumerate(host["routes"]):
                found["order of routes"][*key, index] = route["vs"], route["name"]
                found["what routes do"][*key, index] = deed(route)
    found["never_routes"] = {tuple(pair): True for pair in truth["never_routes"]}
    found["duplicate_sni"] = {(k,): sorted(v) for k, v in truth["duplicate_sni"].items()}
    return found


def deed(route: dict[str, Any]) -> dict[str, Any]:
    """What a route takes and does; query conditions have no order of their own."""
    form = {key: value for key, value in route.items() if key not in {"vs", "name"}}
    query = form["match"].get("query")
    if query:
        form["match"] = {**form["match"], "query": sorted(query, key=lambda item: item["name"])}
    return form


def configuration(truth: Truth) -> Truth:
    return {
        "listeners": truth["listeners"],
        "routes": {
            config: [
                {**host, "routes": [(r["vs"], r["name"], deed(r)) for r in host["routes"]]}
                for host in hosts
            ]
            for config, hosts in truth["routes"].items()
        },
    }


def without(manifests: list[dict[str, Any]], server: str) -> list[dict[str, Any]]:
    name, _, index = server.partition("#")
    left = copy.deepcopy(manifests)
    for data in left:
        meta = data["metadata"]
        if data["kind"] == "Gateway" and f"{meta['namespace']}/{meta['name']}" == name:
            del data["spec"]["servers"][int(index)]
    return left


class Tally:
    def __init__(self) -> None:
        self.total: Counter[str] = Counter()
        self.agreed: Counter[str] = Counter()
        self.differences: list[str] = []

    def compare(self, scenario: str, kind: str, expected: Facts, actual: Facts) -> None:
        for key in expected.keys() | actual.keys():
            want, got = expected.get(key), actual.get(key)
            self.total[kind] += 1
            self.agreed[kind] += want == got
            if want != got:
                self.differences.append(f"{scenario} {kind} {key}: istiod {want}, model {got}")

    def below(self, floors: dict[str, float]) -> dict[str, float]:
        for kind, count in self.total.items():
            print(f"{kind}: {self.agreed[kind]} of {count}")  # noqa: T201 - the figures are what this test is for
        shares = {kind: self.agreed[kind] / count for kind, count in self.total.items()}
        return {kind: share for kind, share in shares.items() if share < floors[kind]}


@needs_data
def test_every_fact_agrees_with_istiod(base: list[Any]) -> None:
    tally = Tally()
    for name, manifests, truth in scenarios():
        answer = model(base, manifests)
        actual = facts(answer)
        for kind, expected in facts(truth).items():
            tally.compare(name, kind, expected, actual[kind])
        effects = {(k,): v for k, v in truth["servers_effect"].items()}
        said = {key: answer["servers_effect"].get(key[0], False) for key in effects}
        tally.compare(name, "servers_effect without removing", effects, said)
        whole = configuration(answer)
        removed = {
            key: configuration(model(base, without(manifests, key[0]))) != whole for key in effects
        }
        tally.compare(name, "servers_effect", effects, removed)
    assert {} == tally.below(FLOORS), "\n".join(tally.differences[:20])
