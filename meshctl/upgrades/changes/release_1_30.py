"""What Istio 1.30 changed for those who come from 1.29."""

from collections.abc import Iterator

from meshctl.istio.labels import APP_NAME, DATAPLANE_MODE
from meshctl.lazy_pattern import lazy_pattern
from meshctl.resources import DestinationRule, KubernetesGateway, Namespace, Ref, Workload
from meshctl.rules.api import NotChecked, Severity
from meshctl.upgrades.change import Change, Hit, Kind, Outcome, Phase, Pin
from meshctl.upgrades.changes.release_1_27 import bundle
from meshctl.upgrades.patched_filters import patches, value_of
from meshctl.upgrades.questions import found_if, monitored, texts
from meshctl.upgrades.upgrade import Upgrade, kubernetes_version
from meshctl.upgrades.written import (
    hosts_of_several,
    may_have_sidecar,
    paths_of,
    tls_settings,
)
from meshctl.words import shortened

_GROUP = "gateway.networking.k8s.io"
_TLS_BUNDLE = (1, 5, 0)
_LEAST_KUBERNETES = (1, 32)
_NO_WAIT = frozenset({"0", "0s", "0.0s", "0ms"})
_CALLERS = ("ext_authz", "ExtAuthz", "ratelimit", "RateLimit", "rate_limit")


def _colliding_hosts(upgrade: Upgrade) -> Iterator[Hit]:
    for host, sources in hosts_of_several(upgrade):
        if len({source.namespace for source in sources}) == 1:
            continue
        before = min(sources, key=lambda one: one.namespace)
        services = [source for source in sources if source.kind == "Service"]
        after = services[0] if services else None
        yield Hit(
            sources[-1].at("metadata", "name"),
            f"{shortened([source.title for source in sources])} declare {host}",
            f"where the client's own namespace has none, {before.title} counts",
            f"then {after.title} counts" if after else "then the oldest counts",
        )  # fmt: skip


def _listener_sets(upgrade: Upgrade) -> Iterator[Hit]:
    for resource in upgrade.of_kind("XListenerSet"):
        yield Hit(resource.at("kind"), f"{resource.title} is of {resource.api_version}")


def routes_before_bundle(
    upgrade: Upgrade, kind: str, crd: str, needed: tuple[int, int, int]
) -> Iterator[Outcome]:
    """Walk routes of alpha versions whose CRD is older than it has to be, as far as that is known."""
    known = upgrade.bundles.get(f"{crd}.{_GROUP}")
    version = known[0] if known is not None else ""
    if version and bundle(version) >= needed:
        return
    for resource in upgrade.of_kind(kind):
        if resource.api_version.startswith(f"{_GROUP}/v1alpha"):
            shown = f", and its CRD is of the Gateway API {version}" if version else ""
            least = f"{needed[0]}.{needed[1]}"
            yield Hit(
                resource.at("apiVersion"), f"{resource.title} is written in {resource.api_version}{shown}",
                "istiod reads it", f"istiod reads it where the Gateway API is {least} or newer",
            )  # fmt: skip


def _tls_routes(upgrade: Upgrade) -> Iterator[Outcome]:
    yield from routes_before_bundle(upgrade, "TLSRoute", "tlsroutes", _TLS_BUNDLE)
    for gateway in upgrade.mesh.of(KubernetesGateway):
        for listener in gateway.listeners:
            if listener.protocol == "TLS":
                yield Hit(
                    listener.at("protocol"),
                    f"listener {listener.name} of {gateway.title} speaks TLS",
                    "it needs the alpha of the Gateway API", "it is served without",
                )  # fmt: skip


def _readers_of_cni(upgrade: Upgrade) -> Iterator[Hit]:
    for workload in upgrade.mesh.of(Workload):
        if workload.name.startswith("istio-cni"):
            continue
        for index, volume in workload.pod_spec.items("volumes"):
            path = volume.get("hostPath")
            where = path.get("path") if isinstance(path, dict) else None
            if isinstance(where, str) and "/etc/cni" in where:
                ref = workload.pod_spec.at("volumes", index, "hostPath", "path")
                yield Hit(ref, f"{workload.title} mounts {where} of the node")


