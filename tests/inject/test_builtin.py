"""What is injected when no settings of a mesh are given, and how do values change it?"""

import copy
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml

from meshctl.cli.commands import kube_inject
from meshctl.errors import MeshctlError
from meshctl.inject.errors import InjectionError
from meshctl.inject.overlays.default_values import default_values
from meshctl.inject.overlays.versions import read_version
from meshctl.inject.settings.builtin import Given, read_given
from meshctl.inject.settings.injector_config import InjectionSettings
from meshctl.inject.text.preserve_style import inject_text
from meshctl.inject.workloads import inject_workload

CASES = sorted(Path(__file__).parent.glob("*/settings.yaml"))
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web"},
    "spec": {"containers": [{"name": "web", "image": "web:1"}]},
}


def injected(
    used: InjectionSettings, spec: dict[str, Any] | None = None, /, **metadata: Any
) -> dict[str, Any]:
    pod = {
        **POD,
        "metadata": {**POD["metadata"], **metadata},
        "spec": {**POD["spec"], **(spec or {})},
    }
    return inject_workload(pod, used, lambda _: None)


def proxy_of(pod: dict[str, Any]) -> dict[str, Any]:
    every = [*pod["spec"]["containers"], *pod["spec"].get("initContainers", [])]
    return next(container for container in every if container["name"] == "istio-proxy")


def environment(**given: Any) -> dict[str, Any]:
    proxy = proxy_of(injected(read_given(Given(**given))))
    return {variable["name"]: variable.get("value") for variable in proxy["env"]}


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.parent.name)
def test_cases(file: Path, golden: Callable[[Path, str], None]) -> None:
    options = yaml.safe_load(file.read_text())
    native = options.pop("native", False)
    options["sets"] = tuple(options.get("sets", ()))
    used = read_given(Given(**options), native=native)
    warnings: list[str] = []
    once = inject_text((file.parent / "input.yaml").read_text(), used, warnings.append)
    golden(file.parent / "injected.yaml", once)
    golden(file.parent / "report.txt", "".join(f"{warning}\n" for warning in warnings))
    assert once == inject_text(once, used, warnings.append)


def test_the_command_needs_nothing_but_manifests(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tmp_path / "pod.yaml").write_text(yaml.safe_dump(POD))
    kube_inject.run(paths=[str(tmp_path / "pod.yaml")], istio_version="1.27", sets=["global.tag=t"])
    pod = yaml.safe_load(capsysbinary.readouterr().out)
    assert "docker.io/istio/proxyv2:t" == proxy_of(pod)["image"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "docker.io/istio/proxyv2:1.31.0"),
        ({"istio_version": "1.20.3"}, "docker.io/istio/proxyv2:1.20.3"),
        ({"hub": "h", "tag": "t"}, "h/proxyv2:t"),
        ({"values": "global: {hub: v}", "hub": "h"}, "h/proxyv2:1.31.0"),
        ({"values": "global: {hub: v}"}, "v/proxyv2:1.31.0"),
        ({"sets": ("global.variant=distroless",)}, "docker.io/istio/proxyv2:1.31.0-distroless"),
        ({"config": "spec: {containers: [{name: istio-proxy, image: '{{.ProxyImage}}'}]}"},
         "docker.io/istio/proxyv2:1.31.0"),
        ({"config": "spec: {containers: [{name: istio-proxy, image: '{{.ProxyImage}}'}]}",
          "values": "global: {hub: v}"}, "v/proxyv2"),
    ],
)  # fmt: skip
def test_images(given: dict[str, Any], expected: str) -> None:
    assert expected == proxy_of(injected(read_given(Given(**given))))["image"]


