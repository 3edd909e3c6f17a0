"""What the input may say in several ways is a finding only where it is wrong in each."""

from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze
from meshctl.engine.report import Report
from meshctl.settings import Rendering, Settings

GATEWAY = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {{name: entry, namespace: edge}}
spec:
  selector: {{istio: entry}}
  servers: [{{port: {{number: 80, name: http, protocol: HTTP}}, hosts: ["{host}"]}}]
"""
ROUTE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {name}, namespace: edge}}
spec:
  hosts: ["{host}"]
  gateways: [entry]
  http: [{{route: [{{destination: {{host: a.example.org}}}}]}}]
"""
SERVICE = """
apiVersion: v1
kind: Service
metadata: {{name: {name}{home}}}
spec: {{selector: {{app: cart}}, ports: [{{name: http, port: 80}}]}}
"""
CART_ROUTE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec:
  hosts: [cart.shop.svc.cluster.local]
  http: [{route: [{destination: {host: cart.shop.svc.cluster.local}}]}]
"""
RELEASE = """
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: redis, namespace: {home}}}
spec: {{chart: {{spec: {{chart: redis}}}}}}
"""
APPLICATION = """
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: web, namespace: argocd}}
spec: {{source: {{path: {path}}}, destination: {{namespace: {home}}}}}
"""
NOT_SERVED = "virtual-service/host-not-served"


def run(root: Path, files: dict[str, str], **settings: object) -> Report:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return analyze([str(root)], Settings(**{"rendering": Rendering("never"), **settings}))  # type: ignore[arg-type]


def found(report: Report) -> list[tuple[str, str]]:
    return [(one.rule, Path(one.location.file).parent.name) for one in report.findings]


def test_variants_are_judged_with_what_stands_beside_them(tmp_path: Path) -> None:
    files = {
        f"{name}/all.yaml": GATEWAY.format(host=f"{name}.example.com")
        + "---"
        + ROUTE.format(name=name, host=f"{name}.example.com")
        for name in ("one", "two")
    }
    assert [] == found(run(tmp_path, files, select=(NOT_SERVED,)))


def test_what_is_wrong_in_every_variant_is_found(tmp_path: Path) -> None:
    files = {f"{n}/gw.yaml": GATEWAY.format(host=f"{n}.example.com") for n in ("one", "two")}
    files["routes/vs.yaml"] = ROUTE.format(name="a", host="three.example.com")
    assert [(NOT_SERVED, "routes")] == found(run(tmp_path, files, select=(NOT_SERVED,)))


def test_what_is_right_in_one_variant_is_no_finding(tmp_path: Path) -> None:
    files = {f"{n}/gw.yaml": GATEWAY.format(host=f"{n}.example.com") for n in ("one", "two")}
    files["routes/vs.yaml"] = ROUTE.format(name="a", host="two.example.com")
    assert [] == found(run(tmp_path, files, select=(NOT_SERVED,)))


def test_a_variant_that_is_wrong_by_itself_is_found(tmp_path: Path) -> None:
    gateway = GATEWAY.format(host="b.example.com")
    wrong = gateway + "---" + ROUTE.format(name="a", host="a.example.com")
    report = run(tmp_path, {"one/gw.yaml": gateway, "two/all.yaml": wrong}, select=(NOT_SERVED,))
    assert [(NOT_SERVED, "two")] == found(report)


def test_the_files_of_a_duplicate_are_told_once(tmp_path: Path) -> None:
    text = SERVICE.format(name="cart", home=", namespace: shop")
    files = {f"{home}/{n}.yaml": text.replace("cart", n) for home in "ab" for n in ("x", "y")}
    report = run(tmp_path, files, select=("document",))
    (gap,) = report.not_checked
    assert () == report.findings
    assert gap.reason.endswith("/b declare the same objects, and count as alternatives")


def test_an_unknown_namespace_matches_those_that_others_name(tmp_path: Path) -> None:
    files = {
        "routes.yaml": CART_ROUTE + "---" + SERVICE.format(name="other", home=", namespace: shop"),
        "cart.yaml": SERVICE.format(name="cart", home=""),
    }
    rule = "virtual-service/destination-host-not-found"
    report = run(tmp_path, files, select=(rule,), whole_mesh=True)
    assert () == report.findings
    assert "1 object names no namespace, which may be any that others name" in (
        report.not_checked[0].reason
    )
    told = run(tmp_path, files, select=(rule,), whole_mesh=True, default_namespace="till")
    assert [rule] == [one.rule for one in told.findings]


@pytest.mark.parametrize(
    ("kustomization", "expected"),
    [
        ("namespace: shop\nresources: [../base]", 0),
        ("namespace: till\nresources: [../base]", 1),
        ("resources: [../base]\nnamePrefix: a-", 0),
        ("resources: [../base]\npatches: [{target: {kind: VirtualService}, patch: '- op: x'}]", 0),
        ("resources: [../base]\npatches: [{target: {kind: Deployment}, patch: '- op: x'}]", 0),
        ("resources: [../base]\nimages: [{name: x, newTag: y}]", 0),
    ],
)
def test_inputs_of_a_kustomization_go_where_it_puts_them(
    tmp_path: Path, kustomization: str, expected: int
) -> None:
    files = {
        "base/kustomization.yaml": "resources: [all.yaml]",
        "base/all.yaml": SERVICE.format(name="cart", home="") + "---" + CART_ROUTE,
        "overlay/kustomization.yaml": kustomization,
    }
    rule = "virtual-service/destination-host-not-found"
    report = run(tmp_path, files, select=(rule,), whole_mesh=True)
    assert expected == len(report.findings)


@pytest.mark.parametrize(
    "placeholder",
    ["${HOME_NS}", "$HOME_NS", "$(ns)", "<namespace>", "SHOP_NAMESPACE", "{{ ns }}", "${ns:=shop}"],
)
def test_a_placeholder_is_told_and_judged_by_nobody(tmp_path: Path, placeholder: str) -> None:
    host = f'host: "cart.{placeholder}.svc.cluster.local"'
    route = CART_ROUTE.replace("host: cart.shop.svc.cluster.local", host)
    report = run(tmp_path, {"a.yaml": route}, whole_mesh=True)
    (one,) = [each for each in report.findings if each.severity != "info"]
    assert "document/placeholder-left" == one.rule
    assert one.message.startswith(f"{placeholder} was left in")


def test_what_flux_replaces_is_no_placeholder(tmp_path: Path) -> None:
    route = CART_ROUTE.replace("host: cart.shop.svc", 'host: "cart.${ns}.svc"', 1).replace(
        '"cart.${ns}.svc".cluster.local', '"cart.${ns}.svc.cluster.local"'
    )
    flux = """
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec: {path: ./apps, postBuild: {substitute: {ns: shop}}}
"""
    report = run(tmp_path, {"apps/a.yaml": route, "cluster/flux.yaml": flux}, whole_mesh=True)
    assert [] == [each.rule for each in report.findings if each.severity != "info"]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, 1),
        ({"chart/Chart.yaml": "apiVersion: v2\nname: a\n"}, 0),
        ({"release.yaml": RELEASE.format(home="shop")}, 0),
        ({"release.yaml": RELEASE.format(home="till")}, 1),
        ({"app.yaml": APPLICATION.format(path="elsewhere", home="shop")}, 0),
        ({"app.yaml": APPLICATION.format(path="elsewhere", home="till")}, 1),
        ({"kustomization.yaml": "resources: [https://example.org/a.yaml]\nnamespace: shop\n"}, 0),
    ],
)
def test_what_was_not_rendered_may_hold_what_is_missing(
    tmp_path: Path, files: dict[str, str], expected: int
) -> None:
    other = SERVICE.format(name="other", home=", namespace: shop")
    rule = "virtual-service/destination-host-not-found"
    shop = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
    report = run(tmp_path, {"all.yaml": other + "---" + CART_ROUTE + shop, **files}, select=(rule,))
    assert expected == len(report.findings)
    assert bool(files) == any(gap.rule == "*" for gap in report.not_checked)


def test_the_namespace_of_istio_is_installed_by_others(tmp_path: Path) -> None:
    text = SERVICE.format(name="tracing", home=", namespace: istio-system")
    route = CART_ROUTE.replace("shop", "istio-system")
    rule = "virtual-service/destination-host-not-found"
    assert () == run(tmp_path, {"a.yaml": text + "---" + route}, select=(rule,)).findings
    whole = run(tmp_path, {"a.yaml": text + "---" + route}, select=(rule,), whole_mesh=True)
    assert [rule] == [one.rule for one in whole.findings]


def test_a_file_with_alternatives_is_asked_beside_each_alternative_of_another(
    tmp_path: Path,
) -> None:
    hosts = ("b.example.org", "c.example.org", "a.example.org")
    files = {f"gateways/{number}.yaml": GATEWAY.format(host=h) for number, h in enumerate(hosts)}
    files |= {"routes.yaml": ROUTE.format(name="shop", host="a.example.org")}
    files |= {"z/routes.yaml": ROUTE.format(name="shop", host="b.example.org")}
    report = run(tmp_path, files)
    assert [] == [found.message for found in report.findings if found.rule == NOT_SERVED]
    report = run(tmp_path, {"z/routes.yaml": ROUTE.format(name="shop", host="d.example.org")})
    assert [NOT_SERVED] == [found.rule for found in report.findings if found.rule == NOT_SERVED]


@pytest.mark.parametrize(("prefix", "expected"), [("/cart", 1), ("/cart$STAGE", 0)])
def test_nobody_judges_what_is_put_together_with_a_placeholder(
    tmp_path: Path, prefix: str, expected: int
) -> None:
    rule = f"{{match: [{{uri: {{prefix: {prefix}}}}}], rewrite: {{uri: /}}, route: [{{destination: {{host: cart}}}}]}}"
    text = CART_ROUTE[: CART_ROUTE.index("  http:")] + f"  http: [{rule}]\n"
    report = run(tmp_path, {"cart.yaml": text}, select=("virtual-service/rewrite-slash-mismatch",))
    assert expected == len(report.findings)


CANARY = """
apiVersion: v1
kind: Namespace
metadata: {{name: shop, labels: {{istio.io/dataplane-mode: ambient}}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: till, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: till}}}}
  template:
    metadata: {{labels: {{app: till}}}}
    spec: {{containers: [{{name: till, image: "example.com/till:{version}"}}]}}
---
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: {{name: till, namespace: shop}}
spec:
  targetRef: {{apiVersion: apps/v1, kind: Deployment, name: till}}
  service: {{port: 80, hosts: [till]}}
"""


def test_what_is_found_of_an_object_that_alternatives_make_is_told(tmp_path: Path) -> None:
    files = {f"{number}/canary.yaml": CANARY.format(version=number) for number in (1, 2)}
    rule = "virtual-service/service-without-waypoint"
    assert [rule] == [one.rule for one in run(tmp_path, files, select=(rule,)).findings]
