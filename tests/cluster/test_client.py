"""What becomes of requests and lists when the API server or the way to it misbehaves?"""

import gc
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from api_server import ApiServer
from faults import (
    Answer,
    Dribble,
    Fault,
    HalfBody,
    HalfJson,
    NotJson,
    Redirect,
    Reset,
    Says,
    Slow,
    Wire,
)

from meshctl.cluster.api import Access, Cluster, ClusterError, ForbiddenError, Kind, NotFoundError
from meshctl.cluster.kubeconfig import connect_to

PODS = Kind("", "v1", "pods", "Pod")
ROUTES = Kind("networking.istio.io", "v1", "virtualservices", "VirtualService")
GATEWAYS = Kind("gateway.networking.k8s.io", "v1", "gateways", "Gateway")
EVER = 1_000_000


@pytest.fixture
def connected(api_server: ApiServer) -> Callable[[], Cluster]:
    return lambda: connect_to(Access(kubeconfig=api_server.kubeconfig))


@pytest.fixture
def cluster(connected: Callable[[], Cluster]) -> Cluster:
    return connected()


def hurried(cluster: Any, timeout: float) -> Cluster:
    """The same cluster, but in a hurry once it was reached."""
    client = cluster._client
    client.access = client.access._replace(timeout=timeout)
    return cluster


def refusal(cluster: Cluster, path: str = "/api/v1/pods") -> str:
    with pytest.raises(ClusterError) as caught:
        cluster.request("GET", path)
    assert ClusterError == caught.type
    return str(caught.value)


def add_pods(server: ApiServer, *names: str, namespace: str = "shop") -> None:
    for name in names:
        metadata = {"name": name, "namespace": namespace, "labels": {"app": name}}
        server.add({"apiVersion": "v1", "kind": "Pod", "metadata": metadata})


def wait_until(holds: Callable[[], bool]) -> None:
    for _ in range(200):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError(holds)


def names(objects: Any) -> list[str]:
    return [each_object["metadata"]["name"] for each_object in objects]


# Requests


def test_an_answer_is_parsed(api_server: ApiServer, cluster: Cluster) -> None:
    assert api_server.version == cluster.request("GET", "/version")["gitVersion"]


def test_a_body_is_sent_as_json(api_server: ApiServer, cluster: Cluster) -> None:
    account = {"name": "reader", "namespace": "istio-system"}
    api_server.add({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
    path = "/api/v1/namespaces/istio-system/serviceaccounts/reader/token"
    spec = {"audiences": ["istio-ca"], "expirationSeconds": 600}
    token = cluster.request("POST", path, body={"spec": spec})["status"]["token"]
    assert ("istio-system", "reader", ("istio-ca",)) == api_server.issued[token]


def test_a_review_says_what_is_allowed(api_server: ApiServer, cluster: Cluster) -> None:
    api_server.deny("get", "pods/portforward", "shop")
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    asked = {"verb": "get", "resource": "pods", "subresource": "portforward"}

    def is_allowed(namespace: str) -> bool:
        spec = {"resourceAttributes": {**asked, "namespace": namespace}}
        return bool(cluster.request("POST", path, body={"spec": spec})["status"]["allowed"])

    assert [False, True] == [is_allowed("shop"), is_allowed("else")]


def test_what_is_forbidden_says_who_may_not_do_what(
    api_server: ApiServer, cluster: Cluster
) -> None:
    api_server.deny("list", "pods")
    with pytest.raises(ForbiddenError) as caught:
        list(cluster.list(PODS))
    assert (
        'pods is forbidden: User "operator" cannot list resource "pods" in API group "" at the '
        "cluster scope; ask for that right, or choose another --context or --as"
    ) == str(caught.value)


def test_an_unknown_object_is_not_found(api_server: ApiServer, cluster: Cluster) -> None:
    with pytest.raises(NotFoundError) as caught:
        cluster.request("GET", PODS.path("shop", "lost"))
    assert (
        f'pods "lost" not found (/api/v1/namespaces/shop/pods/lost at {api_server.url}); '
        "check the name"
    ) == str(caught.value)


def test_a_kind_that_is_not_installed_is_not_found() -> None:
    with ApiServer(without=["gateway.networking.k8s.io"]) as server:
        cluster = connect_to(Access(kubeconfig=server.kubeconfig))
        with pytest.raises(NotFoundError):
            list(cluster.list(GATEWAYS))


def test_names_cannot_lead_elsewhere(api_server: ApiServer, cluster: Cluster) -> None:
    with pytest.raises(NotFoundError):
        cluster.request("GET", PODS.path("shop", "a?limit=1 HTTP/1.1\r\n"))
    assert {} == api_server.seen[-1].query


# Faults that pass


@pytest.mark.parametrize(
    "fault",
    [Says(500), Says(502), Says(503), Reset(), HalfBody(), Says(429, retry_after="0")],
    ids=lambda fault: f"{type(fault).__name__}{getattr(fault, 'status', '')}",
)
def test_a_fault_that_passes_is_not_noticed(
    api_server: ApiServer, cluster: Cluster, fault: Fault
) -> None:
    add_pods(api_server, "one")
    api_server.fail("/api/v1/pods", fault)
    assert ["one"] == names(cluster.list(PODS))


def test_a_busy_server_is_asked_until_it_has_time(api_server: ApiServer, cluster: Cluster) -> None:
    add_pods(api_server, "one")
    api_server.fail("/api/v1/pods", Says(503, retry_after="0"), times=5)
    assert ["one"] == names(cluster.list(PODS))


def test_connections_that_died_of_age_are_not_noticed(api_server: ApiServer, cluster: Any) -> None:
    api_server.fail("/api/v1/pods", Slow(0.05), times=EVER)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: list(cluster.list(PODS)), range(4)))
    assert len(api_server.connections) > 1
    api_server.hang_up()
    assert api_server.version == cluster.request("GET", "/version")["gitVersion"]


