"""What does ``meshctl kube-inject`` read, write and refuse?"""

import json

import pytest
import yaml

from meshctl.inject.errors import InjectionError
from meshctl.inject.pod.native import with_native
from meshctl.inject.settings.injector_config import InjectionSettings, read_settings
from meshctl.inject.text import preserve_style
from meshctl.inject.text.istioctl_style import inject_text

TEMPLATE = """\
metadata:
  labels:
    mesh: {{ .ObjectMeta.Labels.app | default .DeploymentMeta.Name }}
spec:
  initContainers:
  - name: istio-init
    image: {{ .ProxyInitImage }}
    args: ["-u", "1337"]
  containers:
  - name: istio-proxy
    image: {{ .ProxyImage }}
    env:
    - name: PROXY_CONFIG
      value: '{{ protoToJSON .ProxyConfig }}'
    securityContext:
      runAsUser: {{ .ProxyUID }}
  volumes:
  - name: istio-data
    emptyDir: {}
"""
VALUES = {
    "global": {"hub": "hub", "tag": "1.31.0", "proxy": {"image": "proxyv2"},
               "proxy_init": {"image": "proxyv2"}},
    "sidecarInjectorWebhook": {"rewriteAppHTTPProbe": True},
}  # fmt: skip
POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels:
    app: web
spec:
  containers:
  - name: app
    image: app:1
    ports:
    - name: http
      containerPort: 8080
    readinessProbe:
      httpGet:
        path: /ready
        port: http
        scheme: HTTPS
    livenessProbe:
      tcpSocket:
        port: 8080
