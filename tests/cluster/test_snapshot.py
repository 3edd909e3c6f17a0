"""What is read of a cluster, and what is said of the rest."""

from typing import Any

import pytest
from stub_cluster import StubCluster

from meshctl.cluster.api import ClusterError, ForbiddenError
from meshctl.cluster.kinds import plural_of
from meshctl.cluster.snapshot import read_snapshot
from meshctl.sources.loader import Loaded


def thing(kind: str, name: str = "cart", api: str = "v1", **more: Any) -> dict[str, Any]:
    namespace = {} if kind in {"Namespace", "Node"} else {"namespace": "shop"}
    metadata = {"name": name, **namespace, **more.pop("metadata", {})}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **more}


def files(loaded: Loaded) -> list[str]:
    return sorted(document.file for document in loaded.documents)


def test_objects_become_documents_that_kubectl_could_name() -> None:
    live = read_snapshot(
        StubCluster(
            thing("Namespace", "shop"),
            thing("Service"),
            thing("VirtualService", api="networking.istio.io/v1"),
        )
    )
    expected = [
        "cluster:test/namespaces/shop",
        "cluster:test/services/shop/cart",
        "cluster:test/virtualservices.networking.istio.io/shop/cart",
    ]
    assert (expected, ()) == (files(live), live.unread)


def test_places_lie_in_the_text_that_is_shown() -> None:
    [document] = read_snapshot(StubCluster(thing("Service", spec={"ports": []}))).documents
    span = document.span(("metadata", "name"))
    assert "  name: cart" == document.lines(span.line, span.line)[0]
    assert document.lines(1, 1)[0][span.column - 1 :] == "apiVersion: v1"[span.column - 1 :]


def test_books_of_the_cluster_are_left_out() -> None:
    kept = {"istio.io/rev": "x"}
    annotations = {"kubectl.kubernetes.io/last-applied-configuration": "{}", **kept}
    books = {"managedFields": [{}], "resourceVersion": "1", "uid": "2", "generation": 3}
    metadata = {"annotations": annotations, **books}
    deployment = thing("Deployment", api="apps/v1", metadata=metadata, status={"replicas": 1})
    [document] = read_snapshot(StubCluster(deployment)).documents
    expected = thing("Deployment", api="apps/v1", metadata={"annotations": kept})
    assert expected == document.data


def test_of_the_status_of_a_pod_only_its_phase_counts() -> None:
    pod = thing("Pod", status={"phase": "Running", "podIP": "10.0.0.1"})
    [document] = read_snapshot(StubCluster(pod)).documents
    assert {"phase": "Running"} == document.data["status"]


def test_the_best_version_that_is_served_is_read_once() -> None:
    cluster = StubCluster(thing("VirtualService", api="networking.istio.io/v1beta1"))
    cluster.install("networking.istio.io/v1", "Gateway")
    assert 1 == len(read_snapshot(cluster).documents)
    asked = [path for path in cluster.asked if path.endswith("/virtualservices")]
    expected = [
        f"/apis/networking.istio.io/{version}/virtualservices" for version in ("v1", "v1beta1")
    ]
    assert expected == asked


def test_a_group_that_is_not_installed_is_never_asked_for() -> None:
    cluster = StubCluster(thing("Service"))
    assert () == read_snapshot(cluster).unread
    assert [] == [path for path in cluster.asked if "gateway.networking" in path]


def test_without_the_list_of_versions_all_are_tried() -> None:
    cluster = StubCluster(thing("Telemetry", api="telemetry.istio.io/v1alpha1"))
    cluster.fail("/apis", ForbiddenError("no discovery"))
    expected = ["cluster:test/telemetries.telemetry.istio.io/shop/cart"]
    assert expected == files(read_snapshot(cluster))


def test_a_refused_kind_is_unread_and_the_rest_stays() -> None:
    cluster = StubCluster(thing("Service"), thing("Pod"))
    cluster.refuse("Pod")
    live = read_snapshot(cluster)
    assert ["cluster:test/services/shop/cart"] == files(live)
    assert [("", "Pod", "you may not list Pod", "")] == list(map(tuple, live.unread))


def test_a_kind_may_be_readable_in_the_own_namespace() -> None:
    here, there = thing("Pod"), thing("Pod", metadata={"namespace": "elsewhere"})
    cluster = StubCluster(here, there)
    cluster.refuse("Pod", but="shop")
    live = read_snapshot(cluster, "shop")
    assert ["cluster:test/pods/shop/cart"] == files(live)
    [unread] = live.unread
    assert unread.reason.startswith("only those of namespace shop may be read")
    assert unread.namespace == "shop"


