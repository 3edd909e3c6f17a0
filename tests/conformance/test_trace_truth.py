"""Do requests go where real Istio sends them? Every recorded call counts.

The data are calls and revisions that Istio 1.31's own code answered; the model behind ``trace``,
``test`` and ``diff`` answers them here. Agreement is printed by figure, and every floor only rises.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshctl.mesh import Mesh
from meshctl.mesh.authorization.arrival import HttpRequest
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.request_path.behaviour import behaviour
from meshctl.mesh.request_path.hops import Carried, Direction, Envelope, Hop, Sending
from meshctl.mesh.request_path.sending import UNKNOWN_SERVICE, wire_name
from meshctl.resources import Workload, make_resource
from meshctl.sources.documents import Document

SHARED = Path(os.environ.get("MESHCTL_SHARED") or Path(__file__).parents[2] / "../shared")
DATA = SHARED / "data/trace-truth"
FLOOR = 1.0
LIMITS = {"outcome": 0.999, "route": 0.998}
"""What disagrees: an API server gives a redirect of an HTTPRoute its default code 302, which the
recordings were made without (one call); of two HTTPRoutes with one match twice, Istio counts the
second, which never gets a request (the index of two calls)."""

needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the recorded calls are not in {DATA}: nothing was compared"
)


def resource(data: dict[str, Any]) -> Any:
    return make_resource(Document("data", 1, "", data), data, (), "default")


def lines(name: str) -> Iterator[dict[str, Any]]:
    for line in (DATA / name).read_text().splitlines():
        yield json.loads(line)


class Scenario:
    """The base mesh with some objects, and its pods by the names that calls use."""

    def __init__(self, manifests: Any, config: dict[str, Any] | None) -> None:
        base = yaml.load_all((DATA / "base.yaml").read_text(), yaml.CSafeLoader)
        every = [resource(one) for one in (*base, *manifests)]
        self.mesh = Mesh(every, MeshConfig.parse(config or {}), is_whole=True)
        self.pods: dict[str, Workload] = {}
        for pod in self.mesh.workloads:
            self.pods.setdefault(label(pod), pod)

    def follow(self, call: dict[str, Any]) -> Hop:
        paths = self.mesh.request_paths
        if call["kind"] == "outbound":
            return paths.from_workload(self.pods[call["from"]], carried(call, call["addr"]))
        pod = self.pods[call["to"]]
        bytes_ = carried(call, paths.views.endpoints.address_of(pod))
        sni, tls = call.get("sni", ""), call.get("tls")
        if call["kind"] == "gateway":
            own = Envelope(tls, sni) if tls == "mtls-own" else Envelope()
            return paths.arrive(pod, bytes_._replace(port=call["targetPort"]), own)
        if tls == "mtls":
            is_http = call["proto"] != "tcp"
            wrapped = Envelope("istio-mutual", sni, call.get("principal"), is_http)
            return paths.arrive(pod, bytes_, wrapped)
        return paths.arrive(pod, bytes_)


def label(pod: Workload) -> str:
    return f"{pod.namespace}/{pod.pod_annotations.get('lab/workload', pod.name)}"


def carried(call: dict[str, Any], address: str) -> Carried:
    http = None
    if call["proto"] != "tcp":
        headers = {name.lower(): value for name, value in call.get("headers", {}).items()}
        method, path = call.get("method", "GET"), call.get("path", "/")
        http = HttpRequest(call.get("host", ""), method, path, headers, call.get("jwt"))
    return Carried(
        address, call["port"], http, call["proto"] == "http2",
        call.get("tls") in {"tls", "mtls-own"}, call.get("sni", ""), call.get("srcIP", ""),
    )  # fmt: skip


def told(hop: Hop) -> dict[str, Any]:
    """Write a hop as the recordings do."""
    assert hop.workload is not None
    verdict = hop.verdict
    found = {
        "at": label(hop.workload), "dir": hop.direction.value, "outcome": hop.outcome.value,
        "code": hop.code, "vhost": hop.virtual_host, "domain": hop.domain,
        "route": hop.route_name, "route_index": hop.route_index, "location": hop.location,
        "path": hop.path, "host": hop.authority, "tls": hop.tls, "listener": hop.listener,
        "to": [sent(one, len(hop.sendings)) for one in hop.sendings],
    }  # fmt: skip
    service = hop.virtual_service
    if service is not None and (hop.route is not None or hop.direction is Direction.OUTBOUND):
        found["vs"] = service.key_name
    if verdict is not None and verdict.steps:
        decision = "allow" if verdict.is_allowed else "deny"
        by = [rule.title for rule in verdict.by]
        found["authz"] = {"decision": decision, "action": verdict.action, "by": by}
    return {key: value for key, value in found.items() if value not in ("", None, [])}


def sent(one: Sending, count: int) -> dict[str, Any]:
    found: dict[str, Any] = {"endpoints": []}
    if one.name:
        found["name"] = one.name
    elif one.target is not None:
        found |= {"host": one.target.host, "port": one.target.port}
        found |= {"subset": one.target.subset} if one.target.subset else {}
    if one.target is not None and count > 1:
        found["weight"] = one.target.weight
    if one.cluster is not None:
        found |= {"type": one.cluster.kind, "tls": one.cluster.upstream.tls.value}
        if one.cluster.rule is not None:
            found["dr"] = one.cluster.rule.rules[0].key_name
    elif one.name in {"", UNKNOWN_SERVICE}:
        found |= {"missing": True, "missing_code": one.missing_code}
    seen = set()
    for leg in one.legs:
        end = leg.wire.endpoint
        name = label(end.workload) if end.workload else end.address
        if end.workload is None or (name, end.port) not in seen:
            seen.add((name, end.port))
            address = f"{end.address}:{end.port}" if end.port else end.address
            place = {"addr": address, "wire": wire_name(leg), "pod": name}
            found["endpoints"].append(place | ({"server": told(leg.next)} if leg.next else {}))
    return found


def hops(result: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    yield path, result
    for index, one in enumerate(result.get("to", [])):
        for end in one.get("endpoints", []):
            if "server" in end:
                yield from hops(end["server"], f"{path}/{index}:{end['pod']}")


def destinations(result: dict[str, Any]) -> list[Any]:
    """The clusters; the recordings tell TLS by endpoints, so without any it says nothing."""
    keys = ("host", "port", "subset", "weight", "dr", "type")
    return [
        (one["name"],) if one.get("name", UNKNOWN_SERVICE) != UNKNOWN_SERVICE
        else (*map(one.get, keys), one.get("tls") if one.get("endpoints") else "",
              bool(one.get("missing")), one.get("missing_code", 503))
        for one in result.get("to", [])
    ]  # fmt: skip


def wires(result: dict[str, Any]) -> list[Any]:
    return sorted(
        (path, end["addr"], end["wire"])
        for path, hop in hops(result)
        for one in hop.get("to", [])
        for end in one.get("endpoints", [])
    )


def decisions(result: dict[str, Any], *keys: str) -> list[Any]:
    found = [(path, hop["authz"]) for path, hop in hops(result) if "authz" in hop]
    return sorted((path, [one.get(key) or [] for key in keys]) for path, one in found)


FIGURES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "outcome": lambda one: (one["outcome"], one.get("code"), one.get("location")),
    "vhost": lambda one: (one.get("vhost"), one.get("domain")),
    "route": lambda one: (one.get("route"), one.get("route_index"), one.get("vs")),
    "destinations": destinations,
    "path": lambda one: (one.get("path"), None if one.get("host") == "(auto)" else one.get("host")),
    "wire TLS": wires,
    "inbound outcome": lambda one: sorted(
        (path, hop["dir"], hop["outcome"], hop.get("tls")) for path, hop in hops(one)
    ),
    "authorization decision": lambda one: decisions(one, "decision"),
    "deciding policy": lambda one: decisions(one, "action", "by"),
}


@needs_data
@pytest.mark.parametrize("name", ["trace-s1.jsonl", "authz-s1.jsonl", "facts.jsonl"])
def test_requests_go_where_istio_sends_them(name, capsys: pytest.CaptureFixture[str]) -> None:
    total: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    differences: list[str] = []
    for scenario in lines(name):
        whole = Scenario(scenario["manifests"], scenario.get("mesh"))
        fine = True
        for number, row in enumerate(scenario["calls"]):
            got = told(whole.follow(row["call"]))
            expected = (row["result"], *row.get("unstable", ()))
            for figure, read in FIGURES.items():
                same = any(read(one) == read(got) for one in expected)
                total[figure] += 1
                agreed[figure] += same
                fine = fine and same
                if not same:
                    text = f"{scenario['id']} call {number} {figure}: Istio "
                    differences.append(f"{text}{read(expected[0])}, model {read(got)}")
        total["scenarios"] += 1
        agreed["scenarios"] += fine
    with capsys.disabled():
        print(f"\n{name}", end="")  # noqa: T201 - the figures
        for figure, count in total.items():
            print(f"\n  {figure}: {agreed[figure]} of {count}", end="")  # noqa: T201 - the figures
    missed = {
        figure
        for figure, count in total.items()
        if figure != "scenarios" and agreed[figure] < LIMITS.get(figure, FLOOR) * count
    }
    assert set() == missed, "\n".join(differences[:20])


def without_filters(result: Any) -> Any:
    """Leave out what changes nothing: filters that let through, and names in the configuration."""
    if isinstance(result, list):
        return [without_filters(one) for one in result]
    if not isinstance(result, dict):
        return result
    names = {"steps", "listener", "chain", "route_index", "rds", "vhost", "domain"}
    return {
        key: without_filters(value)
        for key, value in result.items()
        if key not in names and not (key == "authz" and not value.get("action"))
    }


def identity(one: dict[str, Any]) -> tuple[str, str, str]:
    return one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"]


@needs_data
def test_changes_of_behaviour_are_those_that_istio_sees(capsys: pytest.CaptureFixture[str]) -> None:
    total = agreed = 0
    differences = []
    for line in lines("diff-s1.jsonl"):
        after = {identity(one): one for one in line["before"]}
        for removed in line["after"]["removed"]:
            del after[tuple(removed)]
        after |= {identity(one): one for one in line["after"]["set"]}
        config = line.get("meshBefore")
        was = Scenario(line["before"], config)
        now = Scenario(after.values(), line.get("meshAfter", config))
        for number, row in enumerate(one for one in line["calls"] if "unstable" not in one):
            differs = row["changed"] and without_filters(row["before"]) != without_filters(
                row["after"]
            )
            found = behaviour(was.follow(row["call"])) != behaviour(now.follow(row["call"]))
            total += 1
            agreed += differs == found
            if differs != found:
                differences.append(f"{line['id']} call {number}: Istio {differs}, model {found}")
    with capsys.disabled():
        print(f"\nchanged calls of diff: {agreed} of {total}", end="")  # noqa: T201 - the figure
    assert agreed >= FLOOR * total, "\n".join(differences[:20])
