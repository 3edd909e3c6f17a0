"""What is said of a cluster, and of files that would be applied to it."""

from pathlib import Path
from typing import Any

import yaml
from stub_cluster import StubCluster

from meshctl.cluster.snapshot import read_snapshot
from meshctl.engine.analyze import load_mesh
from meshctl.engine.live import analyze_live, compare_live
from meshctl.engine.report import Report
from meshctl.mesh.security.peer_authentication import Mode
from meshctl.resources import Workload
from meshctl.settings import Settings
from meshctl.sources.loader import Loaded, load

NOTHING = Loaded(0, [], [])
WHOLE = Settings(whole_mesh=True)
ISTIO = "networking.istio.io/v1"


def thing(kind: str, name: str, api: str = "v1", /, **more: Any) -> dict[str, Any]:
    namespace = {} if kind == "Namespace" else {"namespace": "shop"}
    metadata = {"name": name, **namespace, **more.pop("metadata", {})}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **more}


def routes_to(host: str, api: str = ISTIO) -> dict[str, Any]:
    route = [{"route": [{"destination": {"host": host}}]}]
    return thing("VirtualService", "cart", api, spec={"hosts": ["cart"], "http": route})


def service(name: str, **metadata: Any) -> dict[str, Any]:
    spec = {"selector": {"app": name}, "ports": [{"name": "http", "port": 80}]}
    return thing("Service", name, spec=spec, metadata=metadata)


def deployment(name: str, labels: dict[str, str] | None = None, image: str = "a") -> dict[str, Any]:
    template = {
        "metadata": {"labels": {"app": name, **(labels or {})}},
        "spec": {"containers": [{"name": "main", "image": image}]},
    }
    return thing("Deployment", name, "apps/v1", spec={"replicas": 2, "template": template})


def pod_of(name: str) -> dict[str, Any]:
    """A running pod of a Deployment, without a sidecar."""
    labels = {"app": name, "pod-template-hash": "5d4"}
    owner = [{"kind": "ReplicaSet", "name": f"{name}-5d4"}]
    return thing(
        "Pod", f"{name}-5d4-x2z", metadata={"labels": labels, "ownerReferences": owner},
        spec={"containers": [{"name": "main", "image": "a"}]}, status={"phase": "Running"},
    )  # fmt: skip


INJECTED = thing("Namespace", "shop", metadata={"labels": {"istio-injection": "enabled"}})


def write(tmp_path: Path, *objects: dict[str, Any]) -> Loaded:
    file = tmp_path / "new.yaml"
    file.write_text(yaml.safe_dump_all(objects))
    return load([str(file)])


def rules(report: Report) -> list[str]:
    return [found.rule for found in report.findings]


LOST = "virtual-service/destination-host-not-found"


def test_what_a_cluster_lacks_is_absent() -> None:
    live = read_snapshot(StubCluster(routes_to("lost")))
    report = analyze_live(live, NOTHING, WHOLE._replace(select=(LOST,)))
    assert [LOST] == rules(report)
    place = report.findings[0].location
    assert "cluster:test/virtualservices.networking.istio.io/shop/cart" == place.file
    assert "host: lost" in place.frame.lines[place.line - place.frame.first_line]


def test_what_a_cluster_does_not_show_may_be_there() -> None:
    cluster = StubCluster(routes_to("lost"), service("cart"))
    cluster.refuse("Service")
    report = analyze_live(read_snapshot(cluster), NOTHING, WHOLE)
    assert LOST not in rules(report)
    gap = ("service/port-without-protocol", "Service: you may not list Service")
    assert gap in [tuple(not_checked_rule) for not_checked_rule in report.not_checked]


def test_kinds_that_few_may_read_leave_the_mesh_whole() -> None:
    cluster = StubCluster(routes_to("lost"), thing("Node", "n"))
    cluster.refuse("Node")
    mesh = load_mesh(NOTHING, WHOLE, live=read_snapshot(cluster))
    assert (True, False, True) == (mesh.is_whole, mesh.has_all("Node"), mesh.has_all("Service"))


def test_replicas_are_unknown_where_autoscalers_may_not_be_read() -> None:
    cluster = StubCluster(deployment("cart"))
    cluster.install("autoscaling/v2", "HorizontalPodAutoscaler")
    known = []
    for _ in range(2):
        mesh = load_mesh(NOTHING, WHOLE, live=read_snapshot(cluster))
        known.append(mesh.workloads.replicas.of(mesh.of(Workload)[0]))
        cluster.refuse("HorizontalPodAutoscaler")
    assert [2, None] == known


def test_objects_of_kubernetes_itself_have_no_findings() -> None:
    lost = routes_to("lost")
    both = [lost, {**lost, "metadata": {"name": "dns", "namespace": "kube-system"}}]
    report = analyze_live(
        read_snapshot(StubCluster(*both)), NOTHING, WHOLE._replace(select=(LOST,))
    )
    assert {"shop"} == {found.resource.namespace for found in report.findings}


def test_a_file_takes_the_place_of_the_same_object(tmp_path: Path) -> None:
    live = read_snapshot(StubCluster(routes_to("lost"), service("cart")))
    files = write(tmp_path, routes_to("cart", "networking.istio.io/v1beta1"))
    report = analyze_live(live, files, WHOLE)
    assert LOST not in rules(report)
    assert "document/duplicate-object" not in rules(report)
    assert (1, 2) == (report.summary.files, report.summary.resources)


