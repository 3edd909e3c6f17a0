"""Each cluster of a mesh is analysed as its istiod sees it: its own objects, the endpoints of all."""

import json
from functools import partial
from pathlib import Path

import pytest

from meshctl.engine.analyze import answer_on, load_mesh
from meshctl.engine.report import Report
from meshctl.engine.workspaces.kept_objects import KeptObjects
from meshctl.errors import UsageError
from meshctl.output.findings.json_v1 import finding_data
from meshctl.settings import ClusterSource, Rendering, Settings
from meshctl.sources.clusters import asked_clusters, with_clusters
from meshctl.sources.live_object import ObjectDocument
from meshctl.sources.loader import Loaded, Unread, load
from meshctl.yaml.reader import parse_one

NAMESPACE = """
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
"""
SERVICE = """
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: shop}}
spec: {{selector: {{app: {name}}}, ports: [{{name: http, port: {port}}}]}}
"""
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}, version: {version}}}}}
    spec: {{containers: [{{name: app}}]}}
"""
ROUTE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {name}, namespace: shop}}
spec:
  hosts: [{name}.shop.svc.cluster.local]
  http: [{{route: [{{destination: {{host: {name}.shop.svc.cluster.local}}}}]}}]
"""
SUBSETS = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart, namespace: shop}
spec:
  host: cart.shop.svc.cluster.local
  subsets:
    - {name: one, labels: {version: v1}}
    - {name: two, labels: {version: v2}}
    - {name: three, labels: {version: v3}}
"""
PEERS = """
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {{name: default, namespace: {home}}}
spec: {{mtls: {{mode: {mode}}}}}
"""
PLAINTEXT = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart, namespace: shop}
spec: {host: cart.shop.svc.cluster.local, trafficPolicy: {tls: {mode: DISABLE}}}
"""
POLICY = """
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: cart, namespace: shop}
spec: {selector: {matchLabels: {app: cart}}, mtls: {mode: STRICT}}
"""
REMOTE = """
apiVersion: v1
kind: Secret
metadata: {name: remote, namespace: istio-system, labels: {istio/multiCluster: "true"}}
stringData: {south: "apiVersion: v1"}
"""
NO_HOST = "virtual-service/destination-host-not-found"
NO_SUBSET = "destination-rule/subset-selects-no-pod"
DIFFERS = "service/differs-between-clusters"


def joined(*texts: str) -> str:
    return "---".join(texts)


def cart(version: str = "v1", port: int = 80) -> str:
    return joined(
        SERVICE.format(name="cart", port=port), DEPLOYMENT.format(name="cart", version=version)
    )


