"""What Istio 1.27 changed for those who come from 1.26."""

import re
from collections.abc import Iterator

from meshctl.istio.annotation_names import NATIVE_SIDECAR
from meshctl.istio.names import INIT_CONTAINER, PROXY_CONTAINER, VALIDATION_CONTAINER
from meshctl.lazy_pattern import lazy_pattern
from meshctl.mesh.workloads import (
    PROXY_UID,
    has_proxy_container,
    is_gateway,
    stops_sidecar,
    uses_network,
)
from meshctl.resources import Ref, Resource, WebhookConfiguration, Workload, WorkloadEntry
from meshctl.resources.view import View, views
from meshctl.rules.api import NotChecked, Severity
from meshctl.upgrades.change import Change, Hit, Kind, Outcome, Phase, Pin
from meshctl.upgrades.questions import either, found_if, provider, texts, value, variable
from meshctl.upgrades.release import Release
from meshctl.upgrades.upgrade import Upgrade
from meshctl.upgrades.written import may_have_sidecar, paths_of
from meshctl.words import whole_number

NATIVE = "ENABLE_NATIVE_SIDECARS"
_NATIVE_PIN = (Pin(NATIVE, "false"),)
_NATIVE_KUBERNETES = (1, 33)
_OWN = frozenset({INIT_CONTAINER, VALIDATION_CONTAINER, PROXY_CONTAINER})
_POLICIES = (
    "ClusterPolicy", "Policy", "MutatingAdmissionPolicy", "Assign", "AssignMetadata", "ModifySet",
)  # fmt: skip
_DEBUG = lazy_pattern(r":15014/debug|\b15014\b.{0,200}?/debug/|istiod[\w.-]{0,200}:15014")
_PLAIN_XDS = lazy_pattern(r":15010\b|--plaintext\b")
_NEWEST_BUNDLE = {27: (1, 4, 0), 28: (1, 4, 1), 29: (1, 4, 1)}


def _native(upgrade: Upgrade) -> Iterator[Outcome]:
    kubelets = upgrade.kubelets.values()
    if any(version < _NATIVE_KUBERNETES for version in kubelets):
        return
    if any(setting.text.lower() == "true" for setting in upgrade.installation.variable(NATIVE)):
        return
    where = "" if kubelets else " where every node has Kubernetes 1.33"
    if not kubelets:
        yield NotChecked("no Node is in the input, so whether kubelets are of 1.33 is unknown")
    for workload in upgrade.mesh.workloads:
        if workload.pod_annotations.get(NATIVE_SIDECAR) in {"true", "false"}:
            continue
        if (
            workload.kind != "Pod"
            and may_have_sidecar(upgrade, workload)
            and _is_injected(workload)
        ):
            yield Hit(
                workload.at("metadata", "name"), f"{workload.title} says nothing of native sidecars",
                "istio-proxy is a container beside the others",
                f"istio-proxy is an init container that keeps running{where}",
            )  # fmt: skip


def _is_injected(workload: Workload) -> bool:
    return not has_proxy_container(workload) and not is_gateway(workload)


def _addresses_container(upgrade: Upgrade) -> Iterator[Hit]:
    for resource in upgrade.of_kind(*_POLICIES):
        for path, text in texts(resource.data, ()):
            if PROXY_CONTAINER in text:
                yield Hit(Ref(resource, path), f"{resource.title} names the container istio-proxy")
                break
    for workload in upgrade.mesh.of(Workload):
        for container in workload.containers:
            if container.name != PROXY_CONTAINER and stops_sidecar(container):
                yield Hit(
                    container.at("name"),
                    f"container {container.name} of {workload.title} tells the sidecar to quit",
                    "the pod ends when the sidecar has quit", "the kubelet ends the sidecar itself",
                )  # fmt: skip
    for webhook in upgrade.mesh.of(WebhookConfiguration):
        if PROXY_CONTAINER in str(webhook.annotations):
            yield Hit(webhook.at("metadata"), f"{webhook.title} names the container istio-proxy")


def _calling_init_containers(upgrade: Upgrade) -> Iterator[Hit]:
    for workload in upgrade.mesh.of(Workload):
        if not may_have_sidecar(upgrade, workload):
            continue
        for container in workload.init_containers:
            if container.name in _OWN:
                continue
            user = container.child("securityContext").number("runAsUser")
            ref = uses_network(container)
            if ref is not None or user == PROXY_UID:
                yield Hit(
                    ref or container.at("name"),
                    f"init container {container.name} of {workload.title} calls others",
                    "no sidecar runs while it does", "the sidecar runs before it",
                )  # fmt: skip


def words_of(workload: Workload) -> Iterator[tuple[Ref, str]]:
    """Walk the commands, arguments and variables of a workload's own containers."""
    for container in (*workload.containers, *workload.init_containers):
        if container.name in _OWN:
            continue
        for key in ("command", "args"):
            for index, text in enumerate(container.texts(key)):
                yield container.at(key, index), text
        for entry in views(container, "env", View):
            yield entry.at("value"), entry.text("value")


