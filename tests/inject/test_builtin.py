"""What is injected when no settings of a mesh are given, and how do values change it?"""

import copy
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from meshctl.cli import kube_inject
from meshctl.errors import MeshctlError, UsageError
from meshctl.inject.builtin import Given, read_given
from meshctl.inject.errors import InjectionError
from meshctl.inject.functions import FUNCTIONS
from meshctl.inject.overlays.default_values import default_values
from meshctl.inject.overlays.versions import NEWEST, OLDEST, Feature, read_version
from meshctl.inject.preserve_style import inject_text
from meshctl.inject.set_values import laid_over, set_values
from meshctl.inject.settings import Settings
from meshctl.inject.workloads import inject_workload

CASES = sorted(Path(__file__).parent.glob("*/settings.yaml"))
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web"},
    "spec": {"containers": [{"name": "web", "image": "web:1"}]},
}


def injected(used: Settings, **metadata: Any) -> dict[str, Any]:
    pod = {**POD, "metadata": {**POD["metadata"], **metadata}}
    return inject_workload(pod, used, lambda _: None)


def proxy_of(pod: dict[str, Any]) -> dict[str, Any]:
    every = [*pod["spec"]["containers"], *pod["spec"].get("initContainers", [])]
    return next(one for one in every if one["name"] == "istio-proxy")


def environment(**given: Any) -> dict[str, Any]:
    proxy = proxy_of(injected(read_given(Given(**given))))
    return {one["name"]: one.get("value") for one in proxy["env"]}


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
    kube_inject.run([str(tmp_path / "pod.yaml")], istio_version="1.27", sets=["global.tag=t"])
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
        ({"sets": ("global.proxy.tracer=lightstep,global.tracer.lightstep.accessToken=t",)},
         {"tracing": {"lightstep": {"accessToken": "t"}}}),
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
    assert ["web"] == [one["name"] for one in own["spec"]["containers"]]


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
    assert [init] == [one["name"] for one in pod["spec"]["initContainers"]]


def test_what_a_later_version_does_not_read() -> None:
    pod = injected(read_given(Given("1.24", values="istio_cni: {enabled: true}")))
    assert ["istio-init"] == [one["name"] for one in pod["spec"]["initContainers"]]


def test_the_policy_of_compliance_is_a_variable_of_istiod() -> None:
    sets = ("pilot.env.COMPLIANCE_POLICY=fips-140-3",)
    found = environment(sets=sets)
    assert ("fips-140-3", "fips140=only") == (found["COMPLIANCE_POLICY"], found["GODEBUG"])
    assert "GODEBUG" not in environment(sets=sets, istio_version="1.30")