def test_a_revision_has_an_istiod_of_its_own() -> None:
    assert "istiod-canary.istio-system.svc:15012" == environment(revision="canary")["CA_ADDR"]
    assert "istiod.istio-system.svc:15012" == environment(revision="default")["CA_ADDR"]
    used = read_given(Given(values="revision: blue"))
    assert ("blue", "istiod-blue.istio-system.svc:15012") == (
        used.revision,
        used.mesh["defaultConfig"]["discoveryAddress"],
    )
    pod = injected(read_given(Given(revision="canary")))
    assert "canary" == pod["metadata"]["annotations"]["istio.io/rev"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {}),
        ({"sets": ("global.meshID=m",)}, {"meshId": "m"}),
        ({"sets": ("global.variant=debug",)}, {"image": {"imageType": "debug"}}),
        ({"sets": ("global.proxy.tracer=zipkin",)},
         {"tracing": {"zipkin": {"address": "zipkin.istio-system:9411"}}}),
        ({"sets": ("global.proxy.tracer=datadog,global.tracer.datadog.address=dd:1",)},
         {"tracing": {"datadog": {"address": "dd:1"}}}),
        ({"sets": ("global.proxy.tracer=lightstep,global.tracer.lightstep.accessToken=t",
                   "global.tracer.lightstep.address=ls:1")},
         {"tracing": {"lightstep": {"accessToken": "t", "address": "ls:1"}}}),
        ({"istio_version": "1.21"}, {}),
        ({"istio_version": "1.21", "sets": ("global.proxy.tracer=datadog",)},
         {"tracing": {"datadog": {"address": "$(HOST_IP):8126"}}}),
        ({"sets": ("meshConfig.defaultConfig.concurrency=2",)}, {"concurrency": 2}),
        ({"sets": ("meshConfig.defaultConfig.concurrency=2",),
          "mesh": "defaultConfig: {concurrency: 4}"}, {"concurrency": 4}),
    ],
)  # fmt: skip
def test_values_make_the_mesh_config(given: dict[str, Any], expected: dict[str, Any]) -> None:
    plain = read_given(Given()).mesh["defaultConfig"]
    assert plain | expected == read_given(Given(**given)).mesh["defaultConfig"]


def test_a_given_mesh_config_is_laid_over_the_charts() -> None:
    used = read_given(Given(mesh="trustDomain: td\ndefaultConfig: {discoveryAddress: other:1}"))
    assert ("td", "istio-system", "other:1") == (
        used.mesh["trustDomain"],
        used.mesh["rootNamespace"],
        used.mesh["defaultConfig"]["discoveryAddress"],
    )


def test_values_make_the_config() -> None:
    values = """
global: {proxy: {autoInject: disabled}}
sidecarInjectorWebhook:
  defaultTemplates: [sidecar, extra]
  injectedAnnotations: {a: 1}
  neverInjectSelector: [{matchLabels: {x: y}}]
  templates: {extra: 'metadata: {labels: {b: c}}', gateway: 'metadata: {labels: {own: gateway}}'}
"""
    used = read_given(Given(values=values))
    assert (("sidecar", "extra"), {"a": "1"}, "disabled") == (
        used.default_templates,
        used.injected_annotations,
        used.policy,
    )
    pod = injected(used, labels={"sidecar.istio.io/inject": "true"})
    assert ("c", "1") == (pod["metadata"]["labels"]["b"], pod["metadata"]["annotations"]["a"])
    own = injected(
        used,
        labels={"sidecar.istio.io/inject": "true"},
        annotations={"inject.istio.io/templates": "gateway"},
    )
    assert "gateway" == own["metadata"]["labels"]["own"]
    assert ["web"] == [container["name"] for container in own["spec"]["containers"]]


@pytest.mark.parametrize(
    ("version", "text", "init"),
    [
        ("1.21", "istio_cni.enabled=true", "istio-validation"),
        ("1.21", "istio_cni.chained=false", "istio-init"),
        ("1.21", "pilot.cni.enabled=true", "istio-validation"),
        ("1.24", "pilot.cni.enabled=true", "istio-validation"),
    ],
)
def test_the_plugin_of_any_version(version: str, text: str, init: str) -> None:
    pod = injected(read_given(Given(version, sets=(text,))))
    assert [init] == [container["name"] for container in pod["spec"]["initContainers"]]


