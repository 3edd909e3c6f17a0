"""Are the injector's settings and its webhook found in a cluster?"""

import re
from time import sleep

import pytest
from api_server import ApiServer
from istiod import Istiod

from meshctl.cluster.api import Access, ClusterError
from meshctl.cluster.injector import find_webhook, injector_texts, kubelet_versions
from meshctl.cluster.kubeconfig import connect_to

REVIEW = {
    "kind": "AdmissionReview",
    "apiVersion": "admission.k8s.io/v1",
    "request": {"uid": "u", "object": {"kind": "Pod"}},
}


def cluster(server: ApiServer):
    return connect_to(Access(kubeconfig=str(server.kubeconfig), timeout=5))


def config_map(name: str, **data: str):
    metadata = {"name": name, "namespace": "istio-system"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def service(port: object = 15017):
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "istiod", "namespace": "istio-system"},
        "spec": {"selector": {"app": "istiod"}, "ports": [{"port": 443, "targetPort": port}]},
    }


def configuration(name: str, labels: dict[str, str], client: dict, *, active: bool = True):
    never = {"matchLabels": {"istio.io/deactivated": "never-match"}}
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": name, "labels": labels},
        "webhooks": [
            {"name": "mutate.example.com", "clientConfig": {}},
            {
                "name": "namespace.sidecar-injector.istio.io",
                "clientConfig": client,
                "namespaceSelector": {} if active else never,
            },
        ],
    }


def of_service(istiod: Istiod, path: str = "/inject"):
    place = {"namespace": "istio-system", "name": "istiod", "path": path, "port": 443}
    return {"service": place, "caBundle": istiod.ca_bundle}


def test_the_settings_of_the_default_revision(api_server: ApiServer) -> None:
    api_server.add(config_map("istio-sidecar-injector", config="c", values="v"))
    api_server.add(config_map("istio", mesh="m"))
    found = injector_texts(cluster(api_server), "istio-system", "")
    assert ("c", "v", "m", "default") == tuple(found)


def test_a_tag_stands_for_its_revision(api_server: ApiServer) -> None:
    api_server.add(config_map("istio-sidecar-injector-canary", config="c", values="v"))
    api_server.add(config_map("istio-canary", mesh="m"))
    labels = {"istio.io/tag": "prod", "istio.io/rev": "canary"}
    api_server.add(configuration("istio-revision-tag-prod", labels, {}))
    found = injector_texts(cluster(api_server), "istio-system", "prod")
    assert ("c", "v", "m", "canary") == tuple(found)


def test_a_missing_revision_is_answered_with_those_there_are(api_server: ApiServer) -> None:
    api_server.add(config_map("istio-sidecar-injector"))
    api_server.add(config_map("istio-sidecar-injector-canary"))
    message = "no ConfigMap istio-sidecar-injector-old .* revisions canary, default"
    with pytest.raises(ClusterError, match=message):
        injector_texts(cluster(api_server), "istio-system", "old")


def test_settings_that_may_not_be_read_are_named(api_server: ApiServer) -> None:
    api_server.add(config_map("istio-sidecar-injector"))
    api_server.deny("get", "configmaps")
    with pytest.raises(ClusterError, match="configmaps"):
        injector_texts(cluster(api_server), "istio-system", "")


def test_the_versions_of_the_nodes(api_server: ApiServer) -> None:
    for name, version in (("a", "v1.33.1"), ("b", "v1.32.0")):
        status = {"nodeInfo": {"kubeletVersion": version}}
        metadata = {"name": name}
        node = {"apiVersion": "v1", "kind": "Node", "metadata": metadata, "status": status}
        api_server.add(node)
    assert ["v1.33.1", "v1.32.0"] == sorted(kubelet_versions(cluster(api_server)), reverse=True)


@pytest.mark.parametrize("port", [15017, "https-webhooks"])
def test_istiod_answers_a_review(api_server: ApiServer, port: object) -> None:
    istiod = Istiod(api_server)
    pod = api_server.objects[("", "pods")][("istio-system", istiod.name)]
    named = {"name": "https-webhooks", "containerPort": 15017}
    api_server.add({**pod, "spec": {"containers": [{"name": "discovery", "ports": [named]}]}})
    api_server.add(service(port))
    client = of_service(istiod, "/inject/net/n1")
    api_server.add(configuration("old", {"istio.io/rev": "default"}, {}, active=False))
    api_server.add(configuration("new", {"istio.io/rev": "default"}, client))
    answer = find_webhook(cluster(api_server), "", 5).ask(REVIEW)
    assert ({"uid": "u", "allowed": True}, ["/inject/net/n1"]) == (
        answer["response"], istiod.asked,
    )  # fmt: skip