SIDECAR, GATEWAY = "sidecar.istio.io", {"inject.istio.io/templates": "gateway"}
PLUGIN = "pilot.cni.enabled=true,pilot.cni.provider=multus"
SHOWN: dict[Feature, tuple[str, dict[str, Any]]] = {
    Feature.JWT_POLICY: ("JWT_POLICY", {}),
    Feature.ZIPKIN: ("! tracing", {"sets": ("global.proxy.tracer=zipkin",)}),
    Feature.CORE_DUMP: ("core_pattern", {"annotations": {f"{SIDECAR}/enableCoreDump": "true"}}),
    Feature.ISTIO_CNI: ("istio-validation", {"values": "istio_cni: {enabled: true}"}),
    Feature.NATIVE_DRAIN: ("preStop", {"native": True}),
    Feature.COMPLIANCE: ("COMPLIANCE", {"sets": ("pilot.env.COMPLIANCE_POLICY=fips-140-2",)}),
    Feature.SHORT_NAMES: (f"! canonical-name: {'a' * 64}", {"labels": {"app": "a" * 70}}),
    Feature.LOCAL_PROBES: ("REWRITE_PROBE", {"mesh": "inboundTrafficPolicy: {mode: LOCALHOST}"}),
    Feature.GATEWAY_IMAGE: (
        "image: a/b", {"annotations": {**GATEWAY, f"{SIDECAR}/proxyImage": "a/b"}},
    ),
    Feature.OUTLIER_LOG: ("--outlierLogPath=/x", {"sets": ("global.proxy.outlierLogPath=/x",)}),
    Feature.GATEWAY_SECURITY: (
        "runAsUser: 77",
        {"sets": ("gateways.securityContext.runAsUser=77",), "annotations": GATEWAY},
    ),
    Feature.NATIVE_ANNOTATION: (
        "restartPolicy: Always", {"annotations": {f"{SIDECAR}/nativeSidecar": "true"}},
    ),
    Feature.FORCED_IPTABLES: (
        "--force-apply", {"sets": ("global.proxy_init.forceApplyIptables=true",)},
    ),
    Feature.EMPTY_PORTS: (
        "/includeInboundPorts: ''", {"sets": (PLUGIN, "global.proxy.includeInboundPorts=")},
    ),
    Feature.GATEWAY_CONTAINERS: (
        "container: mine",
        {"annotations": {**GATEWAY, "kubectl.kubernetes.io/default-container": "mine"}},
    ),
    Feature.REROUTED_INTERFACES: (
        "- -k", {"annotations": {"istio.io/reroute-virtual-interfaces": "net1"}},
    ),
    Feature.WORKLOAD_NAME: (
        "value: mine", {"labels": {"service.istio.io/workload-name": "mine"}},
    ),
    Feature.JSON_NETWORKS: (
        '"namespace": "default"',
        {"sets": (PLUGIN,), "annotations": {"k8s.v1.cni.cncf.io/networks": '[{"name": "x"}]'}},
    ),
    Feature.TRUST_BUNDLES: (
        "clusterTrustBundle", {"sets": ("pilot.env.ENABLE_CLUSTER_TRUST_BUNDLE_API=true",)},
    ),
    Feature.NAMED_BUNDLES: ("name: mine", {"sets": ("global.trustBundleName=mine",)}),
    Feature.NATIVE_BY_DEFAULT: (
        "restartPolicy: Always", {"annotations": {f"{SIDECAR}/nativeSidecar": "yes"}},
    ),
    Feature.TRANSPARENT_USER: (
        "runAsGroup: 1337",
        {"openshift": True, "annotations": {f"{SIDECAR}/interceptionMode": "TPROXY"}},
    ),
    Feature.REVOCATIONS: ("istio-ca-crl", {}),
    Feature.NFTABLES: ("--native-nftables", {"sets": ("global.nativeNftables=true",)}),
    Feature.SECCOMP: ("Localhost", {"sets": ("global.proxy.seccompProfile.type=Localhost",)}),
    Feature.DIVISORS: ("divisor: '1'", {}),
    Feature.NAMED_REVOCATIONS: ("name: mine", {"sets": ("pilot.crlConfigMapName=mine",)}),
    Feature.NO_NULLS: ("! cpu: '0'", {"sets": ("global.proxy.resources.limits.cpu=null",)}),
    Feature.OPEN_TELEMETRY: (
        "OTEL_RESOURCE_ATTRIBUTES",
        {"mesh": """
extensionProviders:
- name: tracer
  opentelemetry: {serviceAttributeEnrichment: OTEL_SEMANTIC_CONVENTIONS}
"""},
    ),
    Feature.INIT_IMAGE: ("istio/mine:", {"sets": ("global.proxy_init.image=mine",)}),
    Feature.GO_FIPS: ("GODEBUG", {"sets": ("pilot.env.COMPLIANCE_POLICY=fips-140-3",)}),
    Feature.TRIMMED_NAMES: ("! canonical-name: a.", {"labels": {"app": "a."}}),
}  # fmt: skip
"""How each feature shows in a pod, and what makes it show."""


RANGES = {f"openshift.io/sa.scc.{name}": "5000/10" for name in ("uid-range", "supplemental-groups")}


def resource_attributes(mesh: Any, *_: Any) -> str:
    return "service.name=web" if mesh.data.get("extensionProviders") else ""


@pytest.mark.parametrize("feature", Feature, ids=lambda feature: feature.name)
def test_features_of_versions(feature: Feature, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FUNCTIONS, "otelResourceAttributes", resource_attributes)
    shown, cause = SHOWN[feature]
    given = {key: cause[key] for key in ("sets", "values", "mesh") if key in cause}
    metadata = {key: cause[key] for key in ("annotations", "labels") if key in cause}
    found = {}
    for minor in range(OLDEST, NEWEST + 1):
        used = read_given(
            Given(f"1.{minor}", **given),
            native=cause.get("native", False),
            namespaces={"": RANGES} if "openshift" in cause else {},
        )
        text = yaml.safe_dump(injected(used, **metadata), width=1000)
        found[minor] = shown.removeprefix("! ") in text
    expected = range(feature.value[1], feature.value[2] + 1)
    is_absent = shown.startswith("! ")
    assert [*expected] == [minor for minor in found if found[minor] is not is_absent]


