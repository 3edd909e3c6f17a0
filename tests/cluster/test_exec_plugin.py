"""How does a plugin of the kubeconfig log in?"""

import base64
import contextlib
import json
import signal
import subprocess
import sys
import tempfile
import time
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


def credential(status: dict[str, Any]) -> str:
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
        ('echo \'{"apiVersion": {"a": 1}, "status": {"token": "x"}}\'', "speaks no version, the"),
        ("echo started >&2; echo not logged in >&2; exit 3", "exit code 3: not logged in; log in"),
        ("printf '\\033[31mno\\n' >&2; exit 3", "exit code 3: \u241b[31mno; log in again"),
        (
            "echo 401 Authorization: Bearer ey.0Secret1 >&2; exit 3",
            "3: 401 Authorization: Bearer ***; log",
        ),
    ],
)
def test_a_plugin_that_fails_is_a_sentence(
    plugin: Callable[..., str], script: str, said: str
) -> None:
    assert said in refusal(kubeconfig=plugin(script))


def test_a_plugin_that_says_much_is_cut_short(plugin: Callable[..., str]) -> None:
    much = "head -c 900000 /dev/zero | tr '\\0' A"
    answer = f'printf \'{{"status": {{"token": "x"}}, "apiVersion": "\'; {much}; echo \'"}}\''
    for config in (
        plugin(f"{much} >&2; exit 1"),
        plugin(answer),
        plugin("exit 1", command="/no/such/plugin", installHint="A" * 9000),
    ):
        assert 500 == refusal(kubeconfig=config).count("A")


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


@pytest.mark.parametrize("ending", ["wait", f"echo '{credential({'token': TOKEN})}'", "exit 3"])
def test_the_children_of_a_plugin_end_with_it(
    api_server: ApiServer, plugin: Callable[..., str], ending: str
) -> None:
    child = api_server.directory / "child"
    config = plugin(f"sleep 61.5 & echo $! > {child}; {ending}")
    with contextlib.suppress(ClusterError):
        connect_to(Access(kubeconfig=config, timeout=0.7))
    process = Path("/proc", child.read_text().strip(), "stat")
    for _ in range(200):
        if not process.exists() or process.read_text().split()[2] == "Z":
            return
        time.sleep(0.01)
    raise AssertionError(process.read_text())


def test_a_plugin_ends_when_we_are_interrupted(
    api_server: ApiServer, plugin: Callable[..., str]
) -> None:
    started = api_server.directory / "started"
    config = plugin(f"echo $$ > {started}; sleep 61.5")
    command = ["-m", "meshctl", "version", "--timeout", "30", "--kubeconfig", config]
    process = subprocess.Popen([sys.executable, *command], stderr=subprocess.PIPE)
    while not (started.exists() and started.read_text().strip()):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    for _ in range(200):
        if not Path("/proc", started.read_text().strip()).exists():
            return
        time.sleep(0.01)
    raise AssertionError(started.read_text())


@pytest.mark.parametrize("stream", ["", " >&2"])
def test_a_plugin_that_writes_without_an_end_is_stopped(
    plugin: Callable[..., str], stream: str
) -> None:
    assert "writes without an end; run it by hand" in refusal(kubeconfig=plugin(f"yes{stream}"))


@pytest.mark.parametrize("odd", [7, [], {}, True, ["x"], {"a": 1}], ids=repr)
@pytest.mark.parametrize("field", ["token", "clientCertificateData", "clientKeyData"])
def test_credentials_of_the_wrong_type_are_none(
    api_server: ApiServer, plugin: Callable[..., str], field: str, odd: Any
) -> None:
    status = {"token": TOKEN, field: odd}
    (api_server.directory / "status.json").write_text(credential(status))
    said = refusal(kubeconfig=plugin(f"cat {api_server.directory}/status.json"))
    assert "gave no credentials; run it by hand to see why" in said


def test_keys_are_in_no_file(
    api_server: ApiServer,
    plugin: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """So that none is left where a signal ends the process."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    user = yaml.safe_load(Path(api_server.kubeconfig).read_text())["users"][0]["user"]
    parts = [
        base64.b64decode(user[f"client-{part}-data"]).decode() for part in ("certificate", "key")
    ]
    given = dict(zip(("clientCertificateData", "clientKeyData"), parts, strict=True))
    (api_server.directory / "status.json").write_text(credential(given))
    for config in (api_server.kubeconfig, plugin(f"cat {api_server.directory}/status.json")):
        cluster = connect_to(Access(kubeconfig=config))
        assert "operator" == api_server.seen[-1].user
        assert [] == list(tmp_path.iterdir())
        del cluster
