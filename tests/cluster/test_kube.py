"""Which cluster is meant, by a kubeconfig or inside of a pod?"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from api_server import TOKEN, ApiServer
from refusals import refusal

from meshctl.cluster import kubeconfig as kube
from meshctl.cluster.api import Access, ClusterError
from meshctl.cluster.kubeconfig import connect_to

# The kubeconfig


def test_the_context_gives_the_name_the_namespace_and_the_user(api_server: ApiServer) -> None:
    config = api_server.write_kubeconfig(namespace="shop")
    cluster = connect_to(Access(kubeconfig=config))
    assert ("certificate", "shop") == (cluster.name, cluster.namespace)
    assert "operator" == api_server.seen[-1].user


def test_another_context_is_chosen(api_server: ApiServer) -> None:
    cluster = connect_to(Access(kubeconfig=api_server.kubeconfig, context="token"))
    assert ("token", "default") == (cluster.name, cluster.namespace)
    assert "robot" == api_server.seen[-1].user


def test_the_default_file_is_read(api_server: ApiServer, tmp_path: Path) -> None:
    (tmp_path / ".kube").mkdir()
    (tmp_path / ".kube" / "config").write_text(Path(api_server.kubeconfig).read_text())
    assert "certificate" == connect_to(Access()).name


def test_several_files_are_merged_and_the_first_current_context_counts(
    api_server: ApiServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = yaml.safe_load(Path(api_server.kubeconfig).read_text())
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text(yaml.safe_dump({"contexts": whole["contexts"], "current-context": "token"}))
    second.write_text(yaml.safe_dump({**whole, "contexts": None}))
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path / 'missing'}:{first}:{second}")
    assert "token" == connect_to(Access()).name


def test_paths_in_a_kubeconfig_start_at_its_folder(api_server: ApiServer) -> None:
    config = api_server.write_kubeconfig(cluster={"certificate-authority": "ca.crt"})
    assert "certificate" == connect_to(Access(kubeconfig=config)).name


def test_a_token_is_read_from_its_file(api_server: ApiServer) -> None:
    (api_server.directory / "token").write_text(TOKEN + "\n")
    config = api_server.write_kubeconfig(user={"tokenFile": "token"})
    connect_to(Access(kubeconfig=config))
    assert "robot" == api_server.seen[-1].user


def test_a_user_and_groups_are_impersonated(api_server: ApiServer) -> None:
    groups = ("readers", "writers")
    connect_to(Access(kubeconfig=api_server.kubeconfig, user="ada", groups=groups))
    request = api_server.seen[-1]
    assert ("ada", ["readers", "writers"]) == (request.user, request.groups)


def test_groups_need_a_user(api_server: ApiServer) -> None:
    said = refusal(kubeconfig=api_server.kubeconfig, groups=("readers",))
    assert "a group is impersonated by a user; add --as USER to --as-group" == said


def test_a_name_that_cannot_be_a_header_is_refused(api_server: ApiServer) -> None:
    assert "check the options" in refusal(kubeconfig=api_server.kubeconfig, user="a\r\nX: y")


def test_servers_behind_a_path_are_reached() -> None:
    with ApiServer(prefix="/k8s/clusters/c-1") as server:
        assert "certificate" == connect_to(Access(kubeconfig=server.kubeconfig)).name


def test_without_a_kubeconfig_the_next_step_is_said() -> None:
    assert (
        "no cluster: there is no kubeconfig ~/.kube/config, and this is no pod of a cluster; "
        "name a kubeconfig with --kubeconfig FILE"
    ) == refusal()


def test_a_kubeconfig_that_is_named_has_to_exist() -> None:
    assert "there is no kubeconfig /nowhere; check --kubeconfig" == refusal(kubeconfig="/nowhere")


def test_an_unknown_context_is_named_with_the_known_ones(api_server: ApiServer) -> None:
    assert (
        f"there is no context lost in {api_server.kubeconfig}; "
        "choose one with --context: certificate, token, custom"
    ) == refusal(kubeconfig=api_server.kubeconfig, context="lost")


def test_a_current_context_is_needed(api_server: ApiServer) -> None:
    config = api_server.write_kubeconfig(context="")
    assert "there is no current context in " in refusal(kubeconfig=config)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "a: [", "- 1", "contexts: 3", "contexts: [{}]", "current-context: a\ncontexts: []",
     "current-context: a\ncontexts: [{name: a}]", "current-context: 1\ncontexts: [{name: 1}]",
     "current-context: a\ncontexts: [{name: a, context: {cluster: c}}]", "\0", "!!python/none",
     "current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\nclusters: [{name: c}]"],
)  # fmt: skip
def test_a_broken_kubeconfig_is_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "broken").write_text(text)
    said = refusal(kubeconfig=str(tmp_path / "broken"))
    assert said.startswith(("the kubeconfig ", "there is no "))
    assert "' object" not in said  # how Python would say it


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of everything in a document."""
    for key in (
        range(len(node)) if isinstance(node, list) else node if isinstance(node, dict) else ()
    ):
        yield (*path, key)
        yield from places(node[key], (*path, key))


