"""Do the built-in overlays give what the templates of Istio 1.31 give?"""

import copy
import functools
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import test_inject
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from test_inject import DATA, cases, needs_data, settings_of

from meshctl.errors import MeshctlError
from meshctl.inject.settings.builtin import Given, read_given
from meshctl.inject.settings.injector_config import InjectionSettings, read_settings
from meshctl.inject.workloads import inject_workload, is_known

FLOOR = 198
"""Workloads that get the same from both, as classic and as native sidecars; only ever raised."""
pytestmark = needs_data
PLAIN = "493dbc68fa"
"""The settings of a mesh whose owner changed nothing."""

KNOBS: dict[str, list[Any]] = {
    "gateways.securityContext": [{"runAsUser": 5.0}, {"sysctls": []}],
    "global.caAddress": ["ca.example:15012"],
    "global.caName": ["GkeWorkloadCertificate", "other"],
    "global.hub": ["gcr.io/x", ""],
    "global.imagePullPolicy": ["Always", "IfNotPresent"],
    "global.imagePullSecrets": [["a"], ["a", "b"]],
    "global.istioNamespace": ["mesh"],
    "global.logAsJson": [True],
    "global.logging.level": ["all:debug"],
    "global.meshID": ["mesh1"],
    "global.mountMtlsCerts": [True],
    "global.multiCluster.clusterName": ["c1"],
    "global.nativeNftables": [True],
    "global.network": ["n1"],
    "global.pilotCertProvider": ["kubernetes", "none"],
    "global.proxy.capNetBindService": ["true", True, "false"],
    "global.proxy.clusterDomain": ["example.org"],
    "global.proxy.componentLogLevel": ["misc:info"],
    "global.proxy.excludeIPRanges": ["10.0.0.0/8"],
    "global.proxy.excludeInboundPorts": ["15020", "80,90"],
    "global.proxy.excludeOutboundPorts": ["5432"],
    "global.proxy.holdApplicationUntilProxyStarts": [True],
    "global.proxy.image": ["x/y:z", "other"],
    "global.proxy.includeIPRanges": ["10.0.0.0/8", ""],
    "global.proxy.includeInboundPorts": ["", "80"],
    "global.proxy.includeOutboundPorts": ["443"],
    "global.proxy.lifecycle": [
        {"preStop": {"exec": {"command": ["a", "b: c"]}}},
        {"preStop": {"sleep": {"seconds": 5.0}}},
    ],
    "global.proxy.logLevel": ["debug"],
    "global.proxy.outlierLogPath": ["/dev/stdout"],
    "global.proxy.privileged": [True],
    "global.proxy.readinessFailureThreshold": [7.0, "8"],
    "global.proxy.readinessInitialDelaySeconds": [3.0],
    "global.proxy.readinessPeriodSeconds": [9.0],
    "global.proxy.resources": [
        {},
        None,
        {"limits": {"cpu": None, "memory": "1Gi"}},
        {"requests": {"cpu": 2.0, "memory": None, "ephemeral-storage": "1Gi"}},
    ],
    "global.proxy.seccompProfile": [{"type": "Localhost", "localhostProfile": "a"}],
    "global.proxy.startupProbe.enabled": [False],
    "global.proxy.startupProbe.failureThreshold": [10.0],
    "global.proxy.statusPort": [0.0, 15030.0],
    "global.proxy.tracer": ["datadog", "lightstep", "zipkin"],
    "global.proxy_init.forceApplyIptables": [True],
    "global.proxy_init.image": ["a/b:c", "init"],
    "global.sds.token.aud": ["aud"],
    "global.sts.servicePort": [15463.0],
    "global.tag": ["1.2.3", "1.2-distroless", ""],
    "global.trustBundleName": ["bundle"],
    "global.trustDomain": ["td"],
    "global.variant": ["distroless", "debug"],
    "pilot.cni": [
        {"enabled": True, "provider": "default"},
        {"enabled": True, "provider": "multus"},
    ],
    "pilot.crlConfigMapName": ["crl"],
    "pilot.env": [{"ENABLE_CLUSTER_TRUST_BUNDLE_API": True}, {"OTHER": "x"}],
    "revision": ["canary"],
    "sidecarInjectorWebhook.rewriteAppHTTPProbe": [False],
}
"""Every value that the templates read."""
MESH: dict[str, list[Any]] = {
    "enablePrometheusMerge": [False],
    "inboundTrafficPolicy": [{"mode": "LOCALHOST"}],
    "proxyInboundListenPort": [12346],
    "proxyListenPort": [12345],
    "trustDomain": ["", "other.domain"],
}
SIDECAR, TRAFFIC = "sidecar.istio.io", "traffic.sidecar.istio.io"
ANNOTATIONS = {
    "apm.datadoghq.com/env": ['{"DD_B":"1","DD_A":"x","DD_N":5,"DD_T":true}', "{}"],
    "inject.istio.io/templates": [
        "gateway", "grpc-agent", "grpc-simple", "sidecar,gateway", "sidecar, grpc-agent",
    ],
    "istio.io/reroute-virtual-interfaces": ["net3"],
    "k8s.v1.cni.cncf.io/networks": [
        "a, b", '[{"name":"x"}]', '[{"name":"istio-cni","namespace":"default"}]', "",
    ],
    "kubectl.kubernetes.io/default-container": ["c"],
    "kubectl.kubernetes.io/default-logs-container": ["d"],
    "prometheus.io/port": ["80"],
    "prometheus.io/scrape": ["true"],
    "prometheus.istio.io/merge-metrics": ["false"],
    "proxy.istio.io/config": [
        "holdApplicationUntilProxyStarts: true",
        "proxyMetadata: {A: b, ISTIO_META_ENABLE_HBONE: 'true'}",
        "proxyMetadata: {IPTABLES_TRACE_LOGGING: 'true', Z: ''}",
        "interceptionMode: TPROXY",
        "interceptionMode: NONE",
        "tracing: {tlsSettings: {caCertificates: /etc/a/b.pem}}",
        "concurrency: 0\nimage: {imageType: debug}",
        "statusPort: 15033",
    ],
    "readiness.status.sidecar.istio.io/failureThreshold": ["7"],
    "readiness.status.sidecar.istio.io/initialDelaySeconds": ["5"],
    "readiness.status.sidecar.istio.io/periodSeconds": ["6"],
    "status.sidecar.istio.io/port": ["0", "15030", "15020"],
    f"{SIDECAR}/agentLogLevel": ["x:y", ""],
    f"{SIDECAR}/bootstrapOverride": ["boot"],
    f"{SIDECAR}/capNetBindService": ["true", "false"],
    f"{SIDECAR}/componentLogLevel": ["a:b"],
    f"{SIDECAR}/enableCoreDump": ["true"],
    f"{SIDECAR}/interceptionMode": ["TPROXY", "NONE", "REDIRECT"],
    f"{SIDECAR}/logLevel": ["trace"],
    f"{SIDECAR}/nativeSidecar": ["true", "false", ""],
    f"{SIDECAR}/proxyCPU": ["200m", "2000m"],
    f"{SIDECAR}/proxyCPULimit": ["3"],
    f"{SIDECAR}/proxyImage": ["a/b:1", "plain"],
    f"{SIDECAR}/proxyImageType": ["debug", "default"],
    f"{SIDECAR}/proxyMemory": ["1Gi"],
    f"{SIDECAR}/proxyMemoryLimit": ["2048Mi"],
    f"{SIDECAR}/rewriteAppHTTPProbers": ["true", "false"],
    f"{SIDECAR}/userVolume": [
        '{"v":{"emptyDir":{}}}',
        '{"b":{"hostPath":{"path":"/x"}},"a":{"configMap":{"name":"c","defaultMode":420}}}',
        '[{"name":"z","emptyDir":{}}]',
        "nope",
    ],
    f"{SIDECAR}/userVolumeMount": [
        '{"v":{"mountPath":"/m","readOnly":true}}', '[{"name":"z","mountPath":"/z"}]', "5",
    ],
    f"{TRAFFIC}/excludeInboundPorts": ["1,2", "15020", ""],
    f"{TRAFFIC}/excludeInterfaces": ["eth1"],
    f"{TRAFFIC}/excludeOutboundIPRanges": ["4.5.0.0/16", ""],
    f"{TRAFFIC}/excludeOutboundPorts": ["4", ""],
    f"{TRAFFIC}/includeInboundPorts": ["80,90", "*", ""],
    f"{TRAFFIC}/includeOutboundIPRanges": ["1.2.3.0/24", "*", ""],
    f"{TRAFFIC}/includeOutboundPorts": ["3", ""],
    f"{TRAFFIC}/kubevirtInterfaces": ["net1,net2"],
}  # fmt: skip
"""Every annotation that the templates read, and some that only injection reads."""
LABELS = {
    "app": ["a"],
    "app.kubernetes.io/name": ["n"],
    "app.kubernetes.io/version": ["v2"],
    "networking.istio.io/tunnel": ["none"],
    "security.istio.io/tlsMode": ["disabled"],
    "service.istio.io/canonical-name": ["cn", "x" * 62 + "-y", "-a.", "", "a" * 70],
    "service.istio.io/canonical-revision": ["r"],
    "service.istio.io/workload-name": ["wl"],
    "topology.istio.io/network": ["nn"],
    "version": ["v1"],
}
OPENSHIFT = {
    "openshift.io/sa.scc.uid-range": "1000/1000",
    "openshift.io/sa.scc.supplemental-groups": "2000/100",
}


