"""What is asked of every upgrade, whatever its releases."""

from pathlib import Path

import pytest
import yaml
from pieces import (
    ambient,
    helm,
    istiod,
    mesh,
    namespace,
    node,
    obj,
    operator,
    patch,
    rule,
    service,
    text,
    values,
    workload,
)
from planning import finding, ids, plan, task

from meshctl.upgrades.catalog import all_entries
from meshctl.upgrades.facts import chart_values, platform, profiles, variables
from meshctl.upgrades.release import Release
from meshctl.upgrades.upgrade import Cluster

WEBHOOK = obj("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration",
              metadata={"labels": {"istio.io/rev": "1-27-3"}}, webhooks=[])  # fmt: skip
LIMITED = patch({"name": "x"}, proxy={"proxyVersion": r"^1\.27.*"})
OPEN = patch({"name": "x"}, proxy={"proxyVersion": r"^1\.(2[7-9]|3\d).*"})
GUARD = {"layers": [{"name": "a", "static_layer": {
    "envoy.reloadable_features.explicit_internal_address_config": False}}]}  # fmt: skip


def proxy(version: str) -> dict[str, object]:
    return workload(
        containers=[{"name": "istio-proxy", "image": f"docker.io/istio/proxyv2:{version}"}]
    )


def labelled(revision: str) -> dict[str, object]:
    return namespace("shop", istio_io__rev=revision) | {
        "metadata": {"name": "shop", "labels": {"istio.io/rev": revision}}
    }


