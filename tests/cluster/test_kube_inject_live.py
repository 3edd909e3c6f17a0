"""Does ``meshctl kube-inject`` inject as the settings of a cluster say, or its istiod?"""

import base64
import json
from pathlib import Path
from typing import Any

import jsonpatch
import pytest
import yaml
from api_server import ApiServer
from istiod import Istiod
from typer.testing import CliRunner, Result

from meshctl.cli.app import app
from meshctl.errors import MeshctlError
from meshctl.inject.settings.injector_config import read_settings
from meshctl.inject.workloads import inject_workload

TEMPLATE = """\
metadata:
  labels:
    owner: {{ .DeploymentMeta.Name }}
spec:
  containers:
  - name: istio-proxy
    image: {{ .ProxyImage }}
    env:
    - name: NATIVE
      value: "{{ .NativeSidecars }}"
"""
CONFIG = yaml.safe_dump({"policy": "enabled", "templates": {"sidecar": TEMPLATE}})
VALUES = json.dumps({"global": {"hub": "registry.example.com/istio", "tag": "1.31.0"}})
MESH = "enablePrometheusMerge: false\n"
MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  namespace: shop
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata:
      labels:
        app: cart # the name
    spec:
      containers:
      - name: cart
        image: cart:1
"""


def meshctl(server: ApiServer, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--kubeconfig", str(server.kubeconfig)])


def refusal(server: ApiServer, *words: str) -> str:
    error = meshctl(server, *words).exception
    assert isinstance(error, MeshctlError), error
    return str(error)


def config_map(name: str, **data: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "istio-system"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def node(name: str, version: str) -> dict[str, Any]:
    status = {"nodeInfo": {"kubeletVersion": version}}
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "status": status}


@pytest.fixture
def mesh(api_server: ApiServer) -> ApiServer:
    """A mesh whose settings are known, without its istiod."""
    api_server.add(config_map("istio-sidecar-injector", config=CONFIG, values=VALUES))
    api_server.add(config_map("istio", mesh=MESH))
    return api_server


@pytest.fixture
def manifest(tmp_path: Path) -> str:
    file = tmp_path / "cart.yaml"
    file.write_text(MANIFEST)
    return str(file)


def add_istiod(server: ApiServer, template: str = TEMPLATE) -> Istiod:
    """An istiod that injects a template, by our own engine."""
    config = yaml.safe_dump({"templates": {"sidecar": template}})
    settings = read_settings(config, VALUES, MESH, revision="default")

    def inject(request: dict[str, Any]) -> dict[str, Any]:
        pod = request["object"]
        if "broken" in pod["metadata"].get("annotations", {}):
            return {"allowed": False, "status": {"message": "the annotation is broken"}}
        if "alone" in pod["metadata"].get("annotations", {}):
            return {"allowed": True}
        injected = inject_workload(pod, settings, print)
        patch = jsonpatch.make_patch(pod, injected).to_string()
        return {"allowed": True, "patch": base64.b64encode(patch.encode()).decode()}

    istiod = Istiod(server, inject=inject)
    place = {"namespace": "istio-system", "name": "istiod", "path": "/inject", "port": 443}
    server.add({
        "apiVersion": "v1", "kind": "Service",
        "metadata": {"name": "istiod", "namespace": "istio-system"},
        "spec": {"selector": {"app": "istiod"}, "ports": [{"port": 443, "targetPort": 15017}]},
    })  # fmt: skip
    server.add({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": "istio-sidecar-injector", "labels": {"istio.io/rev": "default"}},
        "webhooks": [{
            "name": "namespace.sidecar-injector.istio.io",
            "clientConfig": {"service": place, "caBundle": istiod.ca_bundle},
        }],
    })  # fmt: skip
    return istiod


def containers(text: str) -> list[dict[str, Any]]:
    return yaml.safe_load(text)["spec"]["template"]["spec"]["containers"]


def test_the_settings_of_the_cluster_are_used(mesh: ApiServer, manifest: str) -> None:
    result = meshctl(mesh, "kube-inject", "-f", manifest, "--from-cluster")
    assert 0 == result.exit_code
    sidecar = containers(result.stdout)[1]
    assert "registry.example.com/istio/proxyv2:1.31.0" == sidecar["image"]
    assert "app: cart # the name" in result.stdout


@pytest.mark.parametrize(
    ("versions", "native"),
    [
        (("v1.33.1", "v1.34.0"), "true"),
        (("v1.34.0", "v1.32.9"), "false"),
        (("v1.34.0", "other"), "false"),
        ((), "false"),
    ],
)
def test_the_oldest_node_decides_over_native_sidecars(
    mesh: ApiServer, manifest: str, versions: tuple[str, ...], native: str
) -> None:
    for number, version in enumerate(versions):
        mesh.add(node(f"node-{number}", version))
    result = meshctl(mesh, "kube-inject", "-f", manifest, "--from-cluster")
    found = containers(result.stdout)[1]["env"][0]
    assert {"name": "NATIVE", "value": native} == found


def test_nodes_that_may_not_be_listed_are_told(mesh: ApiServer, manifest: str) -> None:
    mesh.deny("list", "nodes")
    result = meshctl(mesh, "kube-inject", "-f", manifest, "--from-cluster")
    assert (0, True) == (result.exit_code, "sidecars are classic" in result.stderr)


def test_istiod_injects(mesh: ApiServer, manifest: str) -> None:
    istiod = add_istiod(mesh)
    result = meshctl(mesh, "kube-inject", "-f", manifest, "--webhook")
    assert (0, ["/inject"]) == (result.exit_code, istiod.asked)
    template = yaml.safe_load(result.stdout)["spec"]["template"]
    assert "cart" == template["metadata"]["labels"]["owner"]
    assert {"app", "owner"} == template["metadata"]["labels"].keys()
    assert {"labels", "annotations"} == template["metadata"].keys()
    assert ["cart", "istio-proxy"] == [
        container["name"] for container in template["spec"]["containers"]
    ]
    assert "app: cart # the name" in result.stdout


def test_istiods_refusal_is_shown(mesh: ApiServer, manifest: str) -> None:
    add_istiod(mesh)
    labels = "      labels:\n"
    text = MANIFEST.replace(labels, f"      annotations: {{broken: ''}}\n{labels}")
    Path(manifest).write_text(text)
    said = refusal(mesh, "kube-inject", "-f", manifest, "--webhook", "-i")
    assert said.endswith("istiod refuses the pod: the annotation is broken")
    assert text == Path(manifest).read_text()


def test_what_istiod_leaves_alone_stays_as_it_is(mesh: ApiServer, manifest: str) -> None:
    add_istiod(mesh)
    labels = "      labels:\n"
    text = MANIFEST.replace(labels, f"      annotations: {{alone: ''}}\n{labels}")
    Path(manifest).write_text(text)
    result = meshctl(mesh, "kube-inject", "-f", manifest, "--webhook")
    assert (text, True) == (result.stdout, "istiod leaves" in result.stderr)


@pytest.mark.parametrize("sides", [[], ["--webhook"], ["--from-cluster", "--webhook"]])
def test_an_istiod_that_follows_its_settings(
    mesh: ApiServer, manifest: str, sides: list[str]
) -> None:
    add_istiod(mesh)
    result = meshctl(mesh, "kube-inject", "-f", manifest, "--verify", *sides)
    assert (0, "", True) == (result.exit_code, result.stdout, "otherwise: none" in result.stderr)


def test_an_istiod_that_does_not_follow_its_settings(mesh: ApiServer, manifest: str) -> None:
    add_istiod(mesh, TEMPLATE.replace("owner:", "maker:"))
    result = meshctl(mesh, "kube-inject", "-f", manifest, "--verify")
    changed = [line for line in result.stdout.splitlines() if line[:2] in {"- ", "+ "}]
    assert (1, ["-        owner: cart", "+        maker: cart"]) == (result.exit_code, changed)
    assert "otherwise: 1 of 1" in result.stderr


def proxy_config(name: str, namespace: str, **spec: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace}
    return {
        "apiVersion": "networking.istio.io/v1beta1", "kind": "ProxyConfig", "metadata": metadata,
        "spec": spec,
    }  # fmt: skip


def test_the_proxy_config_that_istiod_heeds_is_named(mesh: ApiServer, manifest: str) -> None:
    mesh.add(proxy_config("few-threads", "shop", concurrency=1))
    mesh.add(
        proxy_config("others", "shop", selector={"matchLabels": {"app": "desk"}}, concurrency=4)
    )
    mesh.add(proxy_config("elsewhere", "garden", concurrency=4))
    add_istiod(mesh, TEMPLATE.replace("owner:", "maker:"))
    told = meshctl(mesh, "kube-inject", "-f", manifest, "--verify").stderr
    assert "ProxyConfig shop/few-threads of the cluster holds for Deployment shop/cart" in told
    assert "(concurrency), which istiod heeds" in told
    assert not {"others", "elsewhere"} & set(told.replace("/", " ").split())


OWNED = """\
spec:
  containers:
  - name: istio-proxy
    env:
    - name: ISTIO_META_OWNER
      value: kubernetes://apis/{{ .TypeMeta.APIVersion }}/{{ .TypeMeta.Kind }}/{{ .DeploymentMeta.Name }}