@functools.cache
def workloads() -> list[tuple[str, dict[str, Any]]]:
    """The objects with pods of all cases, with the names of their settings."""
    return [(case["settings"], data) for case in cases() for data in workloads_of(case)]


def workloads_of(case: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for data in yaml.safe_load_all((DATA / "testdata" / case["in"]).read_text()):
        if isinstance(data, dict):
            items = data["items"] if data.get("kind") == "List" else [data]
            yield from (item for item in items if is_known(item))


@functools.cache
def both(name: str, mesh: str = "") -> tuple[InjectionSettings, InjectionSettings]:
    """The settings of a name, by the templates and built in."""
    files = json.loads((DATA / f"settings/{name}.json").read_text())
    mesh = mesh or files["mesh"]
    config = (DATA / "settings" / files["config_file"]).read_text()
    return (
        read_settings(config, files["values"], mesh),
        read_given(Given(values=files["values"], mesh=mesh)),
    )


def injected(
    data: dict[str, Any], used: InjectionSettings, namespace: dict[str, str] | None = None
) -> Any:
    try:
        return inject_workload(copy.deepcopy(data), used, lambda _: None, namespace)
    except MeshctlError:
        return "an error"


def with_value(values: Any, path: str, value: Any) -> Any:
    name, _, rest = path.partition(".")
    return {**values, name: with_value(values.get(name, {}), rest, value) if rest else value}


def as_builtin(case: dict[str, Any]) -> InjectionSettings:
    """The settings of a case, built in."""
    template = settings_of(case)
    _, builtin = both(case["settings"], json.dumps(template.mesh))
    return replace(
        builtin,
        native=template.native,
        compliance_policy=template.compliance_policy,
        revision=template.revision,
    )


def test_as_istioctl(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(test_inject, "settings_of", as_builtin)
    found = {
        f"{number} {case['in']}": test_inject.disagreement(case)
        for number, case in enumerate(cases())
    }
    wrong = {name: reason for name, reason in found.items() if reason}
    with capsys.disabled():
        print(f"\nbuilt-in overlays: {len(found) - len(wrong)} of {len(found)} as istioctl")  # noqa: T201 - the figures
    assert {} == wrong
    assert len(found) >= test_inject.FLOOR


def test_every_case(capsys: pytest.CaptureFixture[str]) -> None:
    wrong, count = [], 0
    for case in cases():
        for native in (False, True):
            template = replace(settings_of(case), native=native)
            builtin = replace(as_builtin(case), native=native)
            for data in workloads_of(case):
                count += 1
                if injected(data, template) != injected(data, builtin):
                    wrong.append(f"{case['in']} native={native}")
    with capsys.disabled():
        print(f"\nbuilt-in overlays: {count - len(wrong)} of {count} as the templates")  # noqa: T201 - the figures
    assert [] == wrong
    assert count >= FLOOR


@pytest.mark.parametrize("path", [*KNOBS, *MESH])
def test_every_value(path: str) -> None:
    template, builtin = both(PLAIN)
    pods = [
        {"apiVersion": "v1", "kind": "Pod",
         "metadata": {"name": "a", "annotations": {"inject.istio.io/templates": name}},
         "spec": {"containers": [{"name": "app", "ports": [{"containerPort": 80}]}]}}
        for name in ("sidecar", "gateway", "grpc-simple", "grpc-agent")
    ]  # fmt: skip
    for value in [*KNOBS.get(path, ()), *MESH.get(path, ())]:
        for native in (False, True):
            change: dict[str, Any] = {"native": native}
            if path in MESH:
                change["mesh"] = {**template.mesh, path: value}
            else:
                change["values"] = with_value(template.values, path, value)
            for pod in pods:
                expected = injected(pod, replace(template, **change))
                assert expected == injected(pod, replace(builtin, **change))
                assert expected != "an error"


def template_of(data: dict[str, Any]) -> dict[str, Any]:
    if data["kind"] == "Pod":
        return data
    spec = data["spec"]["jobTemplate"]["spec"] if data["kind"] == "CronJob" else data["spec"]
    return spec["template"]


def chosen(draw: random.Random, options: dict[str, list[Any]], share: float) -> dict[str, Any]:
    return {name: draw.choice(values) for name, values in options.items() if draw.random() < share}


def is_misplaced(annotations: dict[str, str], values: dict[str, Any]) -> bool:
    """Without a status port, grpc-agent has the users' mounts among its variables by mistake."""
    port = annotations.get("status.sidecar.istio.io/port", values["global"]["proxy"]["statusPort"])
    return (
        "grpc-agent" in annotations.get("inject.istio.io/templates", "")
        and f"{SIDECAR}/userVolumeMount" in annotations
        and float(port) == 0
    )


@settings(max_examples=300, deadline=None, phases=[Phase.generate])
@given(st.integers(0, 2**32))
def test_everything_at_once(seed: int) -> None:
    draw = random.Random(seed)
    name, original = draw.choice(workloads())
    template, builtin = both(name if draw.random() < 0.3 else PLAIN)
    values: Any = template.values
    for path, value in chosen(draw, KNOBS, draw.choice([0, 0.05, 0.2])).items():
        values = with_value(values, path, value)
    change = {
        "values": values,
        "mesh": {**template.mesh, **chosen(draw, MESH, 0.1)},
        "native": draw.random() < 0.5,
        "compliance_policy": draw.choice(["", "fips-140-2", "fips-140-3"]),
        "revision": draw.choice(["", "canary"]),
    }
    data = copy.deepcopy(original)
    metadata = template_of(data).setdefault("metadata", {})
    share = draw.choice([0, 0.05, 0.2])
    for key, options in (("annotations", ANNOTATIONS), ("labels", LABELS)):
        metadata[key] = {**(metadata.get(key) or {}), **chosen(draw, options, share)}
    if is_misplaced(metadata["annotations"], values):
        return
    namespace = OPENSHIFT if draw.random() < 0.1 else None
    expected = injected(data, replace(template, **change), namespace)
    assert expected == injected(data, replace(builtin, **change), namespace)
