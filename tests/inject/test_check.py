"""What does ``kube-inject --check`` say, and do its rules know what is injected?"""

from pathlib import Path

import pytest
import typer

from meshctl.cli.commands import kube_inject
from meshctl.engine.analyze import analyze
from meshctl.engine.registry import load_all
from meshctl.errors import UsageError
from meshctl.inject.settings.builtin import Given, read_given
from meshctl.inject.workloads import inject_workload
from meshctl.mesh.injection import pod_conflicts as injected_pod
from meshctl.settings import InjectionByHand, Settings

CASES = Path(__file__).parents[1] / "rules"
JOB = """\
apiVersion: batch/v1
kind: Job
metadata:
  name: report
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: report
          image: report:1
"""
AGENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: web:1
          livenessProbe:
            httpGet:
              port: 15020
"""
ROUTE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: web
spec:
  hosts: [web]
"""


def hazards(text: str, folder: Path, injection: InjectionByHand) -> list[str]:
    (folder / "app.yaml").write_text(text)
    report = analyze([str(folder / "app.yaml")], Settings(injection=injection))
    return [found.rule for found in report.findings]


def checked(file: Path, **flags: object) -> int:
    with pytest.raises(typer.Exit) as done:
        kube_inject.run(paths=[str(file)], check=True, **flags)
    return done.value.exit_code


@pytest.fixture
def by_hand(tmp_path):
    return lambda text, **facts: hazards(text, tmp_path, InjectionByHand(**facts))


def test_an_error_is_exit_code_1_and_nothing_is_written(tmp_path, capsys) -> None:
    file = tmp_path / "web.yaml"
    file.write_text(AGENT)
    assert 1 == checked(file)
    printed = capsys.readouterr().out
    assert f"{file}:16:21" in printed
    assert "probe-lost-by-rewriting" in printed
    assert "istio-proxy" not in printed
    assert AGENT == file.read_text()


def test_a_warning_is_exit_code_0(tmp_path, capsys) -> None:
    (tmp_path / "job.yaml").write_text(JOB)
    assert 0 == checked(tmp_path / "job.yaml")
    assert "job-never-completes" in capsys.readouterr().out


@pytest.mark.parametrize(
    "wrong", [{"in_place": True}, {"output": "x"}, {"diff": True}, {"uninject": True}]
)
def test_whoever_checks_writes_nothing(tmp_path, wrong) -> None:
    (tmp_path / "job.yaml").write_text(JOB)
    with pytest.raises(UsageError):
        kube_inject.run(paths=[str(tmp_path / "job.yaml")], check=True, **wrong)


def test_settings_of_the_injection_decide(tmp_path, capsys) -> None:
    (tmp_path / "job.yaml").write_text(JOB)
    checked(tmp_path / "job.yaml", native="true")
    assert "job-never-completes" not in capsys.readouterr().out
    (tmp_path / "web.yaml").write_text(AGENT)
    off = ["sidecarInjectorWebhook.rewriteAppHTTPProbe=false"]
    assert 0 == checked(tmp_path / "web.yaml", sets=off)


def test_settings_tell_the_rules_what_they_ask() -> None:
    plain = read_given(Given()).by_hand()
    assert InjectionByHand(templates=plain.templates) == plain
    assert {"sidecar", "gateway"} <= plain.templates
    assert read_given(Given(sets=("pilot.cni.enabled=true",))).by_hand().has_cni


def test_labels_of_the_namespace_do_not_count(by_hand) -> None:
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: default\n  labels:\n"
    off = namespace + "    istio-injection: disabled\n"
    assert ["workload/probe-lost-by-rewriting"] == by_hand(f"{off}---\n{AGENT}")


def test_who_opts_out_is_not_checked(by_hand) -> None:
    out = AGENT.replace("app: web", 'sidecar.istio.io/inject: "false"')
    assert [] == by_hand(out)
    assert [] == by_hand(
        AGENT.replace("name: web\nspec", "name: web\n  namespace: kube-system\nspec")
    )