"""


@pytest.mark.parametrize(
    "head",
    [
        "apiVersion: apps.openshift.io/v1\nkind: DeploymentConfig",
        "apiVersion: extensions/v1beta1\nkind: Deployment",
        "apiVersion: apps/v1\nkind: Deployment",
        "apiVersion: apps/v1\nkind: StatefulSet",
    ],
)
def test_how_istiod_guesses_the_workload_is_no_difference(
    api_server: ApiServer, manifest: str, head: str
) -> None:
    config = yaml.safe_dump({"policy": "enabled", "templates": {"sidecar": OWNED}})
    api_server.add(config_map("istio-sidecar-injector", config=config, values=VALUES))
    api_server.add(config_map("istio", mesh=MESH))
    add_istiod(api_server, OWNED)
    text = Path(manifest).read_text().replace("apiVersion: apps/v1\nkind: Deployment", head)
    text = text.replace("  selector: {matchLabels: {app: cart}}\n", "")
    Path(manifest).write_text(text)
    result = meshctl(api_server, "kube-inject", "-f", manifest, "--verify")
    assert (0, "", True) == (result.exit_code, result.stdout, "otherwise: none" in result.stderr)


def test_settings_of_ones_own_are_compared_with_istiod(
    mesh: ApiServer, manifest: str, tmp_path: Path
) -> None:
    add_istiod(mesh)
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.replace("owner", "maker"))
    flags = ["--verify", "--inject-config", str(config)]
    result = meshctl(mesh, "kube-inject", "-f", manifest, *flags)
    assert (1, True) == (result.exit_code, "-        maker: cart\n" in result.stdout)


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        (["--from-cluster", "--webhook"], "--from-cluster and --webhook exclude each other"),
        (["--from-cluster", "--values", "v.yaml"], "--from-cluster and --values exclude"),
        (["--webhook", "--set", "a=b"], "--webhook and --set exclude"),
        (["--webhook", "--native", "true"], "--webhook and --native exclude"),
        (["--verify", "--diff"], "--check and --verify only report"),
        (["--webhook", "--check"], "--check and --webhook exclude"),
        (["--from-cluster", "--revision", "canary"], "no ConfigMap istio-sidecar-injector-canary"),
        (["--webhook"], "no injection webhook of revision 'default'"),
    ],
)
def test_what_makes_no_sense_is_refused(
    mesh: ApiServer, manifest: str, flags: list[str], text: str
) -> None:
    assert text in refusal(mesh, "kube-inject", "-f", manifest, *flags)


def test_standard_input_cannot_be_injected_twice(mesh: ApiServer) -> None:
    assert "needs files" in refusal(mesh, "kube-inject", "-f", "-", "--verify")
