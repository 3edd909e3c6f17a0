"""Our API server is one to kubectl too, so that what we test against is the real protocol."""

import os
import shutil
import subprocess

import pytest
import yaml
from api_server import ApiServer

pytestmark = pytest.mark.skipif(
    shutil.which("kubectl") is None, reason="kubectl is not installed on this machine"
)


def environment(server: ApiServer) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(server.directory),
        "KUBECONFIG": server.kubeconfig,
    }


def kubectl(server: ApiServer, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["kubectl", *arguments],
        env=environment(server),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.fixture
def cluster(api_server: ApiServer) -> ApiServer:
    api_server.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    for name in ("one", "two", "three"):
        metadata = {"name": name, "namespace": "shop", "labels": {"app": name}}
        api_server.add({"apiVersion": "v1", "kind": "Pod", "metadata": metadata})
    route = {"name": "route", "namespace": "shop"}
    api_server.add(
        {
            "apiVersion": "networking.istio.io/v1",
            "kind": "VirtualService",
            "metadata": route,
            "spec": {"hosts": ["one"]},
        }
    )
    return api_server


def test_pods_of_all_namespaces_are_listed(cluster: ApiServer) -> None:
    lines = kubectl(cluster, "get", "pods", "-A").stdout.splitlines()
    assert ["NAMESPACE", "NAME", "AGE"] == lines[0].split()
    assert ["one", "three", "two"] == [line.split()[1] for line in lines[1:]]


def test_pages_are_followed(cluster: ApiServer) -> None:
    found = kubectl(cluster, "get", "pods", "-n", "shop", "--chunk-size", "1", "-o", "name")
    assert "pod/one\npod/three\npod/two\n" == found.stdout


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("app=one", "pod/one\n"),
        ("app!=one", "pod/three\npod/two\n"),
        ("app in (one,two)", "pod/one\npod/two\n"),
        ("!app", ""),
    ],
)
def test_labels_select(cluster: ApiServer, selector: str, names: str) -> None:
    assert (
        names == kubectl(cluster, "get", "pods", "-n", "shop", "-l", selector, "-o", "name").stdout
    )


def test_a_custom_resource_is_read(cluster: ApiServer) -> None:
    kind = "virtualservices.networking.istio.io"
    found = yaml.safe_load(kubectl(cluster, "get", kind, "-n", "shop", "-o", "yaml").stdout)
    (route,) = found["items"]
    assert ("networking.istio.io/v1", "route", {"hosts": ["one"]}) == (
        route["apiVersion"],
        route["metadata"]["name"],
        route["spec"],
    )


def test_raw_paths_and_the_version_are_read(cluster: ApiServer) -> None:
    version = yaml.safe_load(kubectl(cluster, "get", "--raw", "/version").stdout)
    assert cluster.version == version["gitVersion"]


def test_an_unknown_object_is_not_found(cluster: ApiServer) -> None:
    failed = kubectl(cluster, "get", "pod", "four", "-n", "shop")
    assert 'Error from server (NotFound): pods "four" not found\n' == failed.stderr


def test_what_is_denied_is_forbidden(cluster: ApiServer) -> None:
    cluster.deny("list", "secrets")
    failed = kubectl(cluster, "get", "secrets", "-n", "shop")
    assert "Error from server (Forbidden): secrets is forbidden: User" in failed.stderr
    assert "no\n" == kubectl(cluster, "auth", "can-i", "list", "secrets", "-n", "shop").stdout
    assert "yes\n" == kubectl(cluster, "auth", "can-i", "list", "pods", "-n", "shop").stdout


def test_a_watch_sees_what_is_new(cluster: ApiServer) -> None:
    command = ["kubectl", "get", "pods", "-n", "shop", "--watch", "-o", "name"]
    with subprocess.Popen(
        command, env=environment(cluster), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert ["pod/one\n", "pod/three\n", "pod/two\n"] == [next(process.stdout) for _ in range(3)]
        metadata = {"name": "four", "namespace": "shop"}
        cluster.add({"apiVersion": "v1", "kind": "Pod", "metadata": metadata})
        assert "pod/four\n" == next(process.stdout)
        process.kill()


def test_a_user_is_impersonated(cluster: ApiServer) -> None:
    kubectl(cluster, "get", "pods", "-n", "shop", "--as", "ada", "--as-group", "readers")
    assert "ada" == cluster.seen[-1].user