def test_what_a_later_version_does_not_read() -> None:
    pod = injected(read_given(Given("1.24", values="istio_cni: {enabled: true}")))
    assert ["istio-init"] == [container["name"] for container in pod["spec"]["initContainers"]]


def test_the_policy_of_compliance_is_a_variable_of_istiod() -> None:
    sets = ("pilot.env.COMPLIANCE_POLICY=fips-140-3",)
    found = environment(sets=sets)
    assert ("fips-140-3", "fips140=only") == (found["COMPLIANCE_POLICY"], found["GODEBUG"])
    assert "GODEBUG" not in environment(sets=sets, istio_version="1.30")


def test_injection_leaves_the_values_alone() -> None:
    used = read_given(Given(sets=("global.proxy.lifecycle.preStop.sleep.seconds=5",)))
    before = copy.deepcopy(used.values)
    injected(used)
    assert before == used.values


@pytest.mark.parametrize(
    "text",
    [
        "pilot.env.X=1",
        "global.proxy.resources.limits.nvidia\\.com/gpu=1",
        "global.proxy.resources.requests.ephemeral-storage=1Gi",
        "global.proxy.lifecycle.preStop.sleep.seconds=5",
        "sidecarInjectorWebhook.templates.mine=metadata: {}",
        "meshConfig.outboundTrafficPolicy.mode=REGISTRY_ONLY",
    ],
)
def test_free_mappings_take_any_name(text: str) -> None:
    assert "istio-proxy" == proxy_of(injected(read_given(Given(sets=(text,)))))["name"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"values": "global: 5"}, "global of the values is 5; make it a mapping"),
        ({"values": "global: {proxy: {startupProbe: no}}"}, "global.proxy.startupProbe"),
        ({"values": "sidecarInjectorWebhook: {templates: [a]}"}, "templates"),
        ({"values": "- a"}, "--values"),
        ({"mesh": "5"}, "--mesh-config"),
        ({"mesh": "defaultConfig: 5"}, "defaultConfig"),
        ({"mesh": "defaultConfig: {image: 5}"}, "image: 5 .* takes a mapping"),
        ({"mesh": "inboundTrafficPolicy: LOCALHOST"}, "it takes a mapping"),
        ({"mesh": "extensionProviders: {}"}, "it takes a list"),
    ],
)
def test_files_of_the_wrong_form(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(InjectionError, match=reason):
        read_given(Given(**given))


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("sidecar.istio.io/userVolume", "[", "should be a mapping in JSON"),
        ("sidecar.istio.io/userVolume", "5", "should be a mapping in JSON"),
        ("sidecar.istio.io/userVolumeMount", '{"a": 5}', "has no mapping below 'a'"),
        ("proxy.istio.io/config", "proxyMetadata: [A]", "proxyMetadata: .* it takes a mapping"),
    ],
)
def test_annotations_of_the_wrong_form(name: str, value: str, reason: str) -> None:
    with pytest.raises(InjectionError, match=reason):
        injected(read_given(Given()), annotations={name: value})


def test_any_value_may_have_any_type() -> None:
    """Whatever a value is, injection works or says what is wrong."""
    defaults = default_values(read_version("1.23"))
    paths = [*leaves(defaults, ())]
    assert len(paths) > 60
    for path in paths:
        for value in (None, 5, "x", True, [1], {"a": 1}, ["x"], -1.5):
            values: Any = value
            for name in reversed(path):
                values = {name: values}
            text = yaml.safe_dump(values)
            for template in ("sidecar", "gateway", "grpc-agent", "grpc-simple"):
                with suppress(MeshctlError):
                    used = read_given(Given("1.23", values=text))
                    injected(used, annotations={"inject.istio.io/templates": template})


def leaves(values: Any, path: tuple[str, ...]) -> Any:
    if isinstance(values, dict):
        yield path
        for key, value in values.items():
            yield from leaves(value, (*path, key))
    else:
        yield path
