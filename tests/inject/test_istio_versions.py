"""In which versions of Istio does each feature of the sidecar show?"""

from typing import Any

import pytest
import yaml
from test_builtin import injected

from meshctl.errors import UsageError
from meshctl.inject.errors import InjectionError
from meshctl.inject.overlays.versions import NEWEST, OLDEST, Feature, read_version
from meshctl.inject.pod.template_functions import FUNCTIONS
from meshctl.inject.settings.builtin import Given, read_given

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
    Feature.KEPT_CONTAINERS: (
        "name: first", {"initial": True, "annotations": {f"{SIDECAR}/interceptionMode": "NONE"}},
    ),
    Feature.BARE_SOCKET: ("! emptyDir: {}\n    name: workload-socket", {"annotations": GATEWAY}),
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
    Feature.SCRAPE_PORT: ("names 'x', which is no port", {"annotations": {"prometheus.io/port": "x"}}),
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
        try:
            spec = {"initContainers": [{"name": "first"}]} if "initial" in cause else {}
            text = yaml.safe_dump(injected(used, spec, **metadata), width=1000)
        except InjectionError as refusal:
            text = str(refusal)
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


def test_a_native_sidecar_of_1_20_holds_the_application() -> None:
    held = ("global.proxy.holdApplicationUntilProxyStarts=true",)
    for version, stage in (("1.20", "postStart"), ("1.21", "preStop")):
        pod = injected(read_given(Given(version, sets=held), native=True))
        [proxy] = (one for one in pod["spec"]["initContainers"] if one["name"] == "istio-proxy")
        assert [*proxy["lifecycle"]] == [stage]


def test_templates_may_ask_a_variable_whether_sidecars_are_native() -> None:
    template = """
spec:
  initContainers:
  - name: istio-proxy
    image: "{{ env `ENABLE_NATIVE_SIDECARS` `false` }}-{{ env `OTHER` `x` }}"
"""
    config = yaml.safe_dump({"templates": {"sidecar": template}})
    for native, image in ((True, "true-x"), (False, "false-x")):
        pod = injected(read_given(Given(config=config), native=native))
        assert [one["image"] for one in pod["spec"]["initContainers"]] == [image]
