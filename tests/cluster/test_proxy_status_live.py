"""``meshctl proxy-status`` and ``meshctl version`` against an API server with istiods."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from api_server import ApiServer
from faults import DropWebSocket, Says
from istiod import Istiod
from istiods import (
    FORWARDS,
    meshctl,
    names,
    pod,
    proxy,
    refusal,
    rows,
    two_istiods,
)

from meshctl.errors import MeshctlError


def test_every_istiod_is_asked(api_server: ApiServer) -> None:
    two_istiods(api_server)
    result = meshctl(api_server, "proxy-status", "-o", "json")
    assert (0, "") == (result.exit_code, result.stderr)
    assert ["db.v1.store", "web-1.shop", "web-2.shop"] == names(result)
    assert [("istiod-b", "canary", "1.31.0"), ("istiod-a", "default", "1.31.0")] == [
        (row["istiod"], row["revision"], row["istiod_version"]) for row in rows(result)[:2]
    ]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("-n", "store"), ["db.v1.store"]),
        (("-n", "store", "-A"), ["db.v1.store", "web-1.shop", "web-2.shop"]),
        (("-l", "app=web"), ["web-1.shop"]),
        (("--revision", "canary"), ["db.v1.store"]),
        (("--revision", "prod"), ["db.v1.store"]),
        (("--sort", "istiod"), ["web-1.shop", "web-2.shop", "db.v1.store"]),
    ],
)
def test_a_choice_of_proxies(api_server: ApiServer, words: tuple[str, ...], found: list) -> None:
    two_istiods(api_server)
    api_server.add(pod("web-1", "shop", app="web"))
    labels = {"istio.io/rev": "canary", "istio.io/tag": "prod"}
    api_server.add(webhook(labels, {"service": {"name": "istiod", "namespace": "istio-system"}}))
    assert found == names(meshctl(api_server, "proxy-status", "-o", "json", *words))


def webhook(labels: dict[str, str], client: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": "injector", "labels": labels},
        "webhooks": [{"name": "sidecar-injector.istio.io", "clientConfig": client}],
    }


def test_the_table_and_its_summary(api_server: ApiServer) -> None:
    Istiod(
        api_server, "istiod-a",
        syncz=[proxy("web-1.shop"), proxy("web-2.shop", lastError="duplicate listener")],
    )  # fmt: skip
    result = meshctl(api_server, "proxy-status")
    assert 1 == result.exit_code
    head, first, second, _, summary = result.stdout.splitlines()
    assert head.startswith("NAME         CLUSTER      ISTIOD     VERSION   SUBSCRIBED TYPES")
    assert first.endswith("2 (CDS,LDS)        SYNCED")
    assert "ERROR LDS (" in second
    assert "2 proxies: 1 synced, 1 rejected LDS (web-2: duplicate listener)" == summary


@pytest.mark.parametrize(
    ("states", "code"),
    [((), 1), (("stale",), 1), (("skew",), 0), (("skew,stale",), 1), (("never",), 0)],
)
def test_what_exit_code_1_is_for(api_server: ApiServer, states: tuple[str, ...], code: int) -> None:
    Istiod(api_server, syncz=[proxy("web-1.shop", acked="")])
    words = [word for state in states for word in ("--fail-on", state)]
    assert code == meshctl(api_server, "proxy-status", *words).exit_code


def test_of_many_only_those_in_trouble_are_listed(api_server: ApiServer) -> None:
    many = [proxy(f"web-{n}.shop") for n in range(120)]
    Istiod(api_server, syncz=[*many, proxy("lost.shop", acked="")])
    lines = meshctl(api_server, "proxy-status").stdout.splitlines()
    assert ["NAME", "lost.shop", ""] == [line.partition(" ")[0] for line in lines[:3]]
    assert [
        "121 proxies: 120 synced, 1 stale (lost)",
        "120 in order are not listed; --all lists them",
    ] == lines[3:]
    assert 124 == len(meshctl(api_server, "proxy-status", "--all").stdout.splitlines())
    assert 121 == len(rows(meshctl(api_server, "proxy-status", "-o", "json")))


def test_one_dead_istiod_does_not_silence_the_others(api_server: ApiServer) -> None:
    _, second = two_istiods(api_server)
    second.die()
    result = meshctl(api_server, "proxy-status", "-o", "json")
    assert 0 == result.exit_code
    assert ["web-1.shop", "web-2.shop", None] == names(result)
    dead = rows(result)[-1]
    assert ("istiod-b", {}) == (dead["istiod"], dead["types"])
    assert "connection refused" in dead["error"]
    assert result.stderr.startswith("istiod-b: ")
    assert result.stderr.endswith("its proxies may be missing here\n")


def half(*_: object) -> tuple[int, dict[str, str], bytes]:
    return 200, {}, b'[{"proxy": "web-1.shop", "resou'


def refusing(*_: object) -> tuple[int, dict[str, str], bytes]:
    return 503, {}, b"not ready yet\n"


def slow(*_: object) -> tuple[int, dict[str, str], bytes]:
    time.sleep(1)
    return 200, {}, b"[]"


@pytest.mark.parametrize(
    ("misbehaves", "reason"),
    [
        (half, "what it sends is no JSON, or cut off (31 bytes)"),
        (refusing, "it answers 503: not ready yet"),
        (slow, "0.3 s"),
    ],
)
def test_an_istiod_that_misbehaves(api_server: ApiServer, misbehaves: Any, reason: str) -> None:
    two_istiods(api_server)
    api_server.serve_port("istio-system", "istiod-b", 15014, misbehaves)
    result = meshctl(api_server, "proxy-status", "-o", "json", "--timeout", "0.3")
    assert ["web-1.shop", "web-2.shop", None] == names(result)
    assert reason in rows(result)[-1]["error"]


def test_a_connection_that_drops(api_server: ApiServer) -> None:
    two_istiods(api_server)
    api_server.fail(FORWARDS.format("istiod-b"), DropWebSocket(100))
    result = meshctl(api_server, "proxy-status", "-o", "json")
    assert ["web-1.shop", "web-2.shop", None] == names(result)


def test_when_all_are_dead_each_reason_is_told(api_server: ApiServer) -> None:
    for istiod in two_istiods(api_server):
        istiod.die()
    message = refusal(api_server, "proxy-status", "-o", "json")
    assert message.startswith("no istiod says which proxies it has: istiod-a: port 15014")
    assert "; istiod-b: port 15014" in message


def test_nobody_is_picked(api_server: ApiServer) -> None:
    Istiod(api_server)
    assert "0 proxies: 0 synced\n" == meshctl(api_server, "proxy-status").stdout
    assert "[]\n" == meshctl(api_server, "proxy-status", "-o", "yaml").stdout
    assert [] == rows(meshctl(api_server, "proxy-status", "-o", "json"))
    two_istiods(api_server)
    result = meshctl(api_server, "proxy-status", "-n", "nowhere")
    assert (0, "none of the 3 proxies is in namespace nowhere\n") == (
        result.exit_code, result.stdout,
    )  # fmt: skip


def test_a_forbidden_port_forward_names_the_other_way(api_server: ApiServer) -> None:
    two_istiods(api_server)
    api_server.deny("get", "pods/portforward")
    api_server.deny("create", "pods/portforward")
    message = refusal(api_server, "proxy-status")
    assert "proxies it has: istiod-a, istiod-b: " in message
    assert "--istiod-address leads to istiod without a port-forward" in message


def test_an_address_is_asked_with_a_token(api_server: ApiServer) -> None:
    istiod, _ = two_istiods(api_server)
    api_server.add(service_account())
    with istiod.listen() as direct:
        words = ("proxy-status", "-o", "json", "--istiod-address", direct.address)
        result = meshctl(api_server, *words)
        assert ["web-1.shop", "web-2.shop"] == names(result)
        assert {direct.address} == {row["istiod"] for row in rows(result)}
        api_server.deny("create", "serviceaccounts/token")
        assert refusal(api_server, *words).startswith("no token for istiod: ")


def service_account() -> dict[str, Any]:
    metadata = {"name": "default", "namespace": "istio-system"}
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}


def test_a_url_is_asked_without_cluster_or_token(tmp_path: Path, monkeypatch, api_server) -> None:
    istiod, _ = two_istiods(api_server)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    with istiod.listen() as direct:
        message = refusal(None, "proxy-status", "--istiod-url", f"http://{direct.address}")
    assert "it answers 401: it doesn't know the caller" in message
    api_server.requests.clear()
    monkeypatch.setattr(istiod, "from_elsewhere", istiod.from_the_pod)
    with istiod.listen() as direct:
        words = ("proxy-status", "-o", "json", "--istiod-url", f"http://{direct.address}/")
        assert ["web-1.shop", "web-2.shop"] == names(meshctl(None, *words))
    assert [] == api_server.requests


@pytest.mark.parametrize(
    "url", ["istiod:15014", "ftp://istiod", "http://", "http://a:x", "http://a:0", "http://a/b"]
)
def test_what_is_no_url_is_refused(url: str) -> None:
    assert "is no address of istiod" in refusal(None, "proxy-status", "--istiod-url", url)


def test_without_istiod_the_next_step_is_told(api_server: ApiServer) -> None:
    assert (
        "no istiod runs in namespace istio-system; try --istio-namespace, or --istiod-address"
    ) == refusal(api_server, "proxy-status")
    api_server.add(webhook({"istio.io/rev": "default"}, {"url": "https://plane.example/inject"}))
    assert "try --istiod-address plane.example" in refusal(api_server, "proxy-status")
    Istiod(api_server, phase="Pending")
    assert "none of the 1 istiod pods" in refusal(api_server, "proxy-status")
    two_istiods(api_server)
    assert (
        "no istiod of revision 1-29 runs in namespace istio-system; there are: canary, default"
    ) == refusal(api_server, "proxy-status", "--revision", "1-29")


def test_pods_that_may_not_be_listed(api_server: ApiServer) -> None:
    two_istiods(api_server)
    api_server.deny("list", "pods")
    assert "--istiod-url leads to istiod without its pods" in refusal(api_server, "proxy-status")


def test_a_broken_api_server_is_no_empty_mesh(api_server: ApiServer) -> None:
    two_istiods(api_server)
    api_server.fail("/api/v1/namespaces/istio-system/pods", Says(500), times=9)
    assert refusal(api_server, "proxy-status")


def test_a_proxy_that_nobody_knows(api_server: ApiServer) -> None:
    two_istiods(api_server)
    assert "there are: web-1.shop, web-2.shop" in refusal(api_server, "proxy-status", "web")


def test_a_watch_ends_with_the_last_exit_code(api_server: ApiServer) -> None:
    Istiod(api_server, syncz=[proxy("web-1.shop", acked="")])
    command = [sys.executable, "-m", "meshctl", "proxy-status", "--watch", "--interval", "0.1"]
    access = ["--kubeconfig", str(api_server.kubeconfig)]
    with subprocess.Popen([*command, *access], stdout=subprocess.PIPE, text=True) as watching:
        lines = [watching.stdout.readline() for _ in range(9)]
        watching.send_signal(signal.SIGINT)
        watching.communicate(timeout=60)  # an end of the pipe is no signal
    assert 2 == lines.count("1 proxy: 0 synced, 1 stale (web-1)\n"), lines
    assert 1 == watching.returncode


def test_versions(api_server: ApiServer) -> None:
    _, second = two_istiods(api_server)
    second.die()
    result = meshctl(api_server, "version", "-o", "json")
    found = json.loads(result.stdout)
    assert 0 == result.exit_code
    assert [("istiod-a", "1.31.0"), ("istiod-b", None)] == [
        (item["istiod"], item["version"]) for item in found["control_plane"]
    ]
    assert [{"version": "1.31.0", "proxies": 2}] == found["data_plane"]


def test_the_version_of_the_client_needs_no_cluster(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    alone = meshctl(None, "version", "--client")
    assert 0 == alone.exit_code
    assert alone.stdout.startswith("client: ")
    result = meshctl(None, "version")
    assert alone.stdout == result.stdout
    assert isinstance(result.exception, MeshctlError)
    assert 'client: "' in meshctl(None, "version", "--client", "-o", "yaml").stdout


def test_nothing_that_istiod_says_commands_the_terminal(api_server: ApiServer) -> None:
    evil = "bad\x1b[2J\x1b]0;owned\x07\nsecond\x9b31m"
    Istiod(
        api_server, version="1.31.0\x1b[31m",
        syncz=[proxy("we\x1b[31mb.shop", lastError=evil)],
    )  # fmt: skip
    Istiod(api_server, "istiod-2", syncz={"a": "list was expected"})
    for words in (["proxy-status"], ["proxy-status", "-o", "wide"], ["version"]):
        result = meshctl(api_server, *words)
        assert [] == [
            char for char in result.stdout + result.stderr
            if not char.isprintable() and char != "\n"
        ]  # fmt: skip


def test_reasons_go_on_below_indented(api_server: ApiServer) -> None:
    Istiod(api_server, syncz=[proxy("web-1.shop", lastError="first\nsecond")])
    said = meshctl(api_server, "proxy-status", "-o", "wide").stdout
    assert "web-1.shop refuses LDS: first\n    second\n" in said


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "1e9"])
def test_a_time_out_is_a_time(api_server: ApiServer, seconds: str) -> None:
    message = refusal(api_server, "version", "--timeout", seconds)
    assert message.endswith("makes no sense; give seconds, more than 0 and at most 86400")


def test_a_choice_of_nobody_is_told(api_server: ApiServer) -> None:
    two_istiods(api_server)
    said = meshctl(api_server, "proxy-status", "-n", "shop", "-l", "app=none").stdout
    assert "none of the 3 proxies is in namespace shop and has the labels app=none\n" == said
