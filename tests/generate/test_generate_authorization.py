"""Policies let in every known caller, and nobody else."""

import io
import json
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from test_generate_sidecar import (
    HOMES,
    bank,
    mesh_of,
    meshes,
    thing,
    virtual_service,
    ways,
    workload,
)

from meshctl.engine.analyze import analyze
from meshctl.generate.authorization.callers import KnownCallers
from meshctl.generate.authorization.plan import AuthorizationAnswer, plan_policies
from meshctl.generate.dependencies.known_calls import KnownCalls
from meshctl.generate.dependencies.observed import ObservedCall
from meshctl.generate.sidecar.plan import with_objects
from meshctl.inspect.trace.answer import trace
from meshctl.inspect.trace.requests import make_request
from meshctl.mesh import Mesh
from meshctl.output.generate.policies import write_policies
from meshctl.settings import Settings


def planned(mesh: Mesh, seen: list[ObservedCall] | None = None, **how: Any) -> AuthorizationAnswer:
    callers = KnownCallers(mesh, KnownCalls(mesh, seen or []), seen or [])
    return plan_policies(mesh, callers, **how)


def of(answer: AuthorizationAnswer, service: str) -> list[str]:
    return [f"{caller.identity} {caller.ports}" for plan in answer.policies
            if f"{plan.namespace}/{plan.service}" == service for caller in plan.callers]  # fmt: skip


def why(answer: AuthorizationAnswer, service: str) -> str:
    return next(one.why for one in answer.left_alone if f"{one.namespace}/{one.service}" == service)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(objects=meshes())
def test_no_known_call_is_refused(objects: list[dict[str, Any]], tmp_path_factory: Any) -> None:
    mesh = mesh_of(tmp_path_factory.mktemp("mesh"), objects)
    answer = planned(mesh, is_dry=False)
    guarded = with_objects(mesh, [one.manifest for one in answer.policies])
    calls = KnownCalls(mesh)
    assert ways(mesh, calls) == ways(guarded, calls)


def arrives(mesh: Mesh, client: str, url: str = "http://cards.bank/") -> bool:
    return trace(mesh, make_request(url, client), "default").can_arrive


def accounts(home: str, name: str) -> dict[str, Any]:
    made = workload(home, name, ["http://cards.bank"])[0]
    made["spec"]["template"]["spec"]["serviceAccountName"] = name
    return made


def test_others_are_refused_once_it_is_enforced(tmp_path) -> None:
    mesh = mesh_of(tmp_path, [*bank()[:9], accounts("shop", "till")])
    clients = [("till.shop", True), ("accounts.bank", False)]
    for is_dry in (True, False):
        answer = planned(mesh, is_dry=is_dry)
        assert ["shop/till (80,)"] == of(answer, "bank/cards")
        guarded = with_objects(mesh, [one.manifest for one in answer.policies])
        assert [is_known or is_dry for _, is_known in clients] == [
            arrives(guarded, client) for client, _ in clients
        ]
    assert not arrives(guarded, "till.shop", "tcp://cards.bank:9000")


def test_callers_come_through_routes_from_gateways_and_from_prometheus(tmp_path) -> None:
    labels = {"istio": "gate"}
    gate = workload("edge", "gate", [])[0]
    template = gate["spec"]["template"]
    template["metadata"] = {
        "labels": labels, "annotations": {"inject.istio.io/templates": "gateway"}
    }  # fmt: skip
    template["spec"] = {
        "serviceAccountName": "gate", "containers": [{"name": "istio-proxy", "image": "auto"}]
    }  # fmt: skip
    server = {"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}
    spec = {"selector": labels, "servers": [server]}
    home = {"apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": "edge", "labels": {"istio-injection": "enabled"}}}  # fmt: skip
    mesh = mesh_of(tmp_path, [
        *bank()[:9], home, gate, thing("networking.istio.io/v1", "Gateway", "edge", "gate", spec),
        virtual_service("bank", "bank.example.com", "loans", gateways=["edge/gate"]),
        virtual_service("bank", "cards", "accounts"), accounts("shop", "till"),
    ])  # fmt: skip
    seen = [
        ObservedCall("shop", "till", "cluster.local/ns/shop/sa/till",
                     "loans.bank.svc.cluster.local", "bank", "loans"),
        ObservedCall("shop", "till", "", "loans.bank.svc.cluster.local", "bank", "loans"),
    ]  # fmt: skip
    answer = planned(mesh, seen)
    assert ["edge/gate (80, 9000)", "shop/till (80, 9000)"] == of(answer, "bank/loans")
    assert ["shop/till (80, 9000)"] == of(answer, "bank/accounts")
    assert "nobody is known to call it" == why(answer, "bank/cards")