def test_the_way_to_istiod_is_looked_up_once(api_server: ApiServer) -> None:
    istiod = Istiod(api_server)
    api_server.add(service())
    api_server.add(configuration("a", {"istio.io/rev": "default"}, of_service(istiod)))
    webhook = find_webhook(cluster(api_server), "default", 5)
    for _ in range(3):
        webhook.ask(REVIEW)
    looked_up = [path for _, path in api_server.requests if path.endswith("/services/istiod")]
    assert (3, 1) == (len(istiod.asked), len(looked_up))


def test_another_replica_answers_for_one_that_is_dead(api_server: ApiServer) -> None:
    dead, alive = Istiod(api_server, "istiod-1"), Istiod(api_server, "istiod-2")
    dead.die()
    api_server.add(service())
    api_server.add(configuration("a", {"istio.io/rev": "default"}, of_service(alive)))
    assert find_webhook(cluster(api_server), "default", 5).ask(REVIEW)["response"]["allowed"]


def test_every_replica_that_fails_is_named(api_server: ApiServer) -> None:
    istiods = [Istiod(api_server, name) for name in ("istiod-1", "istiod-2")]
    for istiod in istiods:
        istiod.die()
    api_server.add(service())
    api_server.add(configuration("a", {"istio.io/rev": "default"}, of_service(istiods[0])))
    with pytest.raises(ClusterError, match=re.compile("istiod-1: .*istiod-2: ")):
        find_webhook(cluster(api_server), "default", 5).ask(REVIEW)


def test_a_webhook_whose_certificate_nobody_vouches_for(api_server: ApiServer) -> None:
    istiod = Istiod(api_server)
    api_server.add(service())
    client = {key: value for key, value in of_service(istiod).items() if key != "caBundle"}
    api_server.add(configuration("a", {"istio.io/rev": "default"}, client))
    with pytest.raises(ClusterError, match=r"TLS with istiod\.istio-system\.svc fails"):
        find_webhook(cluster(api_server), "default", 5).ask(REVIEW)


def test_an_answer_that_is_no_review(api_server: ApiServer) -> None:
    istiod = Istiod(api_server)
    api_server.add(service())
    api_server.add(configuration("a", {"istio.io/rev": "default"}, of_service(istiod, "/other")))
    with pytest.raises(ClusterError, match="answers 404: 404 page not found"):
        find_webhook(cluster(api_server), "default", 5).ask(REVIEW)


def test_a_revision_without_a_webhook(api_server: ApiServer) -> None:
    labels = {"istio.io/rev": "canary", "istio.io/tag": "prod"}
    api_server.add(configuration("a", labels, {}))
    with pytest.raises(ClusterError, match="'default' is active; there are canary, prod"):
        find_webhook(cluster(api_server), "", 5)


def test_a_webhook_at_an_address_that_nobody_listens_to(api_server: ApiServer) -> None:
    client = {"url": "https://127.0.0.1:1/inject"}
    api_server.add(configuration("a", {"istio.io/rev": "default"}, client))
    with pytest.raises(ClusterError, match="cannot reach istiod's webhook"):
        find_webhook(cluster(api_server), "default", 5).ask(REVIEW)


def test_a_webhook_that_says_nothing_is_not_waited_for(api_server: ApiServer) -> None:
    istiod = Istiod(api_server, inject=lambda _: sleep(3) or {})
    api_server.add(service())
    api_server.add(configuration("a", {"istio.io/rev": "default"}, of_service(istiod)))
    with pytest.raises(ClusterError, match=r"within 0\.3 s"):
        find_webhook(cluster(api_server), "default", 0.3).ask(REVIEW)


def test_a_bundle_that_is_no_certificate(api_server: ApiServer) -> None:
    istiod = Istiod(api_server)
    api_server.add(service())
    client = of_service(istiod) | {"caBundle": "bm8="}
    api_server.add(configuration("a", {"istio.io/rev": "default"}, client))
    with pytest.raises(ClusterError, match="caBundle is no certificate"):
        find_webhook(cluster(api_server), "default", 5).ask(REVIEW)
