"""How does a plugin of the kubeconfig log in?"""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from api_server import TOKEN, ApiServer
from refusals import refusal

from meshctl.cluster.api import Access, ClusterError
from meshctl.cluster.kubeconfig import connect_to

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


def test_a_plugin_without_a_command_is_a_sentence(plugin: Callable[..., str]) -> None:
    said = refusal(kubeconfig=plugin("exit 1", command=""))
    assert "the credential plugin has no command; repair the kubeconfig" == said


@pytest.mark.parametrize("script", ["exec sleep 60", "sleep 5 & wait"])
def test_a_plugin_that_hangs_is_not_waited_for(plugin: Callable[..., str], script: str) -> None:
    said = refusal(kubeconfig=plugin(script), timeout=0.5)
    assert "gave no answer in 0.5 s; log in with kubectl first, or raise --timeout" in said


def test_a_plugin_that_needs_a_terminal_is_not_run(plugin: Callable[..., str]) -> None:
    config = plugin("exit 1", interactiveMode="Always")
    assert "needs a terminal; log in with kubectl first" in refusal(kubeconfig=config)
