"""Is a port of a pod reached, and what is said where it is not?"""

import asyncio
import http.client
import json
import os
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from api_server import ApiServer
from faults import DropWebSocket, Fault, HalfBody, NotJson, Redirect, Reset, Says, Slow
from istiod import MONITORING, WEBHOOK, Istiod
from pki import trusting

from meshctl.cluster.api import Access, Cluster, ClusterError, ForbiddenError, NotFoundError
from meshctl.cluster.kubeconfig import connect_to

PATH = "/api/v1/namespaces/istio-system/pods/istiod-1/portforward"
SYNCZ = [{"proxy": f"proxy-{number}.shop"} for number in range(20_000)]
EVER = 1_000_000


@pytest.fixture
def connected(api_server: ApiServer) -> Callable[..., Cluster]:
    def connect(**access: Any) -> Cluster:
        return connect_to(Access(kubeconfig=api_server.kubeconfig, **access))

    return connect


@pytest.fixture
def cluster(connected: Callable[..., Cluster]) -> Cluster:
    return connected()


@pytest.fixture
def istiod(api_server: ApiServer) -> Istiod:
    return Istiod(api_server, syncz=SYNCZ)


def ask(connection: socket.socket, path: str = "/debug/syncz") -> bytes:
    client = http.client.HTTPConnection("istiod")
    client.sock = connection
    client.request("GET", path)
    return client.getresponse().read()


def refusal(cluster: Cluster, port: int = MONITORING, path: str = "/debug/syncz") -> str:
    with (
        pytest.raises(ClusterError) as caught,
        cluster.forward("istio-system", "istiod-1", port) as connection,
    ):
        ask(connection, path)
    return str(caught.value)


def carriers(cluster: Any) -> list[str]:
    """What carries bytes in the event loop of a cluster."""
    tasks = asyncio.all_tasks(cluster._loop._loop)
    return [name for task in tasks if "PortForward" in (name := task.get_coro().__qualname__)]


# What works


@pytest.mark.usefixtures("istiod")
def test_a_big_answer_comes_whole(cluster: Cluster) -> None:
    with cluster.forward("istio-system", "istiod-1", MONITORING) as connection:
        assert json.loads(ask(connection)) == SYNCZ


def test_several_requests_use_one_connection(cluster: Cluster, istiod: Istiod) -> None:
    with cluster.forward("istio-system", "istiod-1", MONITORING) as connection:
        assert [istiod.version.encode()] * 3 == [ask(connection, "/version") for _ in range(3)]


def test_what_is_sent_arrives_as_it_is(api_server: ApiServer, cluster: Cluster) -> None:
    def echo(connection: socket.socket) -> None:
        while data := connection.recv(65536):
            connection.sendall(data)

    metadata = {"name": "echo", "namespace": "shop"}
    api_server.add({"apiVersion": "v1", "kind": "Pod", "metadata": metadata})
    api_server.serve_raw_port("shop", "echo", 7, echo)
    for size in (1, 125, 126, 65_534, 65_535, 65_536, 200_000):
        sent = os.urandom(size)
        with cluster.forward("shop", "echo", 7) as connection:
            connection.settimeout(5)
            writer = threading.Thread(target=connection.sendall, args=(sent,))
            writer.start()
            received = connection.makefile("rb").read(size)
            writer.join()
        assert sent == received


def test_tls_goes_through(cluster: Cluster, istiod: Istiod) -> None:
    context = trusting(istiod.authority)
    with cluster.forward("istio-system", "istiod-1", WEBHOOK) as connection:
        connection.settimeout(5)
        name = "istiod.istio-system.svc"
        with context.wrap_socket(connection, server_hostname=name) as secure:
            assert b"404 page not found\n" == ask(secure, "/validate")


def test_the_user_is_impersonated_here_too(
    api_server: ApiServer, connected: Callable[..., Cluster], istiod: Istiod
) -> None:
    with connected(user="ada").forward("istio-system", "istiod-1", MONITORING) as connection:
        assert istiod.version.encode() == ask(connection, "/version")
    assert ("ada", PATH) == (api_server.seen[-1].user, api_server.seen[-1].path)


@pytest.mark.usefixtures("istiod")
def test_nothing_is_left_behind(cluster: Cluster) -> None:
    with cluster.forward("istio-system", "istiod-1", MONITORING) as connection:
        assert ask(connection, "/version")
        assert "PortForward.carry" in carriers(cluster)
    assert [] == carriers(cluster)
    assert -1 == connection.fileno()


def test_tls_that_is_left_open_ends_too(cluster: Cluster, istiod: Istiod) -> None:
    context = trusting(istiod.authority)
    with cluster.forward("istio-system", "istiod-1", WEBHOOK) as connection:
        secure = context.wrap_socket(connection, server_hostname="istiod.istio-system.svc")
    assert [] == carriers(cluster)
    secure.close()


@pytest.mark.usefixtures("istiod")
def test_an_error_of_the_caller_stays_its_own(cluster: Cluster) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        cluster.forward("istio-system", "istiod-1", MONITORING),
    ):
        _ = 1 / 0
    assert [] == carriers(cluster)