CASES = {
    "variable-removed": (istiod(CITADEL_AGENT_TESTING_UDS_PATH="a"), istiod(CA_ADDR="a"), "1.21", "1.22"),
    "value-removed": (helm("base", **{"global": {"istiod": {"enableAnalysis": True}}}),
                      helm("base", **{"global": {"istioNamespace": "a"}}), "1.21", "1.22"),
    "compatibility-version-unknown": (values("compatibilityVersion", "1.23"),
                                      values("compatibilityVersion", "1.25"), "1.26", "1.28"),
    "version-not-served": (rule(version="v1"), rule(), "1.20", "1.21"),
    "patch-for-older-proxies": (LIMITED, OPEN, "1.27", "1.31"),
    "telemetry-filter-left-over": (
        obj("networking.istio.io/v1alpha3", "EnvoyFilter", "stats-filter-1.19", spec={}),
        obj("networking.istio.io/v1alpha3", "EnvoyFilter", "stats-mine", spec={}), "1.20", "1.22",
    ),
    "patch-without-effect": (patch(GUARD), patch({"layers": []}), "1.27", "1.28"),
    "patch-refused": (
        patch({"typed_config": {"@type": "type.googleapis.com/envoy.config.filter.http.lua.v2.Lua"}}),
        patch({"typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua"}}),
        "1.27", "1.28",
    ),
    "proxy-too-old": (proxy("1.27.1"), proxy("1.29.1"), "1.29", "1.31"),
    "kubernetes-unsupported": (node("v1.36.0"), node("v1.33.0"), "1.27", "1.28"),
    "revision-left-behind": (labelled("1-27-3"), labelled("stable"), "1.27", "1.28"),
    "webhook-left-behind": (WEBHOOK, obj("admissionregistration.k8s.io/v1",
                                         "MutatingWebhookConfiguration", webhooks=[]), "1.27", "1.28"),
    "image-pinned": (values("pilot.image", "x/pilot:1.27.1"), values("pilot.image", "pilot"),
                     "1.27", "1.28"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_standing_test_concerns_the_mesh_it_is_about(tmp_path: Path, name: str) -> None:
    hit, miss, start, to = CASES[name]
    assert name in ids(plan(tmp_path / "hit", to, start=start, mesh=text(hit)))
    assert name not in ids(plan(tmp_path / "miss", to, start=start, mesh=text(miss)))


def test_every_standing_test_has_its_meshes() -> None:
    assert set(CASES) == {one.row for one in all_entries() if not one.row[0].isdigit()}


def test_a_proxy_is_too_old_at_the_step_that_leaves_it(tmp_path: Path) -> None:
    found = plan(tmp_path, "1.31", start="1.27", mesh=text(proxy("1.27.1")))
    assert task(found, "proxy-too-old").release == Release(30)


def test_all_variables_that_go_are_known(tmp_path: Path) -> None:
    gone = {name: one for name, one in variables().items() if one.gone is not None}
    assert (len(variables()), len(gone)) == (302, 42)
    assert sum(bool(one.changed) for one in variables().values()) == 14
    found = plan(tmp_path, "1.32", start="1.19", mesh=text(istiod(**dict.fromkeys(gone, "x"))))
    said = " ".join(
        text for one in found.report.findings
        for text in (one.message, *(place.message for place in one.related))
    )  # fmt: skip
    assert [name for name in gone if f"{name}=x" not in said] == []


def test_a_variable_is_said_to_go_once(tmp_path: Path) -> None:
    found = plan(tmp_path, "1.31", start="1.26", mesh=text(istiod(PILOT_STATUS_QPS="9")))
    assert "1_27-085" in ids(found)
    assert "variable-removed" not in ids(found)


def test_values_that_go_are_known() -> None:
    assert {*chart_values()} == {"base", "cni", "ingress", "istiod", "ztunnel"}
    assert chart_values()["cni"]["rollingMaxUnavailable"] == Release(26)


def test_profiles_are_those_of_the_releases() -> None:
    offered = {branch: [*offers] for branch, offers in profiles().items()}
    assert offered["1.24"] == ["1.21", "1.22", "1.23"]
    assert offered["1.31"] == ["1.25", "1.26", "1.27", "1.28", "1.29", "1.30"]


def test_defaults_change_with_their_release() -> None:
    native = variables()["ENABLE_NATIVE_SIDECARS"]
    assert [native.default_in(Release(minor)) for minor in (26, 27)] == ["false", "auto"]


def test_what_a_release_runs_with_is_known() -> None:
    assert [platform(Release(minor)) is not None for minor in range(20, 33)] == [True] * 13
    assert platform(Release(29)).newest_kubernetes == "1.35"


def test_kubernetes_is_upgraded_between_steps_where_it_has_to_be(tmp_path: Path) -> None:
    far = plan(tmp_path, "1.31", start="1.20", mesh=text(service()))
    near = plan(tmp_path, "1.31", start="1.27", mesh=text(service()))
    titles = [{task.title for task in one.tasks if task.finding is None} for one in (far, near)]
    assert "No one version of Kubernetes is supported all the way" in titles[0]
    assert "Kubernetes has to suit every release on the way" in titles[1]


def test_an_api_server_out_of_range_is_said(tmp_path: Path) -> None:
    live = Cluster("v1.36.1-eks")
    found = plan(tmp_path, "1.28", start="1.27", cluster=live, mesh=text(service(), operator()))
    assert "1.30 to 1.34" in finding(found, "kubernetes-unsupported").message


def test_ambient_meshes_upgrade_ztunnel_and_the_cni(tmp_path: Path) -> None:
    found = plan(tmp_path, "1.31", start="1.30", mesh=text(ambient(), mesh(), service()))
    assert "Upgrade ztunnel and the CNI to 1.31" in {one.title for one in found.tasks}


def test_a_large_ambient_mesh_needs_larger_messages(tmp_path: Path) -> None:
    one = yaml.safe_dump(service("s"))
    many = "---\n".join(
        [text(ambient()), *(one.replace("name: s", f"name: s{n}", 1) for n in range(40_001))]
    )
    live = Cluster("v1.33.0")
    rows = {"upgrade/1_29-104"}
    from meshctl.settings import Settings

    chosen = Settings(select=tuple(rows))
    found = plan(tmp_path, "1.31", start="1.28", cluster=live, settings=chosen, mesh=many)
    assert ids(found) == {"1_29-104"}
    few = plan(
        tmp_path,
        "1.31",
        start="1.28",
        cluster=live,
        settings=chosen,
        mesh=text(ambient(), service()),
    )
    assert ids(few) == set()