def loaded(root: Path, files: dict[str, str]) -> Loaded:
    """Load files; the directory at the top of each names its cluster, ``shared`` none."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    names = sorted({name.partition("/")[0] for name in files} - {"shared"})
    sources = [ClusterSource(name, (str(root / name),)) for name in names]
    read = partial(load, rendering=Rendering("never"))
    return with_clusters(read([str(root)]), sources, frozenset(names), read)


def run(root: Path, files: dict[str, str], **settings: object) -> Report:
    chosen = Settings(**settings)  # type: ignore[arg-type]
    return answer_on(loaded(root, files), chosen, KeptObjects(chosen, ())).report


def found(report: Report, *rules: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        (one.rule, one.resource.name, one.clusters)
        for one in report.findings
        if not rules or one.rule in rules
    ]


def test_a_service_of_another_cluster_is_known(tmp_path: Path) -> None:
    files = {
        "east/all.yaml": joined(
            NAMESPACE, cart(), ROUTE.format(name="pay"), ROUTE.format(name="nope")
        ),
        "west/all.yaml": joined(
            NAMESPACE,
            SERVICE.format(name="pay", port=80),
            DEPLOYMENT.format(name="pay", version="v1"),
        ),
    }
    assert [(NO_HOST, "nope", ("east",))] == found(run(tmp_path, files))


def test_configuration_of_another_cluster_is_not(tmp_path: Path) -> None:
    rule = SUBSETS.replace("cart", "pay")
    route = ROUTE.format(name="pay").replace(
        "host: pay.shop.svc.cluster.local}", "host: pay.shop.svc.cluster.local, subset: one}"
    )
    pay = joined(SERVICE.format(name="pay", port=80), DEPLOYMENT.format(name="pay", version="v1"))
    files = {
        "east/all.yaml": joined(NAMESPACE, pay, route),
        "west/all.yaml": joined(NAMESPACE, pay, rule),
    }
    report = run(tmp_path, files, whole_mesh=True)
    assert ("virtual-service/destination-subset-not-found", "pay", ("east",)) in found(report)


def test_a_subset_that_another_cluster_runs_is_not_missing(tmp_path: Path) -> None:
    files = {
        "east/all.yaml": joined(NAMESPACE, cart("v1"), SUBSETS),
        "west/all.yaml": joined(NAMESPACE, cart("v2")),
    }
    report = run(tmp_path, files)
    assert [(NO_SUBSET, "cart", ("east",))] == found(report)
    assert "version=v3" in report.findings[0].message


def test_what_all_clusters_find_is_told_once(tmp_path: Path) -> None:
    files = {
        "east/all.yaml": joined(NAMESPACE, cart()),
        "west/all.yaml": joined(NAMESPACE, cart()),
        "shared/all.yaml": ROUTE.format(name="nope"),
    }
    report = run(tmp_path, files)
    assert [(NO_HOST, "nope", ("east", "west"))] == found(report)
    assert ["east", "west"] == finding_data(report, report.findings[0])["clusters"]


def test_the_same_finding_in_files_of_two_clusters_is_told_once(tmp_path: Path) -> None:
    text = joined(NAMESPACE, cart(), ROUTE.format(name="nope"))
    report = run(tmp_path, {"east/all.yaml": text, "west/all.yaml": text})
    assert [(NO_HOST, "nope", ("east", "west"))] == found(report)


def test_what_clusters_find_differently_stays_apart(tmp_path: Path) -> None:
    files = {
        "east/all.yaml": joined(NAMESPACE, cart("v1")),
        "west/all.yaml": joined(NAMESPACE, cart("v1", port=90)),
        "shared/all.yaml": ROUTE.format(name="cart").replace(
            "host: cart.shop.svc.cluster.local}",
            "host: cart.shop.svc.cluster.local, port: {number: 91}}",
        ),
    }
    report = run(tmp_path, files)
    several = [one for one in report.findings if one.rule.startswith("virtual-service/")]
    assert [("east",), ("west",)] == [one.clusters for one in several]
    assert 2 == len({one.fingerprint for one in several})


def test_services_are_compared_by_the_names_of_clusters(tmp_path: Path) -> None:
    files = {
        "east/all.yaml": joined(NAMESPACE, cart(port=80)),
        "west/all.yaml": joined(NAMESPACE, cart(port=81)),
    }
    report = run(tmp_path, files)
    assert [(DIFFERS, "cart", ("west",))] == found(report)
    assert "Service shop/cart differs between east and west in ports" == report.findings[0].message


def test_directories_of_one_cluster_are_not_compared(tmp_path: Path) -> None:
    files = {
        "east/one/all.yaml": joined(NAMESPACE, cart(port=80)),
        "east/two/all.yaml": cart(port=81),
        "west/all.yaml": joined(NAMESPACE, cart(port=80)),
    }
    assert [] == found(run(tmp_path, files), DIFFERS)


def test_a_comparison_can_be_ignored(tmp_path: Path) -> None:
    files = {"east/a.yaml": cart(port=80), "west/a.yaml": cart(port=81)}
    assert [] == found(run(tmp_path, files, ignore=(DIFFERS,)))


def test_servers_of_another_cluster_are_judged_by_its_own_policies(tmp_path: Path) -> None:
    files = {
        "east/all.yaml": joined(
            NAMESPACE, PLAINTEXT, PEERS.format(home="istio-system", mode="STRICT"),
            DEPLOYMENT.format(name="client", version="v1"),
        ),
        "west/all.yaml": joined(NAMESPACE, cart(), PEERS.format(home="istio-system", mode="DISABLE")),
    }  # fmt: skip
    report = run(tmp_path, files, whole_mesh=True)
    assert [] == [one for one in report.findings if one.severity == "error"]


def test_policies_are_for_the_proxies_of_their_own_cluster(tmp_path: Path) -> None:
    files = {
        "east/all.yaml": joined(
            NAMESPACE, POLICY, DEPLOYMENT.format(name="one", version="v1"),
            DEPLOYMENT.format(name="two", version="v1"),
        ),
        "west/all.yaml": joined(NAMESPACE, cart()),
    }  # fmt: skip
    expected = [("peer-authentication/selects-no-workload", "cart", ("east",))]
    assert expected == found(run(tmp_path, files))


def test_a_mesh_of_several_clusters_is_that_of_the_first(tmp_path: Path) -> None:
    files = {
        "east/all.yaml": joined(NAMESPACE, ROUTE.format(name="cart")),
        "west/all.yaml": joined(NAMESPACE, cart(), ROUTE.format(name="pay")),
    }
    mesh = load_mesh(loaded(tmp_path, files), Settings())
    assert ["cart"] == [one.name for one in mesh.resources if one.kind == "VirtualService"]
    assert ["cart"] == [one.name for one in mesh.resources if one.kind == "Deployment"]


def test_two_clusters_need_two_names() -> None:
    sources = [ClusterSource("east", ("a",)), ClusterSource("east", ("b",))]
    with pytest.raises(UsageError, match="two clusters"):
        with_clusters(Loaded(0, [], []), sources, frozenset(), load)


@pytest.mark.parametrize("names_south", [False, True])
def test_a_remote_secret_names_a_cluster_that_nobody_read(
    tmp_path: Path, names_south: bool
) -> None:
    files = {
        "east/all.yaml": joined(NAMESPACE, cart(), ROUTE.format(name="nope"), REMOTE),
        ("south" if names_south else "west") + "/all.yaml": joined(NAMESPACE, cart()),
    }
    report = run(tmp_path, files, whole_mesh=True)
    reasons = [one.reason for one in report.not_checked if one.rule == "*"]
    assert names_south == (NO_HOST in [one.rule for one in report.findings])
    assert names_south == (not any("cluster south" in one for one in reasons))


def test_a_remote_secret_counts_without_named_clusters(tmp_path: Path) -> None:
    file = tmp_path / "all.yaml"
    file.write_text(joined(NAMESPACE, cart(), ROUTE.format(name="nope"), REMOTE))
    settings = Settings(whole_mesh=True)
    report = answer_on(load([str(file)]), settings, KeptObjects(settings, ())).report
    assert [] == found(report, NO_HOST)
    assert any("cluster south" in one.reason for one in report.not_checked)


def test_clusters_reach_the_formats(tmp_path: Path) -> None:
    from io import StringIO

    from meshctl.output.findings import sarif

    files = {"east/a.yaml": cart(port=80), "west/a.yaml": cart(port=81)}
    out = StringIO()
    sarif.render(run(tmp_path, files), out)
    result = json.loads(out.getvalue())["runs"][0]["results"][0]
    assert ["west"] == result["properties"]["clusters"]


ROOT = """
apiVersion: v1
kind: Namespace
metadata: {{name: istio-system, labels: {{topology.istio.io/network: {network}}}}}
"""
EAST_WEST = """
apiVersion: v1
kind: Service
metadata:
  name: eastwest
  namespace: istio-system
  labels: {topology.istio.io/network: far}