@pytest.mark.usefixtures("istiod")
def test_an_error_in_the_middle_of_an_answer_stays_its_own(cluster: Cluster) -> None:
    def fail(connection: socket.socket) -> None:
        connection.sendall(b"GET /debug/syncz HTTP/1.1\r\n\r\n")
        connection.recv(1)
        raise ZeroDivisionError

    with (
        pytest.raises(ZeroDivisionError),
        cluster.forward("istio-system", "istiod-1", MONITORING) as connection,
    ):
        fail(connection)
    assert [] == carriers(cluster)


@pytest.mark.usefixtures("istiod")
def test_many_are_open_at_once(cluster: Cluster) -> None:
    forwards = [cluster.forward("istio-system", "istiod-1", MONITORING) for _ in range(16)]
    connections = [forward.__enter__() for forward in forwards]
    versions = {ask(connection, "/version") for connection in connections}
    for forward in forwards:
        forward.__exit__(None, None, None)
    assert 1 == len(versions)


# What does not


def test_a_pod_that_is_gone_is_not_found(cluster: Cluster) -> None:
    with (
        pytest.raises(NotFoundError, match='pods "gone" not found'),
        cluster.forward("istio-system", "gone", MONITORING),
    ):
        pass


@pytest.mark.usefixtures("istiod")
def test_who_may_not_forward_is_told(api_server: ApiServer, cluster: Cluster) -> None:
    api_server.deny("get", "pods/portforward", "istio-system")
    with (
        pytest.raises(ForbiddenError, match='cannot get resource "pods/portforward"'),
        cluster.forward("istio-system", "istiod-1", MONITORING),
    ):
        pass


def test_a_port_where_nothing_listens_is_said(cluster: Cluster, istiod: Istiod) -> None:
    istiod.die()
    said = refusal(cluster)
    assert said.startswith(
        f"port {MONITORING} of pod istio-system/istiod-1 cannot be reached: error forwarding port"
    )
    assert "connect: connection refused; look at it with: kubectl describe pod istiod-1 -n" in said


@pytest.mark.parametrize("after", [0, 1, 5_000])
@pytest.mark.usefixtures("istiod")
def test_a_connection_that_is_dropped_is_said(
    api_server: ApiServer, cluster: Cluster, after: int
) -> None:
    api_server.fail(PATH, DropWebSocket(after))
    assert "cannot be reached: the connection was lost (" in refusal(cluster)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Says(403, "no WebSockets here"), "no WebSockets here; ask for that right"),
        (Says(400, "pod is not running"), f"answers 400 to {PATH} (pod is not running)"),
        (Says(500, "kubelet is away"), f"answers 500 to {PATH} (kubelet is away)"),
        (NotJson(), f"answers {PATH} with something else than JSON"),
        (Redirect("https://else"), f"redirects {PATH} to https://else"),
        (Reset(), f"was lost at {PATH}"),
        (HalfBody(), f"was lost at {PATH}"),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.usefixtures("istiod")
def test_a_refused_upgrade_is_a_sentence(
    api_server: ApiServer, cluster: Cluster, fault: Fault, said: str
) -> None:
    api_server.fail(PATH, fault)
    assert said in refusal(cluster)


@pytest.mark.usefixtures("istiod")
def test_an_upgrade_is_not_waited_for_longer_than_told(
    api_server: ApiServer, connected: Callable[..., Cluster]
) -> None:
    cluster = connected(timeout=0.8)
    api_server.fail(PATH, Slow(60))
    assert "gave no whole answer to" in refusal(cluster)


def test_a_pod_that_dribbles_is_not_waited_for_longer_than_told(
    api_server: ApiServer, connected: Callable[..., Cluster], istiod: Istiod
) -> None:
    def dribble(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while True:
            connection.sendall(b".")
            time.sleep(0.02)

    api_server.serve_raw_port("istio-system", "istiod-1", MONITORING, dribble)
    assert "cannot be reached: no whole answer in 0.8 s" in refusal(connected(timeout=0.8))


def test_one_replica_may_be_dead(api_server: ApiServer, cluster: Cluster) -> None:
    replicas = [Istiod(api_server, f"istiod-{number}", syncz=[number]) for number in (1, 2, 3)]
    replicas[1].die()
    found: list[object] = []
    for replica in replicas:
        try:
            with cluster.forward("istio-system", replica.name, MONITORING) as connection:
                found.append(json.loads(ask(connection)))
        except ClusterError as error:
            found.append("connection refused" in str(error))
    assert [[1], True, [3]] == found


# The protocol


def test_our_server_speaks_it_as_other_clients_do(api_server: ApiServer, istiod: Istiod) -> None:
    from kubernetes.client import Configuration
    from kubernetes.config import load_kube_config
    from kubernetes.stream.ws_client import portforward_call

    configuration = Configuration()
    load_kube_config(api_server.kubeconfig, client_configuration=configuration)
    forward = portforward_call(
        configuration, "GET", f"{api_server.url}{PATH}", query_params=[("ports", str(MONITORING))]
    )
    with forward.socket(MONITORING)._socket as connection:
        assert istiod.version.encode() == ask(connection, "/version")