def _reads_debug(upgrade: Upgrade) -> Iterator[Hit]:
    for resource in outside_root(upgrade, "Deployment", "DaemonSet", "StatefulSet", "CronJob",
                                 "Job", "Pod", "ConfigMap", "Kiali"):  # fmt: skip
        yield from _debug_reader(upgrade, resource)


def _debug_reader(upgrade: Upgrade, resource: Resource) -> Iterator[Hit]:
    allowed = upgrade.installation.variable("DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES")
    if any(resource.namespace in setting.text.replace(" ", "").split(",") for setting in allowed):
        return
    if isinstance(resource, Workload):
        for ref, text in words_of(resource):
            if _DEBUG.search(text):
                yield Hit(ref, f"{resource.title} reads istiod's debug endpoints")
                return
        for container in resource.containers:
            if "kiali" in container.text("image") and "operator" not in container.text("image"):
                yield Hit(container.at("image"), f"{resource.title} is Kiali, outside the root "
                          "namespace")  # fmt: skip
                return
    elif resource.kind == "Kiali" or resource.document.may_hold(("15014",)):
        for path, text in texts(resource.data, ()):
            if _DEBUG.search(text):
                yield Hit(Ref(resource, path), f"{resource.title} names istiod's debug endpoints")
                return


def outside_root(upgrade: Upgrade, *kinds: str) -> Iterator[Resource]:
    """Walk objects of kinds that are outside the namespace of the control plane."""
    root = upgrade.mesh.config.root_namespace
    for resource in upgrade.of_kind(*kinds):
        if resource.namespace != root:
            yield resource


def _speaks_plain_xds(upgrade: Upgrade) -> Iterator[Hit]:
    for workload in upgrade.mesh.of(Workload):
        for ref, text in words_of(workload):
            if _PLAIN_XDS.search(text) and workload.pod_labels.get("app") != "istiod":
                yield Hit(ref, f"{workload.title} speaks with istiod without TLS")


def _foreign_proxies(upgrade: Upgrade) -> Iterator[Hit]:
    if upgrade.installation.variable("ENABLE_PROXY_FIND_POD_BY_IP"):
        return
    for workload in upgrade.mesh.of(Workload):
        if workload.uses_host_network and has_proxy_container(workload):
            path = paths_of(workload, "spec", "hostNetwork")
            yield Hit(workload.at(*path), f"{workload.title} runs a proxy on the host's network")
    for entry in upgrade.mesh.of(WorkloadEntry):
        yield Hit(entry.at("metadata", "name"), f"{entry.title} is a proxy without a pod")


def storage_versions(upgrade: Upgrade, group: str) -> Iterator[Hit]:
    """Walk the CRDs of an API group that keep their objects in an older version than v1."""
    for crd in upgrade.of_kind("CustomResourceDefinition"):
        if not crd.name.endswith(f".{group}"):
            continue
        stored = crd.child("status").texts("storedVersions")
        was = f"objects are kept as {', '.join(stored)}" if stored else ""
        yield Hit(crd.at("metadata", "name"), f"{crd.title} is applied", was, "kept as v1")


def _networking_crds(upgrade: Upgrade) -> Iterator[Hit]:
    return storage_versions(upgrade, "networking.istio.io")


def bundle(text: str) -> tuple[int, int, int]:
    """Read ``v1.4.1`` of the Gateway API."""
    numbers = [whole_number(part) or 0 for part in re.findall(r"\d+", text)[:3]]
    major, minor, patch = (*numbers, 0, 0, 0)[:3]
    return major, minor, patch


def _new_tls_routes(upgrade: Upgrade) -> Iterator[Hit]:
    for name, (version, ref) in upgrade.bundles.items():
        if name != "tlsroutes.gateway.networking.k8s.io":
            continue
        blind = [
            f"1.{minor}" for minor, newest in _NEWEST_BUNDLE.items()
            if upgrade.start.minor <= minor <= upgrade.target.minor and bundle(version) > newest
        ]  # fmt: skip
        if blind:
            yield Hit(
                ref, f"the CRD of TLSRoute is of the Gateway API {version}", "TLSRoutes count",
                f"istiod {', '.join(blind)} ignores all TLSRoutes",
            )  # fmt: skip