"""


def settings(**others: object) -> InjectionSettings:
    config = json.dumps({"templates": {"sidecar": TEMPLATE}})
    return read_settings(config, json.dumps(VALUES), "", **others)


def inject(text: str, warnings: list[str] | None = None) -> str:
    return inject_text(text, settings(), (warnings if warnings is not None else []).append)


def injected(text: str) -> dict:
    return next(yaml.safe_load_all(inject(text)))


def environment(pod: dict) -> dict[str, str]:
    sidecar = next(c for c in pod["spec"]["containers"] if c["name"] == "istio-proxy")
    return {variable["name"]: variable["value"] for variable in sidecar["env"]}


def test_a_pod_gets_its_sidecar() -> None:
    pod = injected(POD)
    assert ["app", "istio-proxy"] == [container["name"] for container in pod["spec"]["containers"]]
    assert {"app": "web", "mesh": "web"} == pod["metadata"]["labels"]
    assert {"runAsUser": 1337} == pod["spec"]["containers"][1]["securityContext"]
    assert "hub/proxyv2:1.31.0" == pod["spec"]["containers"][1]["image"]
    status = json.loads(pod["metadata"]["annotations"]["sidecar.istio.io/status"])
    assert (["istio-init"], ["istio-data"]) == (status["initContainers"], status["volumes"])


def test_probes_go_to_the_agent() -> None:
    pod = injected(POD)
    container = pod["spec"]["containers"][0]
    ready = {"path": "/app-health/app/readyz", "port": 15020, "scheme": "HTTP"}
    assert {"httpGet": ready} == container["readinessProbe"]
    assert {"httpGet": {"path": "/app-health/app/livez", "port": 15020}} == (
        container["livenessProbe"]
    )
    assert {
        "/app-health/app/livez": {"tcpSocket": {"port": 8080}},
        "/app-health/app/readyz": {"httpGet": {"path": "/ready", "port": 8080, "scheme": "HTTPS"}},
    } == json.loads(environment(pod)["ISTIO_KUBE_APP_PROBERS"])


def test_injecting_twice_is_injecting_once() -> None:
    once = inject(POD)
    assert once == inject(once)


def test_a_probe_of_a_port_without_a_name_is_not_taken_for_the_agents() -> None:
    once = inject(POD.replace("port: http\n", "port: nameless\n"))
    pod = next(yaml.safe_load_all(once))
    assert ["/app-health/app/livez"] == [*json.loads(environment(pod)["ISTIO_KUBE_APP_PROBERS"])]
    assert once == inject(once)


def test_users_settings_of_the_sidecar_survive_a_second_injection() -> None:
    own = (
        "  - name: istio-proxy\n    image: auto\n    tty: true\n"
        "    securityContext:\n      runAsUser: 5\n"
    )
    once = inject(POD + own)
    pod = next(yaml.safe_load_all(once))
    sidecar = pod["spec"]["containers"][-1]
    assert (True, "hub/proxyv2:1.31.0") == (sidecar["tty"], sidecar["image"])
    assert ["-u", "5"] == pod["spec"]["initContainers"][0]["args"]
    assert once == inject(once)


def test_other_objects_pass_byte_for_byte() -> None:
    text = "# keep\nkind:   Service\napiVersion: v1\nmetadata: {name: 'a'}\n"
    volcano = "apiVersion: batch.volcano.sh/v1alpha1\nkind: Job\nspec: {tasks: []}"
    assert f"{text}---\n{volcano}\n---\n" == inject(f"{text}---\n{volcano}")


def test_items_of_lists_are_injected() -> None:
    pod = "\n".join(f"  {line}" for line in POD.splitlines())
    service = "- {apiVersion: v1, kind: Service, metadata: {name: s}}"
    text = f"apiVersion: v1\nkind: List\nitems:\n{service}\n- {pod.lstrip()}\n"
    first, second = injected(text)["items"]
    assert {"name": "s"} == first["metadata"]
    assert "istio-proxy" == second["spec"]["containers"][-1]["name"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("  name: web", "  name: web\n  annotations: {sidecar.istio.io/proxyCPU: lots}"),
         "-:7:44: Pod \"web\": annotation sidecar.istio.io/proxyCPU is 'lots'"),
        (("  name: web", "  name: web\n  annotations: {inject.istio.io/templates: other}"),
         "-:7:44: Pod \"web\": requested template 'other' not found; have sidecar"),
        (("  name: web", "  name: web\n  annotations: {proxy.istio.io/config: 'typo'}"),
         '-:7:40: Pod "web": annotation proxy.istio.io/config is no ProxyConfig'),
        (("  name: web", "  name: web\n  annotations: {proxy.istio.io/overrides: '{'}"),
         '-:7:43: Pod "web": annotation proxy.istio.io/overrides cannot be read'),
        (("containerPort: 8080", "containerPort: many"),
         "-:15:22: spec.containers[0].ports[0].containerPort is 'many' and should be a number"),
        (("kind: Pod", "kind: Pod\n  a: b"), "-:5:4: a `:` cannot stand here"),
    ],
)  # fmt: skip
def test_bad_workloads_are_refused(change: tuple[str, str], reason: str) -> None:
    with pytest.raises(InjectionError) as caught:
        inject("a: 1\n---\n" + POD.replace(*change, 1))
    assert str(caught.value).startswith(reason)


def test_the_proxy_config_of_a_pod_counts() -> None:
    annotation = "  annotations: {proxy.istio.io/config: 'concurrency: 2'}\n  name: web"
    pod = injected(POD.replace("  name: web", annotation, 1))
    assert '{"concurrency":2}' == environment(pod)["PROXY_CONFIG"]


def test_unknown_fields_of_the_proxy_config_are_passed_over() -> None:
    annotation = "  annotations: {proxy.istio.io/config: '{typo: 1, concurrency: 2}'}\n  name: web"
    warnings: list[str] = []
    pod = yaml.safe_load(
        inject(POD.replace("  name: web", annotation, 1), warnings).split("---")[0]
    )
    assert '{"concurrency":2}' == environment(pod)["PROXY_CONFIG"]
    passed = "ProxyConfig has no such field, and istiod passes over it"
    assert [f"-:4:40: proxy.istio.io/config says typo: {passed}"] == warnings


def test_metrics_are_merged() -> None:
    annotation = "  annotations: {prometheus.io/port: '9000'}\n  name: web"
    pod = injected(POD.replace("  name: web", annotation, 1))
    assert {"scrape": "", "path": "", "port": "9000"} == json.loads(
        environment(pod)["ISTIO_PROMETHEUS_ANNOTATIONS"]
    )
    assert "15020" == pod["metadata"]["annotations"]["prometheus.io/port"]


def configured(text: str = POD, **config: object) -> dict:
    templates = {"sidecar": TEMPLATE, "more": "metadata: {labels: {more: 'yes'}}"}
    used = read_settings(json.dumps({"templates": templates, **config}), json.dumps(VALUES), "")
    return next(yaml.safe_load_all(preserve_style.inject_text(text, used, print)))


def test_the_rest_of_the_injectors_config_counts() -> None:
    pod = configured(
        defaultTemplates=["all"],
        aliases={"all": ["sidecar", "more"]},
        injectedAnnotations={"a": "b"},
    )
    assert ("yes", "b") == (pod["metadata"]["labels"]["more"], pod["metadata"]["annotations"]["a"])


@pytest.mark.parametrize(
    ("annotation", "value", "allowed"),
    [
        ("sidecar.istio.io/inject", "yes", '"true" or "false"'),
        ("sidecar.istio.io/nativeSidecar", "on", '"true" or "false"'),
        ("sidecar.istio.io/userVolume", "[", "JSON"),
        ("sidecar.istio.io/logLevel", "loud", "one of trace, debug"),
    ],
)
def test_values_that_istio_ignores_are_told(annotation: str, value: str, allowed: str) -> None:
    warnings: list[str] = []
    metadata = f"  name: web\n  annotations:\n    {annotation}: '{value}'"
    inject(POD.replace("  name: web", metadata, 1), warnings)
    column = len(annotation) + 7
    expected = f"-:6:{column}: {annotation} is '{value}', which Istio ignores; it takes {allowed}"
    assert warnings[0].startswith(expected)


def test_labels_are_told_rather_than_annotations() -> None:
    warnings: list[str] = []
    inject(POD.replace("    app: web", "    sidecar.istio.io/inject: 'no'"), warnings)
    assert ["-:6:30: sidecar.istio.io/inject is 'no', which Istio ignores; it takes"] == [
        warning.partition(' "')[0] for warning in warnings
    ]


@pytest.mark.parametrize(
    ("choice", "kubernetes", "tag", "values", "expected"),
    [
        ("auto", "", "1.31.0", {}, False),
        ("auto", "1.33", "1.31.0", {}, True),
        ("auto", "v1.34.1-gke.5", "1.27-distroless", {}, True),
        ("auto", "1.32.9", "1.31.0", {}, False),
        ("auto", "1.33", "1.26.4", {}, False),
        ("auto", "1.33", "latest", {}, True),
        ("auto", "1.29", "1.26.4", {"ENABLE_NATIVE_SIDECARS": "true"}, True),
        ("auto", "1.33", "1.31.0", {"ENABLE_NATIVE_SIDECARS": False}, False),
        ("true", "1.20", "1.20.0", {}, True),
        ("false", "1.34", "1.31.0", {}, False),
    ],
)
def test_native_sidecars(choice, kubernetes, tag, values, expected) -> None:
    used = {"global": {"tag": tag}, "pilot": {"env": values}}
    found = with_native(read_settings("a", json.dumps(used), ""), choice, kubernetes)
    assert expected == found.native


def test_versions_are_checked() -> None:
    with pytest.raises(InjectionError, match="--kubernetes-version 'new'"):
        with_native(settings(), "auto", "new")


def test_a_pod_decides_itself_about_a_native_sidecar() -> None:
    own = "  - name: istio-proxy\n    image: auto\n"
    wish = "  name: web\n  annotations: {sidecar.istio.io/nativeSidecar: 'true'}"
    template = TEMPLATE.replace("  containers:\n  - name: istio-proxy", "  - name: istio-proxy")
    config = json.dumps({"templates": {"sidecar": template}})
    used = read_settings(config, json.dumps(VALUES), "")
    text = inject_text((POD + own).replace("  name: web", wish, 1), used, print)
    spec = next(yaml.safe_load_all(text))["spec"]
    assert ["app"] == [container["name"] for container in spec["containers"]]
    assert {"istio-proxy", "istio-init"} == {
        container["name"] for container in spec["initContainers"]
    }


def test_the_port_of_secure_metrics_is_told() -> None:
    config = "{proxy.istio.io/config: '{proxyMetadata: {ENVOY_SECURE_MERGED_METRICS_PORT: \"1\"}}'}"
    template = TEMPLATE.replace(
        "    env:\n",
        "    env:\n    {{- range $k, $v := .ProxyConfig.ProxyMetadata }}\n"
        '    - name: {{ $k }}\n      value: "{{ $v }}"\n    {{- end }}\n',
    )
    used = read_settings(json.dumps({"templates": {"sidecar": template}}), json.dumps(VALUES), "")
    text = POD.replace("  name: web", f"  name: web\n  annotations: {config}", 1)
    result = preserve_style.inject_text(text, used, print)
    annotations = next(yaml.safe_load_all(result))["metadata"]["annotations"]
    assert "1" == annotations["prometheus.istio.io/secure-port"]
    assert "secure-port" not in preserve_style.uninject_text(result, print)


def test_lists_inside_lists_are_injected() -> None:
    pod = "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: a}]}}"
    inner = f"{{apiVersion: v1, kind: List, items: [{pod}]}}"
    text = f"apiVersion: v1\nkind: List\nitems: [{inner}]\n"
    found = injected(text)["items"][0]
    assert ["a", "istio-proxy"] == [c["name"] for c in found["items"][0]["spec"]["containers"]]
    assert {} == found["metadata"]


def test_the_place_of_a_mistake_in_a_list_is_known() -> None:
    pod = "{apiVersion: v1, kind: Pod, metadata: {name: 5, labels: []}}"
    text = f"apiVersion: v1\nkind: List\nitems:\n- {{}}\n- {pod}\n"
    with pytest.raises(
        InjectionError, match=r"^-:5:51: items\[1\]\.metadata\.labels should be a map"
    ):
        inject(text)


def test_native_sidecars_of_users_look_the_same_to_templates_each_time() -> None:
    template = TEMPLATE.replace("  containers:\n  - name: istio-proxy", "  - name: istio-proxy")
    names = "    - name: NAMES\n      value: '{{ range .Spec.Containers }}{{ .Name }} {{ end }}'\n"
    config = {"templates": {"sidecar": template.replace("    env:\n", f"    env:\n{names}")}}
    used = read_settings(json.dumps(config), json.dumps(VALUES), "", native=True)
    own = "  - name: istio-proxy\n    image: auto\n    env:\n    - {name: MINE, value: '1'}\n"
    once = preserve_style.inject_text(POD + own, used, print)
    assert "app istio-proxy " in once
    assert once == preserve_style.inject_text(once, used, print)