def test_what_changes_something_is_sent_once(api_server: ApiServer, cluster: Cluster) -> None:
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    api_server.fail(path, Reset())
    with pytest.raises(ClusterError):
        cluster.request("POST", path, body={"spec": {}})
    assert 1 == api_server.requests.count(("POST", path))


# Faults that last


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Says(401, "Unauthorized"), "does not accept the credentials of context certificate (Unau"),
        (Says(500, "etcd is full"), "answers 500 to /api/v1/pods (etcd is full); try again"),
        (Says(503, retry_after="3600"), "is too busy for /api/v1/pods (503: ServiceUnavailable)"),
        (Says(429, "slow down", retry_after="9999"), "is too busy for /api/v1/pods (429: slow"),
        (Says(429), "is too busy for /api/v1/pods (429: TooManyRequests); try later"),
        (Says(410), "answers 410 to /api/v1/pods (Expired)"),
        (Says(422, "bad\n selector"), "answers 422 to /api/v1/pods (bad selector)"),
        (Reset(), "was lost at /api/v1/pods ("),
        (HalfBody(), "ended in the middle of the answer to /api/v1/pods; try again"),
        (HalfJson(), "answers /api/v1/pods with something else than JSON ('{"),
        (NotJson(), "something else than JSON ('<html><body>Please log in"),
        (Redirect("https://login.example"), "redirects /api/v1/pods to https://login.example; is"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_fault_that_lasts_is_a_sentence(
    api_server: ApiServer, cluster: Cluster, fault: Fault, said: str
) -> None:
    api_server.fail("/api/v1/pods", fault, times=EVER)
    message = refusal(cluster)
    assert said in message
    assert api_server.url in message


@pytest.mark.parametrize(
    "fault",
    [Slow(60), Dribble(0.05), Dribble(0.05, headers=True), Says(503, retry_after="1")],
    ids=["slow", "dribbled-body", "dribbled-headers", "busy"],
)
def test_no_answer_is_waited_for_longer_than_told(
    api_server: ApiServer, connected: Callable[[], Cluster], fault: Fault
) -> None:
    """Each of these would last a minute, or for ever."""
    add_pods(api_server, *(f"pod-{number}" for number in range(20)))
    cluster = hurried(connected(), 0.4)
    api_server.fail("/api/v1/pods", fault, times=EVER)
    assert "raise --timeout" in refusal(cluster)


def test_a_redirect_gets_no_credentials(api_server: ApiServer, cluster: Cluster) -> None:
    with ApiServer() as trap:
        api_server.fail("/api/v1/pods", Redirect(f"{trap.url}/api/v1/pods"))
        refusal(cluster)
        assert [] == trap.requests


class Deep(Fault):
    """JSON that is nested deeper than any parser likes."""

    def apply(self, wire: Wire, answer: Answer) -> None:
        wire.answer(answer._replace(body=b"[" * 200_000))


def test_json_without_a_bottom_is_a_sentence(api_server: ApiServer, cluster: Cluster) -> None:
    api_server.fail("/api/v1/pods", Deep())
    assert "something else than JSON" in refusal(cluster)


class Packed(Fault):
    """An answer that says it is gzip, and is not."""

    def apply(self, wire: Wire, answer: Answer) -> None:
        wire.answer(answer._replace(headers={"Content-Encoding": "gzip"}))


def test_a_broken_compression_is_a_sentence(api_server: ApiServer, cluster: Cluster) -> None:
    api_server.fail("/api/v1/pods", Packed())
    assert "was lost at /api/v1/pods" in refusal(cluster)


# Lists


def test_objects_come_with_their_kind(api_server: ApiServer, cluster: Cluster) -> None:
    metadata = {"name": "route", "namespace": "shop"}
    kind = {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService"}
    api_server.add({**kind, "metadata": metadata, "spec": {"hosts": ["a"]}})
    (route,) = cluster.list(ROUTES)
    assert kind == {"apiVersion": route["apiVersion"], "kind": route["kind"]}
    assert {"hosts": ["a"]} == route["spec"]


def test_metadata_comes_alone_when_told_so(api_server: ApiServer, cluster: Cluster) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "data": {"key": "aGlkZGVu"}}
    api_server.add({**secret, "metadata": {"name": "key", "namespace": "shop"}})
    (found,) = cluster.list(Kind("", "v1", "secrets", "Secret"), metadata_only=True)
    assert ("v1", "Secret", "key") == (
        found["apiVersion"],
        found["kind"],
        found["metadata"]["name"],
    )
    assert "data" not in found
    assert "as=PartialObjectMetadataList" in api_server.seen[-1].headers["accept"]


def test_pages_are_walked(api_server: ApiServer, cluster: Cluster) -> None:
    expected = [f"pod-{number:04}" for number in range(1201)]
    add_pods(api_server, *expected)
    assert expected == names(cluster.list(PODS))
    assert ["500"] * 3 == [item.query["limit"] for item in api_server.seen if "pods" in item.path]


def test_a_page_is_asked_for_when_it_is_needed(api_server: ApiServer, cluster: Cluster) -> None:
    add_pods(api_server, *(f"pod-{number:04}" for number in range(1201)))
    next(cluster.list(PODS))
    assert 1 == len([item for item in api_server.seen if "pods" in item.path])


def test_namespaces_and_labels_select(api_server: ApiServer, cluster: Cluster) -> None:
    add_pods(api_server, "one", "two")
    add_pods(api_server, "one", "three", namespace="else")
    assert ["one", "two"] == names(cluster.list(PODS, "shop"))
    assert ["one", "one"] == names(cluster.list(PODS, selector="app=one"))


def test_a_list_that_expired_is_read_again_without_repeats(
    api_server: ApiServer, cluster: Cluster
) -> None:
    add_pods(api_server, *(f"pod-{number:04}" for number in range(1201)))
    api_server.fail("/api/v1/pods", Says(410), query="continue")
    found = cluster.list(PODS)
    first = next(found)
    add_pods(api_server, "aaa")
    actual = names([first, *found])
    assert {"aaa", *(f"pod-{number:04}" for number in range(1201))} == set(actual)
    assert 1202 == len(actual)


def test_a_list_that_expires_again_is_a_sentence(api_server: ApiServer, cluster: Cluster) -> None:
    add_pods(api_server, *(f"pod-{number:04}" for number in range(600)))
    api_server.fail("/api/v1/pods", Says(410), query="continue", times=EVER)
    with pytest.raises(ClusterError, match="answers 410"):
        list(cluster.list(PODS))


class Tells(Fault):
    """Some JSON of the test."""

    def __init__(self, content: Any) -> None:
        self.content = content

    def apply(self, wire: Wire, answer: Answer) -> None:
        wire.answer(answer._replace(body=json.dumps(self.content).encode()))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"items": None, "metadata": None}, []),
        ({"items": [], "metadata": {"continue": None}}, []),
        ({"items": [{"metadata": {"name": "a"}}]}, ["a"]),
    ],
)
def test_lists_may_lack_what_go_leaves_out(
    api_server: ApiServer, cluster: Cluster, content: Any, expected: list[str]
) -> None:
    api_server.fail("/api/v1/pods", Tells(content))
    assert expected == names(cluster.list(PODS))