def test_a_running_pod_is_injected_all_the_same(by_hand) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  dnsPolicy: Default\n"
    running = f"{pod}  containers:\n    - name: web\nstatus:\n  phase: Running\n"
    assert ["workload/node-dns-policy"] == by_hand(running)


def test_only_hazards_of_injection_are_told(by_hand) -> None:
    misspelt = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  annotations:\n"
    misspelt += "    networking.istio.io/exportsTo: here\n"
    assert [] == by_hand(f"{ROUTE}---\n{ROUTE}---\n{misspelt}")


def test_a_text_that_cannot_be_read_is_told(by_hand) -> None:
    assert ["document/yaml-syntax"] == by_hand("kind: [\n")


def test_ignores_hold_and_those_of_other_rules_are_not_unused(by_hand) -> None:
    ignored = "15020  # meshctl: ignore[workload/probe-lost-by-rewriting] known"
    assert [] == by_hand(AGENT.replace("15020", ignored))
    other = "# meshctl: ignore[virtual-service/destination-host-not-found] elsewhere\n"
    assert [] == by_hand(other + ROUTE)


def test_the_plugin_decides_about_init_containers(by_hand) -> None:
    init = """\
      initContainers:
        - name: fetch
          image: curl:1
          command: [curl, "http://files"]
      containers:
        - name: web
"""
    fetches = AGENT.partition("      containers:")[0] + init
    assert [] == by_hand(fetches)
    assert ["workload/init-container-without-network"] == by_hand(fetches, has_cni=True)
    assert [] == by_hand(fetches, has_cni=True, native=True)


def test_every_kind_that_is_injected_is_a_workload(by_hand) -> None:
    for kind in ("apps/v1/StatefulSet", "argoproj.io/v1alpha1/Rollout", "v1/DeploymentConfig"):
        version, _, name = kind.rpartition("/")
        text = AGENT.replace("apps/v1", version).replace("Deployment", name)
        assert ["workload/probe-lost-by-rewriting"] == by_hand(text), kind


@pytest.mark.parametrize(
    "rule", [rule for rule in load_all() if rule.is_hazard], ids=lambda r: r.id
)
def test_a_hazard_is_found_whatever_the_namespace_says(rule) -> None:
    case = CASES / rule.id.replace("-", "_") / "bad.yaml"
    with_plugin = rule.id == "workload/init-container-without-network"
    injection = InjectionByHand(has_cni=with_plugin, templates=frozenset({"sidecar"}))
    report = analyze([str(case)], Settings(injection=injection, select=(rule.id,)))
    assert {rule.id} == {found.rule for found in report.findings}


def injected(annotations: dict[str, str]) -> dict:
    metadata = {"name": "web", "annotations": annotations}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"containers": [{"name": "web"}]},
    }
    return inject_workload(pod, read_given(Given()), lambda *_: None)["spec"]


@pytest.mark.parametrize(
    ("annotations", "own"),
    [
        ({}, injected_pod._SIDECAR_VOLUMES),
        ({"inject.istio.io/templates": "gateway"}, injected_pod._GATEWAY_VOLUMES),
    ],
    ids=["sidecar", "gateway"],
)
def test_the_tables_are_what_is_injected(annotations, own) -> None:
    spec = injected(annotations)
    sources = {volume["name"]: volume.keys() - {"name"} for volume in spec["volumes"]}
    known = injected_pod._VOLUMES | own
    assert {name for name, found in sources.items() if found} == known.keys()
    assert all(sources[name] <= set(allowed) for name, allowed in known.items())
    proxy = next(
        container for container in spec["containers"] if container["name"] == "istio-proxy"
    )
    mounts = {mount["mountPath"]: mount["name"] for mount in proxy["volumeMounts"]}
    assert injected_pod._MOUNTS.items() <= mounts.items()
    from_elsewhere = {variable["name"] for variable in proxy["env"] if "valueFrom" in variable}
    assert injected_pod._VARIABLES_FROM == from_elsewhere
    written = {variable["name"] for variable in proxy["env"] if variable.get("value")}
    assert written - {"ISTIO_META_CLUSTER_ID"} == injected_pod._VARIABLES
