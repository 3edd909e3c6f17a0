"""Sidecars hide nothing that is known to be called, and say what they save."""

import io
import json
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshctl.engine.analyze import load_mesh
from meshctl.generate.dependencies.known_calls import KnownCalls
from meshctl.generate.dependencies.observed import ObservedCall
from meshctl.generate.sidecar.plan import (
    NAMESPACE,
    WORKLOAD,
    SidecarAnswer,
    SidecarQuestion,
    plan_sidecars,
    with_objects,
)
from meshctl.inspect.size.answer import size
from meshctl.inspect.trace.answer import trace
from meshctl.inspect.trace.requests import make_request
from meshctl.mesh import Mesh
from meshctl.output.generate.sidecars import write_sidecars
from meshctl.settings import Settings
from meshctl.sources.loader import load

HOMES = ("bank", "desk", "shop")
NAMES = ("accounts", "cards", "loans")


def thing(api: str, kind: str, home: str, name: str, spec: Any, **labels: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": home, "labels": labels}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, "spec": spec}


def workload(home: str, name: str, calls: list[str]) -> list[dict[str, Any]]:
    env = [{"name": f"CALL_{n}", "value": one} for n, one in enumerate(calls)]
    labels = {"app": name}
    pod = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "app", "image": "example.com/a:1", "env": env}]},
    }
    ports = [{"name": "http", "port": 80}, {"name": "tcp", "port": 9000}]
    spec = {"replicas": 3, "selector": {"matchLabels": labels}, "template": pod}
    return [
        thing("apps/v1", "Deployment", home, name, spec),
        thing("v1", "Service", home, name, {"selector": labels, "ports": ports}),
    ]


def virtual_service(home: str, host: str, to: str, **more: Any) -> dict[str, Any]:
    routes = [{"route": [{"destination": {"host": to, "port": {"number": 80}}}]}]
    name = host.replace("*", "any").replace(".", "-")
    spec = {"hosts": [host], "http": routes, **more}
    return thing("networking.istio.io/v1", "VirtualService", home, name, spec)


def entry(home: str, name: str, host: str, **more: Any) -> dict[str, Any]:
    spec = {
        "hosts": [host], "ports": [{"number": 80, "name": "http", "protocol": "HTTP"}],
        "resolution": "NONE" if "*" in host else "DNS", **more,
    }  # fmt: skip
    return thing("networking.istio.io/v1", "ServiceEntry", home, name, spec)


URLS = [
    *(f"http://{name}.{home}" for name in NAMES for home in HOMES),
    *(f"{name}.{home}.svc.cluster.local:9000" for name in NAMES for home in HOMES),
    "http://api.example.com", "http://x.wild.example.com/a", "http://only-routed.example.com",
]  # fmt: skip