def replaced(node: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The document with another value in one place."""
    if not path:
        return value
    copy = node.copy()
    copy[path[0]] = replaced(node[path[0]], path[1:], value)
    return copy


@pytest.mark.parametrize("odd", [None, 3, "x", [None], {"x": None}], ids=repr)
def test_a_kubeconfig_may_have_anything_anywhere(api_server: ApiServer, odd: Any) -> None:
    plugin = {"apiVersion": "v1", "command": "false", "args": ["a"], "env": [{"name": "A"}]}
    user = {"exec": plugin, "auth-provider": {"name": "oidc", "config": {"id-token": "a.b.c"}}}
    named = {"tls-server-name": "localhost", "proxy-url": "http://127.0.0.1:9"}
    path = Path(api_server.write_kubeconfig(user=user, cluster=named, namespace="shop"))
    whole = yaml.safe_load(path.read_text())
    for place in places(whole):
        path.write_text(yaml.safe_dump(replaced(whole, place, odd)))
        with contextlib.suppress(ClusterError):
            connect_to(Access(kubeconfig=str(path), timeout=1))


@pytest.mark.parametrize("address", ["", "example.com:6443", "ftp://x", "https://", "https://x:y"])
def test_a_server_has_to_be_an_address(api_server: ApiServer, address: str) -> None:
    config = api_server.write_kubeconfig(cluster={"server": address})
    assert "kubeconfig" in refusal(kubeconfig=config)


@pytest.mark.parametrize("provider", ["gcp", "azure"])
def test_removed_providers_are_named(api_server: ApiServer, provider: str) -> None:
    config = api_server.write_kubeconfig(user={"auth-provider": {"name": provider}})
    assert f"auth-provider {provider}, which kubectl 1.26 removed" in refusal(kubeconfig=config)


def test_a_broken_certificate_is_a_sentence(api_server: ApiServer) -> None:
    pem = {"client-certificate-data": "YQ==", "client-key-data": "YQ=="}
    config = api_server.write_kubeconfig(user=pem)
    assert "cannot be used: " in refusal(kubeconfig=config)


# A pod


@pytest.fixture
def pod(api_server: ApiServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The files of a service account, and the environment of a pod."""
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(api_server.port))
    monkeypatch.setattr(kube, "_ACCOUNT", tmp_path)
    (tmp_path / "token").write_text(api_server.issue("shop", "reader", ()))
    (tmp_path / "ca.crt").write_bytes((api_server.directory / "ca.crt").read_bytes())
    (tmp_path / "namespace").write_text("shop\n")
    return tmp_path


@pytest.mark.usefixtures("pod")
def test_in_a_pod_its_service_account_asks(api_server: ApiServer) -> None:
    cluster = connect_to(Access())
    assert ("in-cluster", "shop") == (cluster.name, cluster.namespace)
    assert "system:serviceaccount:shop:reader" == api_server.seen[-1].user


def test_a_rotated_token_is_read_again(api_server: ApiServer, pod: Path) -> None:
    cluster = connect_to(Access())
    api_server.issued.clear()
    (pod / "token").write_text(api_server.issue("shop", "writer", ()))
    cluster.request("GET", "/version")
    assert "system:serviceaccount:shop:writer" == api_server.seen[-1].user


def test_an_empty_token_is_a_sentence(pod: Path) -> None:
    (pod / "token").write_text("")
    assert "the service account of this pod cannot be used" in refusal()
