"""How is a cluster reached, and what is said where it is not?"""

import base64
import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from api_server import TOKEN, ApiServer
from faults import Says
from pki import Authority
from proxies import Proxy, plain_server

from meshctl.cluster import kube
from meshctl.cluster.api import Access, ClusterError
from meshctl.cluster.kube import connect_to


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No kubeconfig, no cluster and no proxy of the machine."""
    monkeypatch.setenv("HOME", str(tmp_path))
    names = ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT")
    proxies = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
    for name in (*names, *proxies, *(proxy.lower() for proxy in proxies)):
        monkeypatch.delenv(name, raising=False)


def refusal(**access: Any) -> str:
    with pytest.raises(ClusterError) as caught:
        connect_to(Access(**access))
    return str(caught.value)


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


# The way there


def test_a_closed_port_is_said_with_its_address(api_server: ApiServer) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{free.getsockname()[1]}"
        config = api_server.write_kubeconfig(cluster={"server": url})
        assert (
            f"the API server {url} of context certificate cannot be reached: Connection refused; "
            "is it running? Or choose another --context"
        ) == refusal(kubeconfig=config)


def test_a_name_that_nobody_knows_is_said(
    api_server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    config = api_server.write_kubeconfig(cluster={"server": "https://nowhere.example"})
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert "cannot be reached: Name or service not known" in refusal(kubeconfig=config)


def test_a_name_server_that_is_silent_is_not_waited_for(
    api_server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    silence = threading.Event()
    config = api_server.write_kubeconfig(cluster={"server": "https://nowhere.example"})
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: silence.wait())
    assert "it does not answer; check the VPN" in refusal(kubeconfig=config, timeout=0.2)
    silence.set()


def test_a_server_that_never_speaks_is_not_waited_for(api_server: ApiServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"
        config = api_server.write_kubeconfig(cluster={"server": url})
        assert "it does not answer" in refusal(kubeconfig=config, timeout=0.2)


def test_a_wrong_authority_is_said(api_server: ApiServer, tmp_path: Path) -> None:
    (tmp_path / "other.crt").write_bytes(Authority("other").certificate)
    authority = {"certificate-authority": str(tmp_path / "other.crt")}
    config = api_server.write_kubeconfig(cluster=authority)
    assert "its certificate cannot be trusted (" in refusal(kubeconfig=config)


def test_an_expired_certificate_is_said() -> None:
    with ApiServer(is_expired=True) as server:
        said = refusal(kubeconfig=server.kubeconfig)
    assert "its certificate cannot be trusted (certificate has expired)" in said


def test_the_name_of_a_certificate_may_be_given() -> None:
    with ApiServer(hosts=("kubernetes.internal",)) as server:
        assert "cannot be trusted" in refusal(kubeconfig=server.kubeconfig)
        config = server.write_kubeconfig(cluster={"tls-server-name": "kubernetes.internal"})
        assert "certificate" == connect_to(Access(kubeconfig=config)).name


def test_certificates_are_not_looked_at_when_told_so() -> None:
    with ApiServer(is_expired=True, hosts=("else.where",)) as server:
        insecure = {"insecure-skip-tls-verify": True, "certificate-authority": ""}
        config = server.write_kubeconfig(cluster=insecure)
        assert "certificate" == connect_to(Access(kubeconfig=config)).name


def test_a_plain_server_is_asked_plainly(api_server: ApiServer) -> None:
    """As ``kubectl proxy`` serves one."""
    with plain_server(api_server) as plain:
        config = api_server.write_kubeconfig(cluster={"server": f"http://{plain.address}"})
        assert "certificate" == connect_to(Access(kubeconfig=config)).name


def test_a_server_that_is_none_is_said(api_server: ApiServer) -> None:
    api_server.fail("/version", Says(404))
    assert "so it is no API server" in refusal(kubeconfig=api_server.kubeconfig)


def test_a_server_that_hides_its_version_is_one(api_server: ApiServer) -> None:
    api_server.fail("/version", Says(403))
    assert "certificate" == connect_to(Access(kubeconfig=api_server.kubeconfig)).name


def test_wrong_credentials_are_said(api_server: ApiServer) -> None:
    config = api_server.write_kubeconfig(user={"token": "stale"})
    said = refusal(kubeconfig=config)
    assert "does not accept the credentials of context custom (Unauthorized); log in again" in said


# Proxies


@pytest.mark.parametrize("kind", ["http", "socks5"])
@pytest.mark.parametrize("user", ["", "ada:p%40ss@"])
def test_the_proxy_of_a_kubeconfig_is_used(api_server: ApiServer, kind: str, user: str) -> None:
    with Proxy(kind, "ada:p@ss" if user else "") as proxy:
        url = proxy.url.replace("//", f"//{user}")
        config = api_server.write_kubeconfig(cluster={"proxy-url": url})
        connect_to(Access(kubeconfig=config))
        assert [f"127.0.0.1:{api_server.port}"] == proxy.targets


@pytest.mark.parametrize("kind", ["http", "socks5"])
def test_a_proxy_that_wants_a_password_is_said_without_it(api_server: ApiServer, kind: str) -> None:
    with Proxy(kind, "ada:secret") as proxy:
        url = proxy.url.replace("//", "//ada:wrong@")
        config = api_server.write_kubeconfig(cluster={"proxy-url": url})
        said = refusal(kubeconfig=config)
        assert f"through {proxy.url}: the proxy " in said
        assert "wrong" not in said


def test_the_proxy_of_the_environment_is_used_but_for_its_exceptions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Proxy("http") as proxy, ApiServer(hosts=("kubernetes.internal",)) as server:
        target = f"kubernetes.internal:{server.port}"
        config = server.write_kubeconfig(cluster={"server": f"https://{target}"})
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        connect_to(Access(kubeconfig=config))
        here = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", server.port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: here)
        monkeypatch.setenv("NO_PROXY", "10.0.0.0/8,.internal")
        connect_to(Access(kubeconfig=config))
        assert [target] == proxy.targets


def test_no_proxy_of_the_environment_leads_to_this_machine(
    api_server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://nowhere.example:1")
    assert "certificate" == connect_to(Access(kubeconfig=api_server.kubeconfig)).name


def test_an_unknown_kind_of_proxy_is_said(api_server: ApiServer) -> None:
    config = api_server.write_kubeconfig(cluster={"proxy-url": "https://proxy:1"})
    assert "a proxy has to be http://… or socks5://…, not https://…" in refusal(kubeconfig=config)


# Plugins


@pytest.fixture
def plugin(api_server: ApiServer) -> Callable[..., str]:
    """Write a plugin as a shell script, and a kubeconfig that runs it."""

    def write(script: str, **more: Any) -> str:
        path = api_server.directory / "plugin"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        version = "client.authentication.k8s.io/v1"
        return api_server.write_kubeconfig(
            user={"exec": {"apiVersion": version, "command": "./plugin", **more}}
        )

    return write


def credential(status: dict[str, str]) -> str:
    version = "client.authentication.k8s.io/v1"
    return json.dumps({"apiVersion": version, "kind": "ExecCredential", "status": status})


def test_a_plugin_gives_a_token(api_server: ApiServer, plugin: Callable[..., str]) -> None:
    given = credential({"token": TOKEN})
    script = f"test \"$FLAVOUR $1\" = 'sweet x' && echo '{given}'"
    config = plugin(script, args=["x"], env=[{"name": "FLAVOUR", "value": "sweet"}])
    connect_to(Access(kubeconfig=config))
    assert "robot" == api_server.seen[-1].user


def test_a_plugin_gives_a_certificate(api_server: ApiServer, plugin: Callable[..., str]) -> None:
    whole = yaml.safe_load(Path(api_server.kubeconfig).read_text())
    user = whole["users"][0]["user"]
    status = {
        "clientCertificateData": base64.b64decode(user["client-certificate-data"]).decode(),
        "clientKeyData": base64.b64decode(user["client-key-data"]).decode(),
    }
    (api_server.directory / "status.json").write_text(credential(status))
    connect_to(Access(kubeconfig=plugin(f"cat {api_server.directory}/status.json")))
    assert "operator" == api_server.seen[-1].user


def test_a_plugin_is_told_of_the_cluster(api_server: ApiServer, plugin: Callable[..., str]) -> None:
    told = api_server.directory / "told"
    given = credential({"token": TOKEN})
    script = f"printf %s \"$KUBERNETES_EXEC_INFO\" > {told}; echo '{given}'"
    connect_to(Access(kubeconfig=plugin(script, provideClusterInfo=True)))
    spec = json.loads(told.read_text())["spec"]
    assert (api_server.url, False) == (spec["cluster"]["server"], spec["interactive"])


def test_credentials_that_end_are_asked_for_again(
    api_server: ApiServer, plugin: Callable[..., str]
) -> None:
    source = api_server.directory / "status.json"
    source.write_text(credential({"token": TOKEN}))
    cluster = connect_to(Access(kubeconfig=plugin(f"cat {source}")))
    api_server.users = {"new": "renewed"}
    source.write_text(credential({"token": "new"}))
    cluster.request("GET", "/api")
    assert "renewed" == api_server.seen[-1].user
    source.write_text("")
    api_server.users = {}
    with pytest.raises(ClusterError, match="gave no credentials"):
        cluster.request("GET", "/api")


def test_a_missing_plugin_comes_with_its_hint(api_server: ApiServer) -> None:
    user = {"command": "no-such-login", "apiVersion": "client.authentication.k8s.io/v1"}
    hint = "Install it from\nexample.com"
    config = api_server.write_kubeconfig(user={"exec": {**user, "installHint": hint}})
    assert (
        "the credential plugin no-such-login cannot be run (No such file or directory); "
        "Install it from example.com"
    ) == refusal(kubeconfig=config)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo nonsense", "gave no credentials"),
        ("echo '{}'", "gave no credentials"),
        ("echo '{\"status\": {}}'", "gave no credentials"),
        (f"echo '{credential({'token': 'x'}).replace('/v1', '/v1beta1')}'", "speaks client."),
        ("echo started >&2; echo not logged in >&2; exit 3", "exit code 3: not logged in; log in"),
    ],
)
def test_a_plugin_that_fails_is_a_sentence(
    plugin: Callable[..., str], script: str, said: str
) -> None:
    assert said in refusal(kubeconfig=plugin(script))


@pytest.mark.parametrize("script", ["exec sleep 60", "sleep 5 & wait"])
def test_a_plugin_that_hangs_is_not_waited_for(plugin: Callable[..., str], script: str) -> None:
    said = refusal(kubeconfig=plugin(script), timeout=0.5)
    assert "gave no answer in 0.5 s; log in with kubectl first, or raise --timeout" in said


def test_a_plugin_that_needs_a_terminal_is_not_run(plugin: Callable[..., str]) -> None:
    config = plugin("exit 1", interactiveMode="Always")
    assert "needs a terminal; log in with kubectl first" in refusal(kubeconfig=config)


def test_python_is_as_strict_as_go_with_authorities(api_server: ApiServer) -> None:
    """Many clusters have an authority without the extensions that Python 3.13 wants."""
    context = kube.tls_context(str(api_server.directory / "ca.crt"), None, None, is_verified=True)
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT
