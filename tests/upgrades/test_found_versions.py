"""Is the version found wherever people write it, and are values read wherever they stand?"""

from io import BytesIO
from pathlib import Path

import pytest
from pieces import helm, istiod, obj, operator, text, workload
from planning import finding, ids, plan, task

from meshctl.inspect.upgrade.answer import Way, plan_upgrade
from meshctl.settings import Settings
from meshctl.sources.loader import load
from meshctl.upgrades.release import Release, read_release

SAIL = obj("sailoperator.io/v1", "Istio", "default", spec={"version": "v1.27.3", "values": {}})


def released(version: str, /, **labels: str) -> str:
    one = istiod(version)
    one["metadata"]["labels"] |= labels
    return text(one)


def application(**source: object) -> dict[str, object]:
    return obj("argoproj.io/v1alpha1", "Application", "istiod", namespace="argocd",
               spec={"source": {"chart": "istiod", **source}})  # fmt: skip


def release_of(chart: str, version: str) -> dict[str, object]:
    one = helm(chart, pilot={"env": {}})
    one["spec"]["chart"]["spec"]["version"] = version
    return one


CHART = """\
apiVersion: v2
name: platform
version: 0.1.0
dependencies:
- name: istiod
  version: 1.27.4
  repository: https://istio-release.storage.googleapis.com/charts
"""


@pytest.mark.parametrize(
    ("found", "mesh"),
    [
        ("1.27.3", released("1.27.3")),
        ("1.27.3", released("1.27.3-distroless@sha256:0123456789abcdef")),
        ("1.27", released("1.27-alpha.9f8e7d")),
        ("1.27.3", released("own", **{"istio.io/rev": "1-27-3"})),
        ("1.27.3", released("own@sha256:01271", **{"app.kubernetes.io/version": "1.27.3"})),
        ("1.27.3", text(operator(tag="1.27.3"))),
        ("1.27.3", text(operator(revision="1-27-3"))),
        ("1.27.3", text(operator(values={"global": {"tag": "1.27.3"}}))),
        ("1.27.3", text(release_of("istiod", "1.27.3"))),
        ("1.27", text(release_of("istiod", "~1.27"))),
        ("1.27.3", text(application(targetRevision="1.27.3"))),
        ("1.27.3", text(SAIL)),
        ("1.27.3", released("1.27.3") + "---\n" + text(operator(tag="1.20.0"))),
    ],
)
def test_a_version_is_found(tmp_path: Path, found: str, mesh: str) -> None:
    answer = plan(tmp_path, "1.31", mesh=mesh)
    assert answer.start.name == found
    assert answer.versions[0].location.line > 0


def test_the_oldest_of_several_control_planes_counts(tmp_path: Path) -> None:
    other = istiod("1.28.0")
    other["metadata"]["name"] = "istiod-canary"
    answer = plan(tmp_path, "1.31", mesh=text(other, istiod("1.27.3")))
    assert answer.start.name == "1.27.3"
    assert {one.version for one in answer.versions} == {"1.27.3", "1.28.0"}


def test_a_chart_that_depends_on_istios_names_the_version(tmp_path: Path) -> None:
    values = "istiod:\n  pilot:\n    env:\n      PILOT_STATUS_QPS: 9\n"
    answer = plan(tmp_path, "1.31", platform__Chart=CHART, platform__values=values)
    assert answer.start.name == "1.27.4"
    older = plan(tmp_path, "1.31", start="1.26", platform__Chart=CHART, platform__values=values)
    place = finding(older, "1_27-085").location
    assert (place.file.rpartition("/")[2], place.line) == ("values.yaml", 4)


def test_flags_count_more_than_what_is_found(tmp_path: Path) -> None:
    answer = plan(tmp_path, "1.31", start="1.29", mesh=released("1.27.3"))
    assert (answer.start.name, answer.versions) == ("1.29", ())


@pytest.mark.parametrize("tag", ["latest", "sha256:127", "v2.7", "stable-11.27", "2024-01-27", ""])
def test_what_names_no_version_is_none(tag: str) -> None:
    assert read_release(tag) is None


GONE = {"env": {"PILOT_STATUS_QPS": "9"}}


@pytest.mark.parametrize(
    "mesh",
    [
        text(operator(values={"pilot": GONE})),
        text(operator(components={"pilot": {"k8s": {"env": [{"name": "PILOT_STATUS_QPS", "value": "9"}]}}})),
        text(helm("istiod", pilot=GONE)),
        text(helm("istiod", **GONE)),
        text(application(helm={"values": "pilot:\n  env:\n    PILOT_STATUS_QPS: 9\n"})),
        text(application(helm={"valuesObject": {"pilot": GONE}})),
        text(application(helm={"parameters": [{"name": "pilot.env.PILOT_STATUS_QPS", "value": "9"}]})),
        text(obj("helm.cattle.io/v1", "HelmChart",
                 spec={"chart": "istiod", "valuesContent": "pilot: {env: {PILOT_STATUS_QPS: 9}}"})),
        text(obj("sailoperator.io/v1", "Istio", spec={"values": {"pilot": GONE}})),
        text(istiod(PILOT_STATUS_QPS="9")),
        "pilot:\n  env:\n    PILOT_STATUS_QPS: 9\n",
        "istiod:\n  pilot:\n    env: {PILOT_STATUS_QPS: 9}\n",
    ],
)  # fmt: skip
def test_values_are_read_wherever_they_stand(tmp_path: Path, mesh: str) -> None:
    answer = plan(tmp_path, "1.27", start="1.26", istiod_values=mesh)
    place = finding(answer, "1_27-085").location
    lines = mesh.splitlines()
    assert any("PILOT_STATUS_QPS" in line for line in lines[place.line - 1 : place.end_line + 2])


@pytest.mark.parametrize(
    "more", ["telemetry: {enabled: true}", "base: {image: a}", "cni: {plugin: calico}",
             "ingress: {global: {a: b}}", "gateway: {enabled: true}", "ambient: x"],
)  # fmt: skip
def test_values_of_others_are_nobodys(tmp_path: Path, more: str) -> None:
    mine = f"env:\n  PILOT_STATUS_QPS: 9\nglobal:\n  imageRegistry: a\n{more}\n"
    answer = plan(tmp_path, "1.27", start="1.20", values=mine, mesh=text(workload()))
    places = {one.location.file.rpartition("/")[2] for one in answer.report.findings}
    assert "values.yaml" not in places


def test_the_defaults_of_istios_own_charts_are_nobodys(tmp_path: Path) -> None:
    own = (
        "apiVersion: v2\nname: istiod\nversion: 1.26.1\nsources: [https://github.com/istio/istio]\n"
    )
    defaults = "global:\n  multiCluster:\n    enabled: false\n"
    answer = plan(tmp_path, "1.27", istiod__Chart=own, istiod__values=defaults)
    assert answer.start.name == "1.26.1"
    assert "1_27-084" not in ids(answer)


def test_helm_ignores_what_istioctl_refuses(tmp_path: Path) -> None:
    values = {"cni": {"rollingMaxUnavailable": 1}}
    for mesh, said in ((operator(values=values), "istioctl refuses"), (helm("cni", rollingMaxUnavailable=1), "Helm ignores")):  # fmt: skip
        answer = plan(tmp_path, "1.26", start="1.25", mesh=text(mesh))
        assert said in task(answer, "1_26-074").finding.message


def test_values_may_be_piped(tmp_path: Path) -> None:
    piped = BytesIO(b"global:\n  tag: 1.26.1\npilot:\n  env: {PILOT_STATUS_QPS: 1}\n")
    files = load(["-"], stdin=piped, with_others=True)
    answer = plan_upgrade(files, None, Settings(), Way(None, Release(31)))
    assert answer.start.name == "1.26.1"
    assert "1_27-085" in ids(answer)
