"""What ``upgrade --cluster`` reads of a cluster, and what it says of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from api_server import ApiServer
from typer.testing import CliRunner

from meshctl.cli.app import app

ISTIOD = {
    "apiVersion": "apps/v1", "kind": "Deployment",
    "metadata": {"name": "istiod", "namespace": "istio-system", "labels": {"app": "istiod"}},
    "spec": {"template": {
        "metadata": {"labels": {"app": "istiod"}},
        "spec": {"containers": [{"name": "discovery", "image": "docker.io/istio/pilot:1.28.1"}]},
    }},
}  # fmt: skip
CRD = {
    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": {"name": "tcproutes.gateway.networking.k8s.io",
                 "annotations": {"gateway.networking.k8s.io/bundle-version": "v1.4.1"}},
}  # fmt: skip


def node(version: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1"},
            "status": {"nodeInfo": {"kubeletVersion": version}}}  # fmt: skip


def proxied(version: str) -> dict[str, Any]:
    image = f"docker.io/istio/proxyv2:{version}"
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web-1", "namespace": "shop"},
            "spec": {"containers": [{"name": "istio-proxy", "image": image}]},
            "status": {"phase": "Running"}}  # fmt: skip


@pytest.fixture
def cluster(api_server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ApiServer:
    monkeypatch.chdir(tmp_path)
    for one in (ISTIOD, CRD, node("v1.31.4"), proxied("1.26.2")):
        api_server.add(one)
    return api_server


def planned(cluster: ApiServer, *arguments: str) -> dict[str, Any]:
    access = ["--cluster", "--kubeconfig", str(cluster.kubeconfig), "-o", "json"]
    result = CliRunner().invoke(app, ["upgrade", "--to", "1.31", *arguments, *access])
    assert result.exit_code in {0, 1}, result.output
    return json.loads(result.stdout)


def test_a_cluster_says_what_runs(cluster: ApiServer) -> None:
    answer = planned(cluster)
    assert (answer["from"], answer["steps"]) == ("1.28.1", ["1.29", "1.30", "1.31"])
    found = {one["rule"]: one for one in answer["findings"]}
    assert "node n1 runs Kubernetes v1.31.4" in found["upgrade/1_30-122"]["message"]
    assert "is of 1.26.2" in found["upgrade/proxy-too-old"]["message"]
    assert "upgrade/kubernetes-unsupported" not in found  # the same place, said once


def test_an_api_server_in_range_is_fine(cluster: ApiServer) -> None:
    cluster.add(node("v1.33.0"))
    cluster.version = "v1.33.0"
    found = {one["rule"] for one in planned(cluster)["findings"]}
    assert not found & {"upgrade/1_30-122", "upgrade/kubernetes-unsupported"}


def test_what_may_not_be_read_is_said(cluster: ApiServer) -> None:
    cluster.deny("list", "customresourcedefinitions")
    access = ["--cluster", "--kubeconfig", str(cluster.kubeconfig)]
    result = CliRunner().invoke(app, ["upgrade", "--to", "1.31", *access])
    assert "not everything was read, of CustomResourceDefinition" in result.stderr
    assert "Before" in result.stdout
