"""Does a workload become again what it was before its injection?"""

import json
from pathlib import Path

import pytest
import yaml
from test_kube_inject import POD as POD_BY_NUMBER
from test_kube_inject import TEMPLATE, VALUES

from meshctl.cli.commands import kube_inject
from meshctl.inject.errors import InjectionError
from meshctl.inject.settings.injector_config import InjectionSettings, read_settings
from meshctl.inject.text import istioctl_style, preserve_style

POD = POD_BY_NUMBER.replace("        port: 8080", "        port: 9090")
"""Ports that have names are taken for having been named by their names."""
LABELLED = TEMPLATE.replace("    mesh: {{ .ObjectMeta.Labels.app | default .DeploymentMeta.Name }}",
"""    security.istio.io/tlsMode: {{ index .ObjectMeta.Labels `security.istio.io/tlsMode` | default "istio" }}
    service.istio.io/canonical-name: {{ index .ObjectMeta.Labels `service.istio.io/canonical-name` | default .DeploymentMeta.Name }}
    service.istio.io/canonical-revision: latest
  annotations:
    istio.io/rev: default
    kubectl.kubernetes.io/default-container: {{ (index .Spec.Containers 0).Name }}""")  # fmt: skip
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web   # what it is
spec:
  selector:
    matchLabels:
      app: web
      security.istio.io/tlsMode: istio
  template:
    metadata:
      labels:
        app: web
        security.istio.io/tlsMode: istio
        service.istio.io/canonical-name: mine
      annotations:
        prometheus.io/scrape: "true"   # by us
        prometheus.io/port: "9102"
    spec:
      # the containers
      containers:
        - name: app
          image: app:1
          ports:
            - {name: http, containerPort: 8080}
          readinessProbe:
            httpGet: {path: /ready, port: http, scheme: HTTPS}
          livenessProbe:
            tcpSocket:
              port: 9000
          startupProbe:
            grpc:
              port: 8080
          lifecycle:
            preStop:
              httpGet: {path: /bye, port: 8080}
      imagePullSecrets:
        - name: ours
"""


def settings(template: str = LABELLED, **others: object) -> InjectionSettings:
    config = json.dumps({"templates": {"sidecar": template}})
    return read_settings(config, json.dumps(VALUES), "", **others)


def there_and_back(text: str, used: InjectionSettings | None = None) -> tuple[str, list[str]]:
    warnings: list[str] = []
    injected = preserve_style.inject_text(text, used or settings(), print)
    assert text != injected
    return preserve_style.uninject_text(injected, warnings.append), warnings


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize("text", [POD, POD.replace("\n", "\r\n"), POD.rstrip()])
def test_the_same_text_comes_back(text: str, native: bool) -> None:
    assert (text, []) == there_and_back(text, settings(native=native))


def test_everything_of_the_user_comes_back() -> None:
    back, warnings = there_and_back(DEPLOYMENT)
    before, after = yaml.safe_load(DEPLOYMENT), yaml.safe_load(back)
    hook = before["spec"]["template"]["spec"]["containers"][0]["lifecycle"]["preStop"]["httpGet"]
    hook["port"] = "http"  # the likelier way to say it
    assert (before, []) == (after, warnings)
    for comment in ("# what it is", "# the containers"):
        assert comment in back


def test_istioctls_style_can_be_undone_as_well() -> None:
    injected = istioctl_style.inject_text(DEPLOYMENT, settings(), print)
    back = yaml.safe_load(istioctl_style.uninject_text(injected, print).removesuffix("---\n"))
    expected = yaml.safe_load(there_and_back(DEPLOYMENT)[0])
    template = expected["spec"]["template"]
    assert template["metadata"] == back["spec"]["template"]["metadata"]
    container = back["spec"]["template"]["spec"]["containers"][0]
    by_go = {"resources": {}, "startupProbe": {"grpc": {"port": 8080, "service": None}}}
    assert {**template["spec"]["containers"][0], **by_go} == container


def test_labels_that_the_selector_asks_for_stay() -> None:
    labels = yaml.safe_load(there_and_back(DEPLOYMENT)[0])["spec"]["template"]["metadata"]["labels"]
    assert "istio" == labels["security.istio.io/tlsMode"]
    assert "mine" == labels["service.istio.io/canonical-name"]
    assert "service.istio.io/canonical-revision" not in labels


OWN = """\
  - name: istio-proxy
    image: auto
    tty: true