def _excluded_ambient(upgrade: Upgrade) -> Iterator[Hit]:
    ambient = {
        namespace.name for namespace in upgrade.mesh.of(Namespace)
        if namespace.labels.get(DATAPLANE_MODE) == "ambient"
    } | {
        workload.namespace for workload in upgrade.mesh.of(Workload)
        if workload.pod_labels.get(DATAPLANE_MODE) == "ambient"
    }  # fmt: skip
    for _, setting in upgrade.installation.value("cni.excludeNamespaces"):
        for index, name in enumerate(setting.value if isinstance(setting.value, list) else ()):
            if isinstance(name, str) and name in ambient:
                ref = Ref(setting.ref.resource, (*setting.ref.path, index))
                yield Hit(
                    ref, f"{setting.title} excludes {name}, whose pods are in ambient mode",
                    "they stay in ambient mode", "they leave it",
                )  # fmt: skip


def _taints(upgrade: Upgrade) -> Iterator[Hit]:
    for _, setting in upgrade.installation.value("pilot.taint.enabled"):
        if setting.text == "true":
            yield Hit(setting.ref, f"{setting.title} turns the controller of taints on")


def _renamed_apps(upgrade: Upgrade) -> Iterator[Hit]:
    for workload in upgrade.mesh.of(Workload):
        labels = workload.pod_labels
        if APP_NAME in labels and "app" not in labels and may_have_sidecar(upgrade, workload):
            yield Hit(
                workload.at(*paths_of(workload, "metadata", "labels", APP_NAME)),
                f"{workload.title} has {APP_NAME} and no label app",
                "metrics call it unknown", f"metrics call it {labels[APP_NAME]}",
            )  # fmt: skip


def _checked_keys(upgrade: Upgrade) -> Iterator[Hit]:
    for rule in upgrade.mesh.of(DestinationRule):
        for tls in tls_settings(rule):
            if tls.text("mode") in {"SIMPLE", "MUTUAL"}:
                yield Hit(tls.at("mode"), f"{rule.title} opens TLS to {rule.host}")


def _endless_calls(upgrade: Upgrade) -> Iterator[Hit]:
    for envoy_filter, patch in patches(upgrade):
        view = value_of(patch)
        if not any(word in text for _, text in texts(view.data, ()) for word in _CALLERS):
            continue
        for path, text in texts(view.data, view.path):
            if path[-1] == "timeout" and text.strip() in _NO_WAIT:
                yield Hit(
                    Ref(envoy_filter, path), f"{envoy_filter.title} waits {text} for an answer",
                    "each call fails at once", "each call waits without end",
                )  # fmt: skip


def _old_kubernetes(upgrade: Upgrade) -> Iterator[Outcome]:
    version = kubernetes_version(upgrade.cluster.kubernetes)
    anchor = upgrade.installation.anchor
    if version is not None and version < _LEAST_KUBERNETES and anchor is not None:
        yield Hit(anchor, f"the API server is of Kubernetes {upgrade.cluster.kubernetes}")
    old = [name for name, found in upgrade.kubelets.items() if found < _LEAST_KUBERNETES]
    for node in upgrade.of_kind("Node"):
        if node.name in old:
            text = node.child("status", "nodeInfo").text("kubeletVersion")
            ref = node.at("status", "nodeInfo", "kubeletVersion")
            yield Hit(ref, f"node {node.name} runs Kubernetes {text}")
    if version is None and not upgrade.kubelets:
        yield NotChecked("the version of Kubernetes isn't in the input; --cluster asks for it")


