"""Does a dashboard come through the port-forward, and what is said where there is none?"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any
from urllib.parse import urlsplit

import pytest
from api_server import ApiServer

from meshctl.cluster.api import Access, Cluster, ClusterError, PodPort
from meshctl.cluster.kubeconfig import connect_to
from meshctl.cluster.local_port import HOST, LocalPort
from meshctl.errors import UsageError
from meshctl.inspect.dashboards import DASHBOARDS, find_dashboard


def pod(
    name: str, labels: dict[str, str], *, namespace: str = "istio-system", phase: str = "Running"
) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, "labels": labels}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "status": {"phase": phase}}


def hello(method: str, path: str, headers: dict[str, str], body: bytes) -> Any:
    return 200, {"Content-Type": "text/plain"}, f"{method} {path} {body.decode()}".encode() * 2_000


def ask(url: str, body: bytes | None = None) -> bytes:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    connection.request("POST" if body else "GET", parts.path, body)
    answer = connection.getresponse().read()
    connection.close()
    return answer


@contextmanager
def running(server: ApiServer, *arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Start the command, and give the address it prints."""
    environment = {**os.environ, "KUBECONFIG": server.kubeconfig}
    process = subprocess.Popen(
        [sys.executable, "-m", "meshctl", "dashboard", *arguments, "--no-browser"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip(), process
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


def test_a_dashboard_answers_on_this_machine(api_server: ApiServer) -> None:
    api_server.add(pod("kiali-1", {"app": "kiali"}))
    api_server.serve_port("istio-system", "kiali-1", 20001, hello)
    with running(api_server, "kiali") as (url, process):
        assert url.startswith(f"http://{HOST}:")
        assert url.endswith("/kiali")
        for _ in range(3):
            assert b"GET /kiali " * 2_000 == ask(url)
        assert 2_000 * len("POST /kiali xxxxx") == len(ask(url, b"x" * 5))
    assert process.returncode == 130


def test_a_pod_whose_port_is_closed_is_named_and_the_next_one_is_tried_again(
    api_server: ApiServer, cluster: Cluster
) -> None:
    api_server.add(pod("grafana-1", {"app.kubernetes.io/name": "grafana"}))
    said: SimpleQueue[str] = SimpleQueue()
    with LocalPort(cluster, PodPort("istio-system", "grafana-1", 3000), 0, said.put) as local:
        threading.Thread(target=local.serve, daemon=True).start()
        with socket.create_connection((HOST, local.number), timeout=20) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"" == connection.recv(1)
        assert "port 3000 of pod istio-system/grafana-1 cannot be reached" in said.get(timeout=20)
        api_server.serve_port("istio-system", "grafana-1", 3000, hello)
        assert ask(f"http://{HOST}:{local.number}/d").startswith(b"GET /d")


def test_a_port_that_is_taken_is_one_sentence(cluster: Cluster) -> None:
    with socket.create_server((HOST, 0)) as taken:
        number = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {number} of this machine is taken; --port N"):
            LocalPort(cluster, PodPort("a", "b", 1), number, print)


@pytest.fixture
def cluster(api_server: ApiServer) -> Cluster:
    return connect_to(Access(kubeconfig=api_server.kubeconfig))


def test_addons_are_found_by_their_labels_in_any_namespace(
    api_server: ApiServer, cluster: Cluster
) -> None:
    api_server.add(pod("kiali-old", {"app": "kiali"}, phase="Succeeded"))
    api_server.add(pod("kiali-2", {"app": "kiali"}, namespace="watching"))
    api_server.add(pod("prom-1", {"app.kubernetes.io/name": "prometheus"}))
    found = find_dashboard(cluster, "kiali", None, "istio-system")
    assert (PodPort("watching", "kiali-2", 20001), "/kiali") == found
    assert 9090 == find_dashboard(cluster, "prometheus", None, "istio-system").place.port


@pytest.mark.parametrize("name", [one for one in DASHBOARDS if one != "envoy"])
def test_what_does_not_run_is_said_with_its_labels(
    api_server: ApiServer, cluster: Cluster, name: str
) -> None:
    api_server.add(pod("cart", {"app": "cart"}))
    with pytest.raises(ClusterError, match=f"no pod of {name} .* runs anywhere in the cluster"):
        find_dashboard(cluster, name, None, "istio-system")


def test_a_user_who_may_not_look_is_told_so(api_server: ApiServer, cluster: Cluster) -> None:
    api_server.add(pod("cart", {"app": "cart"}))
    api_server.deny("list", "pods")
    with pytest.raises(ClusterError, match="namespace"):
        find_dashboard(cluster, "kiali", None, "istio-system")


def test_words_that_mean_nothing_are_refused(cluster: Cluster) -> None:
    for name, named, said in (
        ("zipkins", None, "there is no dashboard 'zipkins'; take one of kiali"),
        ("kiali", "cart", "kiali is found by its labels"),
        ("envoy", None, "envoy is that of a pod; name it"),
    ):
        with pytest.raises(UsageError, match=said):
            find_dashboard(cluster, name, named, "istio-system")


def test_the_envoy_of_a_pod_is_asked_for_by_name(api_server: ApiServer, cluster: Cluster) -> None:
    api_server.add(pod("cart-1", {}, namespace="shop"))
    found = find_dashboard(cluster, "envoy", "cart-1.shop", "istio-system")
    assert PodPort("shop", "cart-1", 15000) == found.place
    with pytest.raises(ClusterError, match="cart-2"):
        find_dashboard(cluster, "envoy", "cart-2.shop", "istio-system")