@pytest.mark.parametrize("text", ["1.19", "1.32", "1.4", "2.0", "1", "", "1.31-x", "v1.31", "1.3x"])
def test_other_versions_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"give 1\.20 to 1\.31"):
        read_version(text)


def test_versions_keep_their_patch() -> None:
    assert ("1.24.0", "1.24.6", "1.31.0-rc.1") == tuple(
        read_version(text).full for text in ("1.24", "1.24.6", "1.31.0-rc.1")
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b=c", {"a": {"b": "c"}}),
        ("a.b=1,a.c=true", {"a": {"b": 1, "c": True}}),
        ("a=false", {"a": False}),
        ("a=null", {"a": None}),
        ("a=0", {"a": 0}),
        ("a=-7", {"a": -7}),
        ("a=007", {"a": "007"}),
        ("a=1.5", {"a": "1.5"}),
        ("a=", {"a": ""}),
        ("a=b=c", {"a": "b=c"}),
        (r"a=b\,c", {"a": "b,c"}),
        (r"a\.b=c", {"a.b": "c"}),
        ("a={b,1}", {"a": ["b", 1]}),
        ("a={}", {"a": []}),
        ("a[1].b=c", {"a": [None, {"b": "c"}]}),
        ("a[0][1]=c", {"a": [[None, "c"]]}),
        ("a.x=1,a.x=2", {"a": {"x": 2}}),
    ],
)
def test_assignments(text: str, expected: dict[str, Any]) -> None:
    assert expected == set_values({}, [text])


def test_assignments_change_what_is_there() -> None:
    values = {"a": {"b": [{"c": 1}, {"c": 2}], "d": 3}}
    assert {"a": {"b": [{"c": 1}, {"c": 9}], "d": 3}} == set_values(values, ["a.b[1].c=9"])
    assert {"a": {"b": [{"c": 1}, {"c": 2}], "d": 3}} == values


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("globl.hub=x", "did you mean global"),
        ("global.proxy.logLvl=x", "did you mean logLevel"),
        ("pilot.resources.cpu=1", "below pilot it reads cni, crlConfigMapName, env"),
        ("istio_cni.enabled=true", "does not read 'istio_cni'"),
        ("global.proxy.excludeIPRanges=10.0.0.0/8,11.0.0.0/8", "for a comma in a value"),
        ("global", "no NAME=VALUE"),
        ("=x", "no NAME=VALUE"),
        ("global..hub=x", "empty part"),
        ("global.imagePullSecrets[99999999]=x", "smaller index"),
        ("global=x", "make it a mapping"),
        ("global.proxy=x", "make it a mapping"),
        ("meshConfig=x", "make it a mapping"),
    ],
)
def test_assignments_that_nobody_reads(text: str, reason: str) -> None:
    with pytest.raises(MeshctlError, match=reason):
        read_given(Given(sets=(text,)))


@given(st.text(alphabet="ab.=,[]{}\\\\019-", max_size=20) | st.text(max_size=20))
def test_any_assignment_is_applied_or_refused(text: str) -> None:
    with suppress(UsageError):
        assert isinstance(set_values({}, [text]), dict)


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
        ({"mesh": "defaultConfig: {image: 5}"}, "image is 5 and should be a mapping"),
        ({"mesh": "inboundTrafficPolicy: LOCALHOST"}, "should be a mapping"),
        ({"mesh": "extensionProviders: {}"}, "should be a list"),
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
        ("proxy.istio.io/config", "proxyMetadata: [A]", "proxyMetadata is .* should be a mapping"),
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


def test_mappings_merge_and_all_else_is_replaced() -> None:
    lower = {"a": {"b": 1, "c": [1]}, "d": 2}
    assert {"a": {"b": 1, "c": [2]}, "d": None} == laid_over(lower, {"a": {"c": [2]}, "d": None})