CHANGES = (
    Change(
        "1_30-112", Kind.DEFAULT_CHANGED, "traffic",
        "Of several owners of a host the Kubernetes Service counts, then the oldest",
        "where the namespace of a client has none, a Kubernetes Service wins, then the oldest "
        "object; it was the first namespace by name.",
        "Leave one owner to each host, or hide the others by exportTo.",
        found_if(_colliding_hosts), pins=(Pin("PILOT_SIDECAR_PICK_BEST_SERVICE_NAMESPACE", "false"),),
        source="pilot/pkg/model/sidecar.go, 1.30",
    ),
    Change(
        "1_30-113", Kind.REMOVED, "gateway-api",
        "XListenerSets aren't read",
        "istiod reads ListenerSet of gateway.networking.k8s.io/v1 alone.",
        "Install the Gateway API 1.5, and write ListenerSets of v1.",
        found_if(_listener_sets), Severity.ERROR,
        source="pkg/config/schema/metadata.yaml, 1.30",
    ),
    Change(
        "1_30-114", Kind.DEFAULT_CHANGED, "gateway-api",
        "TLSRoutes are read as v1, and listeners for TLS need no flag",
        "istiod reads TLSRoute as v1, which needs the Gateway API 1.5; with older CRDs it reads "
        "none.",
        "Install the Gateway API 1.5 together with Istio 1.30: 1.29 doesn't read its TLSRoutes, "
        "and 1.30 none of before, so plan a time without them.",
        _tls_routes, phase=Phase.DURING, source="pkg/config/schema/metadata.yaml, 1.30",
    ),
    Change(
        "1_30-115", Kind.DEFAULT_CHANGED, "installation",
        "Only root reads the CNI's configuration",
        "the file has mode 0600.",
        "Set cni.env.CNI_CONF_GROUP_READ to true where another user reads it.",
        found_if(_readers_of_cni), Severity.INFO, source="cni/pkg/install, 1.30",
    ),
    Change(
        "1_30-116", Kind.DEFAULT_CHANGED, "ambient",
        "Excluded namespaces aren't in ambient mode",
        "pods of namespaces in cni.excludeNamespaces leave ambient mode, whatever their labels say.",
        "Remove the namespace from cni.excludeNamespaces.",
        found_if(_excluded_ambient), Severity.ERROR, source="cni/pkg/nodeagent, 1.30",
    ),
    Change(
        "1_30-117", Kind.DEFAULT_CHANGED, "installation",
        "The chart turns the controller of taints on by itself",
        "pilot.taint.enabled sets PILOT_ENABLE_NODE_UNTAINT_CONTROLLERS.",
        "Remove the variable from pilot.env.",
        found_if(_taints), Severity.INFO,
        source="manifests/charts/istio-control/istio-discovery/templates, 1.30",
    ),
    Change(
        "1_30-118", Kind.DEFAULT_CHANGED, "telemetry",
        "Metrics take the name of an application from app.kubernetes.io/name too",
        "source_app and destination_app have that label where there is no label app.",
        "Let dashboards take the new names.",
        found_if(_renamed_apps), Severity.INFO, Phase.AFTER,
        source="pilot/pkg/model, 1.30",
    ),
    Change(
        "1_30-119", Kind.HAZARD, "proxy",
        "Certificates with RSA keys must allow what they are used for",
        "a handshake fails with KEY_USAGE_BIT_INCORRECT where keyUsage of an RSA certificate lacks "
        "the bit that the handshake needs.",
        "Check keyUsage of the servers' certificates, and issue those anew that lack it.",
        found_if(_checked_keys), Severity.INFO, source="Envoy 1.38",
    ),
    Change(
        "1_30-120", Kind.HAZARD, "proxy",
        "A timeout of 0 is none for calls of authorization and rate limits",
        "0s means that a call may take any time, where it failed at once.",
        "Set a timeout.",
        found_if(_endless_calls), Severity.INFO, source="Envoy 1.38",
    ),
    Change(
        "1_30-121", Kind.HAZARD, "telemetry",
        "Overflow of active requests has a series of its own",
        "upstream_rq_active_overflow counts what max_requests refuses, and "
        "upstream_rq_pending_overflow doesn't.",
        "Add the new series to the alert.",
        monitored(lazy_pattern(r"\w{0,200}upstream_rq_pending_overflow\w*"), "rq_pending_overflow",
                  "which counts less then"),
        Severity.INFO, source="Envoy 1.38",
    ),
    Change(
        "1_30-122", Kind.REMOVED, "kubernetes",
        "Kubernetes before 1.32 isn't supported",
        "`istioctl x precheck` refuses what is older than 1.32.",
        "Upgrade Kubernetes first.",
        _old_kubernetes, Severity.ERROR, source="istioctl/pkg/install/k8sversion, 1.30",
    ),
)  # fmt: skip