CHANGES = (
    Change(
        "1_27-078", Kind.DEFAULT_CHANGED, "injection",
        "Sidecars are native where all nodes can do it",
        "the injector makes istio-proxy an init container that keeps running, where every kubelet "
        "is of Kubernetes 1.33 or newer.",
        'Annotate pods that can\'t bear it with sidecar.istio.io/nativeSidecar: "false", or set '
        "ENABLE_NATIVE_SIDECARS to false.",
        _native, Severity.INFO, Phase.DURING, _NATIVE_PIN,
        source="pkg/kube/inject/webhook.go, 1.27",
    ),
    Change(
        "1_27-079", Kind.HAZARD, "injection",
        "Who looks for the container istio-proxy finds it among the init containers",
        "policies that patch spec.containers miss a native sidecar, and jobs needn't end it.",
        "Patch both lists of containers; remove the call of quitquitquit.",
        found_if(_addresses_container), Severity.INFO, pins=_NATIVE_PIN,
        source="pkg/kube/inject/webhook.go, 1.27",
    ),
    Change(
        "1_27-080", Kind.HAZARD, "injection",
        "Init containers run beside a sidecar",
        "a native sidecar starts before the other init containers, and their traffic passes it.",
        "Remove what led their traffic around the sidecar: the user 1337, excluded ports.",
        found_if(_calling_init_containers), Severity.INFO, pins=_NATIVE_PIN,
        source="pkg/kube/inject/webhook.go, 1.27",
    ),
    Change(
        "1_27-081", Kind.REMOVED, "telemetry",
        "Lightstep is no tracer",
        "istiod makes no tracer for Lightstep, so that no span is sent.",
        "Send traces by OpenTelemetry.",
        provider("lightstep"), source="pilot/pkg/networking/core/tracing.go, 1.27",
    ),
    Change(
        "1_27-082", Kind.DEFAULT_CHANGED, "security",
        "istiod's debug endpoints ask who reads them",
        "clients outside the root namespace get nothing of :15014/debug but config_dump, ndsz and "
        "edsz of proxies of their own namespace; so do 1.27.6 and 1.28.4.",
        "Set DEBUG_ENDPOINT_AUTH_ALLOWED_NAMESPACES to the namespaces that may read them.",
        found_if(_reads_debug), pins=(Pin("ENABLE_DEBUG_ENDPOINT_AUTH", "false"),),
        backports=(Release(27, 6), Release(28, 4), Release(29, 0)),
        source="pilot/pkg/features/pilot.go, 1.27.6",
    ),
    Change(
        "1_27-083", Kind.DEFAULT_CHANGED, "security",
        "Debugging by xDS without TLS needs a token",
        "istiod refuses debug requests on port 15010; so do 1.27.8, 1.28.5 and 1.29.1.",
        "Use port 15012 with TLS and a token.",
        found_if(_speaks_plain_xds), pins=(Pin("ENABLE_DEBUG_ENDPOINT_AUTH", "false"),),
        backports=(Release(27, 8), Release(28, 5), Release(29, 1), Release(30, 0)),
        source="pilot/pkg/xds/statusgen.go, 1.27.8",
    ),
    Change(
        "1_27-084", Kind.REMOVED, "installation",
        "Values of multiCluster that nobody read are gone",
        "these values are unknown; multiCluster.clusterName stays.",
        "Remove the values.",
        value("global.multiCluster.enabled", "global.multiCluster.globalDomainSuffix",
              "global.multiCluster.includeEnvoyFilter"),
        Severity.INFO, source="manifests/charts/istio-control/istio-discovery/values.yaml, 1.27",
    ),
    Change(
        "1_27-085", Kind.REMOVED, "env",
        "Variables that kept the behaviour of 1.23, and limits of writing status, are gone",
        "istiod and the agent ignore them: what they put off comes now.",
        "Settle what the variable puts off, then remove it.",
        variable(
            "ENABLE_DEFERRED_STATS_CREATION", "ENABLE_INBOUND_RETRY_POLICY",
            "EXCLUDE_UNSAFE_503_FROM_DEFAULT_RETRY",
            "BYPASS_OVERLOAD_MANAGER_FOR_STATIC_LISTENERS", "PILOT_STATUS_BURST",
            "PILOT_STATUS_QPS", "PILOT_STATUS_UPDATE_INTERVAL",
        ),
        source="pilot/pkg/features, 1.27",
    ),
    Change(
        "1_27-086", Kind.DEFAULT_CHANGED, "env",
        "istiod doesn't look for the pod of a proxy by its address",
        "a proxy whose name and namespace aren't those of a pod has no pod: its labels don't count.",
        "Set ENABLE_PROXY_FIND_POD_BY_IP to true, or correct the identity of the proxy.",
        found_if(_foreign_proxies), Severity.INFO,
        pins=(Pin("ENABLE_PROXY_FIND_POD_BY_IP", "true"),),
        source="pilot/pkg/features/pilot.go, 1.27",
    ),
    Change(
        "1_27-087", Kind.DEFAULT_CHANGED, "api",
        "Kinds of networking.istio.io are kept as v1",
        "the CRDs keep new and changed objects as v1; old ones stay as they were stored.",
        "Rewrite all objects once before a CRD drops an old version.",
        either(found_if(_networking_crds)), Severity.INFO, Phase.AFTER,
        source="manifests/charts/base/files/crd-all.gen.yaml, 1.27",
    ),
    Change(
        "1_27-088", Kind.HAZARD, "gateway-api",
        "TLSRoutes of newer CRDs are ignored until 1.30",
        "istiod ignores TLSRoutes where their CRD is newer than 1.4.0; 1.28 and 1.29 take 1.4.1.",
        "Go to Istio 1.30 before the Gateway API goes to 1.5.",
        found_if(_new_tls_routes), Severity.INFO, Phase.DURING,
        source="pkg/kube/kclient/crdwatcher.go, 1.27",
    ),
)  # fmt: skip
