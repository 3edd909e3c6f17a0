"""``describe`` and ``check-inject`` of what a cluster holds, and of files laid over it."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from api_server import ApiServer
from typer.testing import CliRunner, Result

from meshctl.cli.app import app
from meshctl.errors import UsageError

BAKERY = Path(__file__).parents[1] / "inspect/meshes/bakery.yaml"


@pytest.fixture
def bakery(api_server: ApiServer) -> ApiServer:
    for item in yaml.safe_load_all(BAKERY.read_text(encoding="utf-8")):
        if item["kind"] == "Service":
            item["status"] = {"loadBalancer": {"ingress": [{"hostname": "door.example.net"}]}}
        api_server.add(item)
    return api_server


def run(server: ApiServer, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--kubeconfig", str(server.kubeconfig)])


def answer(server: ApiServer, *words: str) -> Any:
    result = run(server, *words, "-o", "json")
    assert 0 == result.exit_code, (result.stderr, result.exception)
    return json.loads(result.stdout)


def test_a_pod_of_a_cluster_reads_like_that_of_files(bakery: ApiServer) -> None:
    live = answer(bakery, "describe", "pod", "oven-v1.bakery")
    files = answer(bakery, "describe", "pod", "oven-v1.bakery", str(BAKERY), "--whole-mesh")
    for item in live["services"][0]["exposed"]:
        if item["gateway"]["name"] == "door":
            assert ["door.example.net", "192.0.2.7"] == item.pop("addresses")
    for item in files["services"][0]["exposed"]:
        if item["gateway"]["name"] == "door":
            assert ["192.0.2.7"] == item.pop("addresses")
    assert without_places(files) == without_places(live)


def without_places(form: Any) -> Any:
    if isinstance(form, dict):
        return {key: without_places(item) for key, item in form.items() if key != "location"}
    if isinstance(form, list):
        # Findings come in the order of their files.
        return sorted((without_places(item) for item in form), key=repr)
    return form


def test_the_text_names_no_places_in_a_cluster(bakery: ApiServer) -> None:
    result = run(bakery, "describe", "service", "oven.bakery")
    assert 0 == result.exit_code
    assert "cluster:" not in result.stdout
    assert "VirtualService bakery/oven at mesh, hosts oven" in result.stdout


def test_files_are_laid_over_the_cluster(bakery: ApiServer, tmp_path: Path) -> None:
    file = tmp_path / "new.yaml"
    file.write_text(
        "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\n"
        "metadata: {name: whole, namespace: bakery}\nspec: {mtls: {mode: PERMISSIVE}}\n"
    )
    form = answer(bakery, "describe", "pod", "oven-v1.bakery", str(file), "--cluster")
    assert "PERMISSIVE" == form["peer_authentication"]["mode"]
    assert str(file) == form["peer_authentication"]["decided_by"]["location"]["file"]


def test_policies_that_are_hidden_are_not_absent(bakery: ApiServer) -> None:
    bakery.deny("list", "authorizationpolicies")
    form = answer(bakery, "describe", "pod", "oven-v1.bakery")
    assert ["AuthorizationPolicy"] == form["not_shown"]
    assert form["authorization"]["callers"].startswith("unknown")


def webhook(name: str) -> dict[str, Any]:
    selector = {"matchLabels": {"istio-injection": "enabled"}}
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": name, "labels": {"istio.io/rev": name}},
        "webhooks": [{"name": "x.sidecar-injector.istio.io", "namespaceSelector": selector}],
    }


def test_check_inject_asks_the_webhooks_of_the_cluster(bakery: ApiServer) -> None:
    bakery.add(webhook("stable"))
    (form,) = answer(bakery, "check-inject", "deploy/oven-v1.bakery")
    assert ("injected", False) == (form["verdict"], form["webhooks_assumed"])
    assert ["stable"] == [each_webhook["name"] for each_webhook in form["webhooks"]]


def test_two_webhooks_end_with_1(bakery: ApiServer) -> None:
    bakery.add(webhook("stable"))
    bakery.add(webhook("canary"))
    result = run(bakery, "check-inject", "oven-v1.bakery")
    assert 1 == result.exit_code
    assert "several webhooks will inject: canary, stable" in result.stdout
    assert 1 == run(bakery, "check-inject", "-l", "app=oven").exit_code
    assert 0 == run(bakery, "check-inject", "-l", "app=nobody").exit_code


def test_an_unknown_name_is_refused(bakery: ApiServer) -> None:
    for words in (("describe", "pod", "ovn"), ("check-inject", "ovn")):
        result = run(bakery, *words)
        assert isinstance(result.exception, UsageError)
        assert "did you mean oven-v1.bakery or oven-v2.bakery" in str(result.exception)