@pytest.mark.parametrize(
    "content",
    [
        None, [], 3, "pods", {"items": {}}, {"items": [None, {"metadata": {"name": "a"}}]},
        {"items": [], "metadata": {"continue": 3}}, {"items": [], "metadata": []},
        {"items": [], "metadata": {"resourceVersion": {}}},
    ],
    ids=repr,
)  # fmt: skip
def test_half_a_list_is_none(api_server: ApiServer, cluster: Cluster, content: Any) -> None:
    api_server.fail("/api/v1/pods", Tells(content))
    with pytest.raises(ClusterError, match="with JSON that is no list of objects; is that the ad"):
        list(cluster.list(PODS))


def test_objects_without_metadata_are_given_too(api_server: ApiServer, cluster: Cluster) -> None:
    api_server.fail("/api/v1/pods", Tells({"items": [{}, {"metadata": []}, {"metadata": 3}]}))
    assert 3 == len(list(cluster.list(PODS)))


def test_big_answers_come_compressed(api_server: ApiServer, cluster: Cluster) -> None:
    text = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"text": "a" * 1_000_000}}
    api_server.add({**text, "metadata": {"name": "big", "namespace": "shop"}})
    found = cluster.request("GET", "/api/v1/namespaces/shop/configmaps/big")
    assert text["data"] == found["data"]
    assert "gzip" == api_server.seen[-1].headers["accept-encoding"]


def test_many_threads_ask_at_once(api_server: ApiServer, cluster: Cluster) -> None:
    add_pods(api_server, "one", "two")
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: names(cluster.list(PODS)), range(64)))
    assert [["one", "two"]] * 64 == found


def test_connections_end_with_their_cluster(
    api_server: ApiServer, connected: Callable[[], Any]
) -> None:
    cluster = connected()
    assert 1 == len(api_server.connections)
    thread = cluster._loop._thread
    del cluster
    gc.collect()
    wait_until(lambda: not thread.is_alive())
    wait_until(lambda: not api_server.connections)