spec: {selector: {istio: eastwest}, ports: [{name: tls, port: 15443}]}
"""


@pytest.mark.parametrize(
    ("network", "gateway", "is_lost"),
    [("far", EAST_WEST, True), ("far", NAMESPACE, False), ("near", EAST_WEST, False)],
)
def test_plaintext_finds_no_endpoint_behind_the_gateway_of_another_network(
    tmp_path: Path, network: str, gateway: str, is_lost: bool
) -> None:
    files = {
        "east/all.yaml": joined(NAMESPACE, ROOT.format(network="near"), PLAINTEXT),
        "west/all.yaml": joined(NAMESPACE, ROOT.format(network=network), gateway, cart()),
    }
    rule = "destination-rule/plaintext-to-other-networks"
    assert is_lost == bool(found(run(tmp_path, files), rule))


def live(*texts: str) -> Loaded:
    """What a cluster shows of some objects."""
    data = (parse_one(text) for text in texts)
    return Loaded(0, [ObjectDocument("cluster", one) for one in data], [])


def test_files_lie_over_the_cluster_of_their_name(tmp_path: Path) -> None:
    (tmp_path / "east").mkdir()
    (tmp_path / "east/all.yaml").write_text(ROUTE.format(name="nope"))
    shown = {
        "one": live(NAMESPACE, SERVICE.format(name="cart", port=80), ROUTE.format(name="pay")),
        "two": live(NAMESPACE, SERVICE.format(name="pay", port=80)),
    }
    sources = [
        ClusterSource("east", (str(tmp_path / "east"),), "one"), ClusterSource("west", (), "two"),
    ]  # fmt: skip
    known = asked_clusters(Loaded(0, [], []), (), sources, load, shown.__getitem__)
    settings = Settings(whole_mesh=True)
    report = answer_on(known, settings, KeptObjects(settings, ())).report
    assert [(NO_HOST, "nope", ("east",))] == found(report, NO_HOST)


def test_a_kind_that_one_cluster_hides_is_named_with_it(tmp_path: Path) -> None:
    hidden = live(NAMESPACE)._replace(unread=(Unread("", "Service", "services are forbidden"),))
    sources = [ClusterSource("east", (), "one"), ClusterSource("west", (), "two")]
    shown = {"one": hidden, "two": live(NAMESPACE, ROUTE.format(name="nope"))}
    known = asked_clusters(Loaded(0, [], []), (), sources, load, shown.__getitem__)
    settings = Settings(whole_mesh=True)
    report = answer_on(known, settings, KeptObjects(settings, ())).report
    assert "east: services are forbidden" in [one.reason for one in report.not_checked]
    assert [] == found(report, NO_HOST)