@st.composite
def meshes(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = [
        {"apiVersion": "v1", "kind": "Namespace",
         "metadata": {"name": home, "labels": {"istio-injection": "enabled"}}}
        for home in HOMES
    ]  # fmt: skip
    for home in HOMES:
        for name in NAMES:
            calls = draw(st.lists(st.sampled_from(URLS), max_size=2))
            found += workload(home, name, calls)
    some = st.sampled_from
    for _ in range(draw(st.integers(0, 3))):
        home = draw(some(HOMES))
        host = draw(some([
            f"{draw(some(NAMES))}.{draw(some(HOMES))}.svc.cluster.local", "api.example.com",
            "*.wild.example.com", "only-routed.example.com", f"*.{home}.svc.cluster.local",
        ]))  # fmt: skip
        to = f"{draw(some(NAMES))}.{draw(some(HOMES))}.svc.cluster.local"
        more = {"exportTo": draw(some([["*"], ["."], ["bank"]]))} if draw(st.booleans()) else {}
        found.append(virtual_service(home, host, to, **more))
    if draw(st.booleans()):
        found.append(entry(draw(some(HOMES)), "api", "api.example.com"))
    if draw(st.booleans()):
        found.append(entry(draw(some(HOMES)), "wild", "*.wild.example.com"))
    unique = {(one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"]): one
              for one in found}  # fmt: skip
    return list(unique.values())


def mesh_of(tmp: Any, objects: list[dict[str, Any]]) -> Mesh:
    file = tmp / "mesh.yaml"
    file.write_text(yaml.safe_dump_all(objects))
    return load_mesh(load([str(file)]), Settings(whole_mesh=True))


def planned(mesh: Mesh, calls: KnownCalls, **asked: Any) -> SidecarAnswer:
    return plan_sidecars(mesh, calls, size(mesh).model, SidecarQuestion(**asked))


def ways(mesh: Mesh, calls: KnownCalls) -> dict[str, Any]:
    """Follow every known call: where it goes, by which TLS, and whether it arrives."""
    found = {}
    for one in mesh.workloads:
        for call in calls.of(one):
            host = call.name.replace("*", "x")
            url = f"{'tcp' if call.port == 9000 else 'http'}://{host}:{call.port or 80}"
            way = trace(mesh, make_request(url, f"{one.name}.{one.namespace}"), "default")
            key = f"{one.key_name} {url}"
            found[key] = way.outcome, way.destinations, way.tls, way.can_arrive
    return found


@pytest.mark.parametrize("asked", [
    {"per": NAMESPACE}, {"per": WORKLOAD}, {"per": NAMESPACE, "is_exact": True},
    {"per": WORKLOAD, "is_exact": True},
], ids=str)  # fmt: skip
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(objects=meshes())
def test_no_known_call_changes(
    asked: dict[str, Any], objects: list[dict[str, Any]], tmp_path_factory: Any
) -> None:
    mesh = mesh_of(tmp_path_factory.mktemp("mesh"), objects)
    calls = KnownCalls(mesh)
    answer = planned(mesh, calls, **asked)
    narrowed = with_objects(mesh, [one.manifest for one in answer.sidecars])
    assert ways(mesh, calls) == ways(narrowed, calls)
    for one in answer.sidecars:
        assert one.after.clusters < one.before.clusters
        assert one.after.total_mib < one.before.total_mib


def bank(*more: dict[str, Any]) -> list[dict[str, Any]]:
    found = [{"apiVersion": "v1", "kind": "Namespace",
              "metadata": {"name": home, "labels": {"istio-injection": "enabled"}}}
             for home in HOMES]  # fmt: skip
    for home in HOMES:
        for name in NAMES:
            found += workload(home, name, ["http://cards.bank"] if home == "shop" else [])
    return [*found, *more]


def hosts(answer: SidecarAnswer, namespace: str) -> list[str]:
    plan = next(one for one in answer.sidecars if one.namespace == namespace)
    return [entry.host for entry in plan.entries]


CARDS = "bank/cards.bank.svc.cluster.local"


def test_a_namespace_keeps_itself_and_what_it_calls(tmp_path) -> None:
    mesh = mesh_of(tmp_path, bank())
    answer = planned(mesh, KnownCalls(mesh))
    assert ["./*", "istio-system/*", CARDS] == hosts(answer, "shop")
    assert ["./*", "istio-system/*"] == hosts(answer, "desk")
    plan = answer.sidecars[-1]
    reasons = plan.entries[-1].reasons
    assert any("accounts names it in its settings (" in one for one in reasons), reasons
    assert (9, 0) == (plan.proxies, len(answer.left_alone))


def test_what_prometheus_has_seen_is_kept(tmp_path) -> None:
    mesh = mesh_of(tmp_path, bank())
    seen = [
        ObservedCall("desk", "loans", "", "accounts.shop.svc.cluster.local", "shop", "accounts")
    ]
    calls = KnownCalls(mesh, seen)
    assert "shop/accounts.shop.svc.cluster.local" in hosts(planned(mesh, calls), "desk")
    per = planned(mesh, calls, per=WORKLOAD)
    found = {one.workload: [e.host for e in one.entries] for one in per.sidecars
             if one.namespace == "desk"}  # fmt: skip
    assert ["istio-system/*", "shop/accounts.shop.svc.cluster.local"] == found["loans"]
    assert ["./*", "istio-system/*"] == found["cards"]


def policy(**source: list[str]) -> dict[str, Any]:
    spec = {
        "selector": {"matchLabels": {"app": "loans"}},
        "rules": [{"from": [{"source": source}]}],
    }
    return thing("security.istio.io/v1", "AuthorizationPolicy", "bank", "loans", spec)


@pytest.mark.parametrize("source", [
    {"namespaces": ["desk"]}, {"principals": ["cluster.local/ns/desk/sa/clerk"]},
    {"serviceAccounts": ["desk/clerk"]},
])  # fmt: skip
def test_what_policies_permit_is_kept(source: dict[str, list[str]], tmp_path) -> None:
    mesh = mesh_of(tmp_path, bank(policy(**source)))
    assert "bank/loans.bank.svc.cluster.local" in hosts(planned(mesh, KnownCalls(mesh)), "desk")


def test_providers_and_envoy_filters_are_kept(tmp_path) -> None:
    cluster = {"cluster": "outbound|80||loans.bank.svc.cluster.local"}
    patch = {"applyTo": "CLUSTER", "patch": {"operation": "MERGE", "value": cluster}}
    spec = {"configPatches": [patch]}
    provider = {"name": "otel", "opentelemetry": {
        "service": "bank/accounts.bank.svc.cluster.local", "port": 80}}  # fmt: skip
    config = {
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "istio", "namespace": "istio-system"},
        "data": {"mesh": yaml.safe_dump({"extensionProviders": [provider]})},
    }  # fmt: skip
    made = thing("networking.istio.io/v1alpha3", "EnvoyFilter", "istio-system", "patch", spec)
    mesh = mesh_of(tmp_path, bank(made, config))
    found = hosts(planned(mesh, KnownCalls(mesh)), "desk")
    assert {"bank/accounts.bank.svc.cluster.local", "bank/loans.bank.svc.cluster.local"} <= set(
        found
    )


def test_what_is_limited_already_is_left_alone(tmp_path) -> None:
    own = thing("networking.istio.io/v1", "Sidecar", "desk", "x", {"egress": [{"hosts": ["./*"]}]})
    mesh = mesh_of(tmp_path, bank(own))
    answer = planned(mesh, KnownCalls(mesh), shown=["desk"])
    assert ([], 3) == (list(answer.sidecars), len(answer.left_alone))
    assert "Sidecar desk/x limits it already" == answer.left_alone[0].why


def test_the_three_formats(tmp_path) -> None:
    mesh = mesh_of(tmp_path, bank())
    answer = planned(mesh, KnownCalls(mesh))
    texts = {}
    for output in ("yaml", "text", "json"):
        out = io.StringIO()
        write_sidecars(answer, output, out)
        texts[output] = out.getvalue()
    manifests = [one.manifest for one in answer.sidecars]
    assert manifests == list(yaml.safe_load_all(texts["yaml"]))
    assert "shop/*" in texts["text"]
    data = json.loads(texts["json"])
    assert (1, manifests) == (data["version"], [one["manifest"] for one in data["sidecars"]])