"""


@pytest.mark.parametrize("native", [True, False])
def test_the_users_own_sidecar_comes_back(native: bool) -> None:
    template = LABELLED.replace("  containers:\n  - name: istio-proxy", "  - name: istio-proxy")
    used = settings(template if native else LABELLED, native=native)
    back, warnings = there_and_back(POD + OWN, used)
    assert yaml.safe_load(POD + OWN) == yaml.safe_load(back)
    assert [] == warnings


def test_what_was_not_injected_stays() -> None:
    text = "# a\nkind: Service\n---\n" + POD
    assert text == preserve_style.uninject_text(text, print)


def test_a_status_that_cannot_be_read_is_told() -> None:
    metadata = "  name: web\n  annotations: {sidecar.istio.io/status: '['}"
    text = POD.replace("  name: web", metadata, 1)
    warnings: list[str] = []
    assert text == preserve_style.uninject_text(text, warnings.append)
    assert 1 == len(warnings)
    assert warnings[0].startswith('-:5:42: Pod "web": annotation sidecar.istio.io/status cannot be')


def test_lost_probes_are_told() -> None:
    _, warnings = there_and_back(POD.replace("port: http\n", "port: nameless\n"))
    assert 1 == len(warnings)
    assert "the original of /app-health/app/readyz is nowhere" in warnings[0]


def test_a_label_of_the_network_stays_and_is_told() -> None:
    text = POD.replace("    app: web", "    app: web\n    topology.istio.io/network: east")
    back, warnings = there_and_back(text)
    assert text == back
    assert ["label topology.istio.io/network may be the mesh's or yours"] == [
        warning.partition(": ")[2].partition(": ")[2].partition(";")[0] for warning in warnings
    ]


def test_labels_of_cron_jobs_are_found_wherever_they_are() -> None:
    pod = "\n".join(f"          {line}" for line in POD.partition("spec:\n")[2].splitlines())
    text = (
        "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: c}\nspec:\n  jobTemplate:\n"
        f"    spec:\n      template:\n        spec:\n{pod}\n"
    )
    assert (text, []) == there_and_back(text)
    injected = istioctl_style.inject_text(text, settings(), print)
    job = yaml.safe_load(preserve_style.uninject_text(injected, print).removesuffix("---\n"))
    assert yaml.safe_load(text)["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"] == (
        [{k: v for k, v in container.items() if k != "resources"}
         for container in job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]]
    )  # fmt: skip


def test_the_flag_needs_no_settings(tmp_path: Path) -> None:
    file = tmp_path / "pod.yaml"
    file.write_text(preserve_style.inject_text(POD, settings(), print))
    kube_inject.run(paths=[str(file)], uninject=True, in_place=True)
    assert POD == file.read_text()


def test_values_tell_whose_the_network_is() -> None:
    text = POD.replace("    app: web", "    app: web\n    topology.istio.io/network: east")
    injected = preserve_style.inject_text(text, settings(), print)
    assert POD == preserve_style.uninject_text(injected, print, network="east")
    assert text == preserve_style.uninject_text(injected, print, network="other")


def test_overrides_that_cannot_be_read_are_refused() -> None:
    names = "{sidecar.istio.io/status: '{}', proxy.istio.io/overrides: '['}"
    text = POD.replace("  name: web", f"  name: web\n  annotations: {names}", 1)
    with pytest.raises(InjectionError, match=r'^-:5:74: Pod "web": annotation proxy'):
        preserve_style.uninject_text(text, print)