def test_the_difference_is_what_files_add_and_how_much_they_remove(tmp_path: Path) -> None:
    live = read_snapshot(StubCluster(routes_to("lost"), service("cart")))
    settings = WHOLE._replace(select=(LOST,))
    mended = compare_live(live, write(tmp_path, routes_to("cart")), settings)
    other = compare_live(live, write(tmp_path, routes_to("gone")), settings)
    assert ([], 1) == (rules(mended.report), mended.removed)
    assert ([LOST], 1) == (rules(other.report), other.removed)
    assert str(tmp_path / "new.yaml") == other.report.findings[0].location.file


def test_the_same_mistake_in_a_file_is_no_difference(tmp_path: Path) -> None:
    live = read_snapshot(StubCluster(routes_to("lost"), service("cart")))
    files = write(tmp_path, routes_to("lost", "networking.istio.io/v1beta1"))
    difference = compare_live(live, files, WHOLE._replace(select=(LOST,)))
    assert ([], 0, 0) == (
        rules(difference.report), difference.removed, difference.report.summary.errors,
    )  # fmt: skip


def test_a_smell_that_files_make_an_error_is_a_difference(tmp_path: Path) -> None:
    subsets = [{"name": "v2", "labels": {"version": "v2"}}]
    rule = thing("DestinationRule", "cart", ISTIO, spec={"host": "cart", "subsets": subsets})
    live = read_snapshot(StubCluster(service("cart"), deployment("cart"), rule))
    route = routes_to("cart")
    route["spec"]["http"][0]["route"][0]["destination"]["subset"] = "v2"
    select = ("destination-rule/subset-selects-no-pod",)
    difference = compare_live(live, write(tmp_path, route), WHOLE._replace(select=select))
    assert ([*select], 1) == (rules(difference.report), difference.report.summary.errors)


def test_what_is_wrong_with_a_text_is_a_difference(tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text("kind: [")
    files = load([str(tmp_path / "new.yaml")])
    difference = compare_live(read_snapshot(StubCluster(service("cart"))), files, WHOLE)
    assert ["document/yaml-syntax"] == rules(difference.report)


def test_what_a_workload_says_is_not_said_again_of_its_pods() -> None:
    deployment_of = deployment("cart")
    pod = pod_of("cart")
    annotations = {"sidecar.istio.io/proxyCPUs": "1"}
    deployment_of["spec"]["template"]["metadata"]["annotations"] = annotations
    pod["metadata"]["annotations"] = annotations
    select = ("resource/unknown-annotation",)
    report = analyze_live(
        read_snapshot(StubCluster(INJECTED, deployment_of, pod)),
        NOTHING,
        WHOLE._replace(select=select),
    )
    assert ["Deployment"] == [found.resource.kind for found in report.findings]
    alone = analyze_live(
        read_snapshot(StubCluster(INJECTED, pod)), NOTHING, WHOLE._replace(select=select)
    )
    assert ["Pod"] == [found.resource.kind for found in alone.findings]


def policy(name: str, mode: str, **metadata: Any) -> dict[str, Any]:
    return thing(
        "PeerAuthentication", name, "security.istio.io/v1",
        spec={"mtls": {"mode": mode}}, metadata=metadata,
    )  # fmt: skip


def test_settings_of_a_revision_are_those_of_a_mesh_without_others() -> None:
    def settings(name: str, trust_domain: str) -> dict[str, Any]:
        text = f"trustDomain: {trust_domain}"
        return thing("ConfigMap", name, metadata={"namespace": "istio-system"}, data={"mesh": text})

    of_revisions = [settings("istio-1-31", "new"), settings("istio-1-30", "old")]
    found = []
    for objects in (of_revisions, [*of_revisions, settings("istio", "plain")]):
        mesh = load_mesh(NOTHING, WHOLE, live=read_snapshot(StubCluster(*objects)))
        found.append(mesh.config.trust_domain)
    assert ["old", "plain"] == found


def test_a_file_keeps_the_age_of_what_it_replaces(tmp_path: Path) -> None:
    older = policy("z", "STRICT", creationTimestamp="2026-01-01T00:00:00Z")
    newer = policy("a", "DISABLE", creationTimestamp="2026-02-01T00:00:00Z")
    live = read_snapshot(StubCluster(older, newer))
    mesh = load_mesh(write(tmp_path, policy("z", "PERMISSIVE")), WHOLE, live=live)
    demand = mesh.security.peer_authentications.of_namespace("shop")
    assert (Mode.PERMISSIVE, True) == (demand.mode, demand.order_known)


def test_pods_of_a_changed_workload_say_nothing_any_more(tmp_path: Path) -> None:
    live = read_snapshot(StubCluster(INJECTED, deployment("cart"), pod_of("cart")))
    found = []
    for image in ("a", "b"):
        mesh = load_mesh(write(tmp_path, deployment("cart", image=image)), WHOLE, live=live)
        [workload] = mesh.workloads
        found.append((len(mesh.of(Workload)), mesh.workloads.membership(workload).value))
    assert [(2, "none"), (1, "sidecar")] == found