OUTSIDE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "plain"}}
DISABLED = thing("security.istio.io/v1", "PeerAuthentication", "bank", "off",
                 {"mtls": {"mode": "DISABLE"}})  # fmt: skip
CLOSED = thing("security.istio.io/v1", "AuthorizationPolicy", "bank", "mine",
               {"rules": [{"from": [{"source": {"namespaces": ["shop"]}}]}]})  # fmt: skip
PUBLIC = thing("v1", "Service", "bank", "cards-public",
               {"type": "LoadBalancer", "selector": {"app": "cards"}, "ports": [{"port": 80}]})  # fmt: skip
PLAIN = thing("networking.istio.io/v1", "DestinationRule", "bank", "plain",
              {"host": "cards", "trafficPolicy": {"tls": {"mode": "DISABLE"}}})  # fmt: skip
SOMEBODY = [ObservedCall("", "", "", "cards.bank.svc.cluster.local", "bank", "cards")]
ROUTED = virtual_service("bank", "bank.example.com", "cards", gateways=["elsewhere/gate"])


@pytest.mark.parametrize(
    ("more", "seen", "message"),
    [
        ([OUTSIDE, accounts("plain", "till")], [], "a caller has no identity"),
        ([DISABLED], [], "takes no mutual TLS"),
        ([CLOSED], [], "AuthorizationPolicy bank/mine says already"),
        ([PUBLIC], [], "cards-public (LoadBalancer) lets in callers from outside"),
        ([PLAIN], [], "shop/default calls it in plaintext"),
        ([ROUTED], [], "routes it at Gateway elsewhere/gate, whose pods aren't known"),
        ([], SOMEBODY, "somebody calls it without mutual TLS"),
    ],
)  # fmt: skip
def test_what_a_policy_would_break_has_none(more, seen, message, tmp_path) -> None:
    answer = planned(mesh_of(tmp_path, bank(*more)), seen)
    assert [] == of(answer, "bank/cards")
    assert message in why(answer, "bank/cards")


def test_what_is_written_is_read_again_and_silent(tmp_path) -> None:
    mesh = mesh_of(tmp_path, bank())
    answer = planned(mesh)
    texts = {}
    for output in ("yaml", "text", "json"):
        out = io.StringIO()
        write_policies(answer, output, out)
        texts[output] = out.getvalue()
    manifests = [one.manifest for one in answer.policies]
    assert manifests == list(yaml.safe_load_all(texts["yaml"]))
    assert {"istio.io/dry-run": "true"} == manifests[0]["metadata"]["annotations"]
    assert "shop/default on 80: " in texts["text"]
    assert manifests == [one["manifest"] for one in json.loads(texts["json"])["policies"]]
    (tmp_path / "policies.yaml").write_text(texts["yaml"])
    report = analyze([str(tmp_path)], Settings(whole_mesh=True))
    found = {one.rule for one in report.findings if one.rule.startswith("authorization-policy")}
    assert {
        "authorization-policy/only-tried-out"
    } == found  # which they are, until somebody decides
    assert set(HOMES) >= {one.namespace for one in answer.policies}