def test_the_namespace_of_the_context_is_the_own_one() -> None:
    cluster = StubCluster(thing("Pod", metadata={"namespace": "default"}))
    cluster.refuse("Pod", but="default")
    assert ["cluster:test/pods/default/cart"] == files(read_snapshot(cluster))


def test_kinds_without_namespace_are_not_asked_for_in_one() -> None:
    cluster = StubCluster(thing("Service"), thing("Node", "n1"))
    cluster.refuse("Node", but="default")
    assert ["Node"] == [unread.kind for unread in read_snapshot(cluster).unread]


def test_a_kind_that_breaks_off_leaves_nothing_behind() -> None:
    cluster = StubCluster(thing("Service"), thing("Pod"))
    whole = cluster.list

    def broken(kind: Any, *arguments: str, **options: bool) -> Any:
        yield from whole(kind, *arguments, **options)
        if kind.kind == "Pod":
            raise ClusterError("the answer breaks off")

    cluster.list = broken  # type: ignore[method-assign]
    live = read_snapshot(cluster)
    assert ["cluster:test/services/shop/cart"] == files(live)
    assert ["the answer breaks off"] == [unread.reason for unread in live.unread]


def test_a_cluster_that_shows_nothing_is_an_error() -> None:
    cluster = StubCluster(thing("Pod"))
    cluster.list = lambda *_, **__: _refuse()  # type: ignore[assignment, method-assign]
    with pytest.raises(ClusterError, match="shows nothing of the mesh: you may not"):
        read_snapshot(cluster)


def _refuse() -> Any:
    raise ForbiddenError("you may not")


@pytest.mark.parametrize("answer", [[], {"groups": [{}]}, "hello"], ids=str)
def test_what_is_no_api_server_is_an_error(answer: Any) -> None:
    cluster = StubCluster()
    cluster.request = lambda *_: answer  # type: ignore[method-assign]
    with pytest.raises(ClusterError, match="is no API server"):
        read_snapshot(cluster)


def test_pods_that_have_ended_and_jobs_of_cron_jobs_count_nothing() -> None:
    owned = {"ownerReferences": [{"kind": "CronJob", "name": "nightly"}]}
    live = read_snapshot(
        StubCluster(
            thing("Pod", "done", status={"phase": "Succeeded"}),
            thing("Pod", "evicted", status={"phase": "Failed"}),
            thing("CronJob", "nightly", api="batch/v1"),
            thing("Job", "nightly-1", api="batch/v1", metadata=owned),
            thing("Job", "once", api="batch/v1"),
        )
    )
    expected = ["cluster:test/cronjobs.batch/shop/nightly", "cluster:test/jobs.batch/shop/once"]
    assert expected == files(live)


def test_of_config_maps_only_the_settings_of_control_planes_are_read() -> None:
    def settings(name: str, namespace: str, key: str) -> dict[str, Any]:
        return thing("ConfigMap", name, metadata={"namespace": namespace}, data={key: "x"})

    istiod = {"namespace": "mesh", "labels": {"app": "istiod"}}
    live = read_snapshot(
        StubCluster(
            thing("Service", "istiod", metadata=istiod),
            settings("istio", "istio-system", "mesh"),
            settings("istio-canary", "mesh", "mesh"),
            settings("istio-sidecar-injector", "mesh", "config"),
            settings("istio-ca-root-cert", "mesh", "root-cert.pem"),
            settings("app", "mesh", "config"),
            settings("istio", "shop", "mesh"),
        )
    )
    expected = [
        "cluster:test/configmaps/istio-system/istio",
        "cluster:test/configmaps/mesh/istio-canary",
        "cluster:test/configmaps/mesh/istio-sidecar-injector",
        "cluster:test/services/mesh/istiod",
    ]
    assert expected == files(live)


def test_of_secrets_only_the_metadata_is_asked_for() -> None:
    secret = thing("Secret", "cert", data={"tls.key": "a2V5"})
    live = read_snapshot(StubCluster(secret))
    [document] = live.documents
    assert "a2V5" not in document.text
    assert () == live.unread


@pytest.mark.parametrize(
    ("kind", "plural"),
    [
        ("Gateway", "gateways"),
        ("AuthorizationPolicy", "authorizationpolicies"),
        ("ServiceEntry", "serviceentries"),
        ("ProxyConfig", "proxyconfigs"),
        ("GatewayClass", "gatewayclasses"),
    ],
)
def test_plurals(kind: str, plural: str) -> None:
    assert plural == plural_of(kind)
