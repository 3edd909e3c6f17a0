"""What Istio 1.22 changed for those who come from 1.21."""

from collections.abc import Iterator

from meshctl.istio.annotation_names import REDIRECTION
from meshctl.istio.names import ISTIO_NAMESPACE
from meshctl.mesh.core import selects
from meshctl.resources import (
    KubernetesGateway,
    Namespace,
    Resource,
    Service,
    ServiceEntry,
    Telemetry,
    Workload,
)
from meshctl.rules.api import Severity
from meshctl.upgrades.change import Change, Hit, Kind, Outcome, Phase, Pin
from meshctl.upgrades.chart_values import Setting
from meshctl.upgrades.questions import (
    NO_MESH_CONFIG,
    api_version,
    either,
    found_if,
    installed,
    mesh_config,
    value,
    value_is,
    value_unset,
    variable,
    variable_is,
    variable_unset,
)
from meshctl.upgrades.release import Release
from meshctl.upgrades.upgrade import Upgrade
from meshctl.upgrades.written import of_versions, paths_of
from meshctl.words import shortened

_ISTIO_GROUPS = (
    "networking.istio.io", "security.istio.io", "telemetry.istio.io", "extensions.istio.io",
)  # fmt: skip
_V1_SINCE_1_22 = frozenset({
    "Gateway", "VirtualService", "DestinationRule", "ServiceEntry", "Sidecar", "WorkloadEntry",
    "WorkloadGroup", "PeerAuthentication", "Telemetry",
})  # fmt: skip
_OLD_WAYPOINT = "istio.io/for-service-account"


def _default_tracing(upgrade: Upgrade) -> Iterator[Outcome]:
    services = upgrade.mesh.named(Service, "zipkin")
    zipkin = [service for service in services if service.namespace == ISTIO_NAMESPACE]
    traced = any(telemetry.entries("tracing") for telemetry in upgrade.mesh.of(Telemetry))
    written = [*upgrade.installation.mesh_config("defaultConfig.tracing")]
    if zipkin and not traced and not any(setting.value for setting in written):
        note = f"{zipkin[0].title} gets the spans of proxies that nothing tells where to send them"
        yield Hit(
            zipkin[0].at("metadata", "name"), note,
            "proxies send spans to zipkin.istio-system:9411", "proxies send no spans",
        )  # fmt: skip


def _unselected_namespaces(upgrade: Upgrade) -> Iterator[Outcome]:
    if not upgrade.installation.mesh_configs:
        yield NO_MESH_CONFIG
    for setting in upgrade.installation.mesh_config("discoverySelectors"):
        if not isinstance(setting.value, list) or not setting.value:
            continue
        hidden, is_known = _hidden_homes(upgrade, setting)
        if is_known and not hidden:
            continue
        note = f"the mesh config of {setting.title} selects the namespaces that istiod sees"
        was = now = ""
        if hidden:
            note += f", but not {shortened(hidden)}, which hold Istio objects"
            was = f"Istio objects of {shortened(hidden)} count"
            now = "they are ignored"
        yield Hit(setting.ref, note, was, now)


def _hidden_homes(upgrade: Upgrade, setting: Setting) -> tuple[list[str], bool]:
    """The namespaces with Istio objects that no selector takes, and whether all are known."""
    homes = {resource.namespace for resource in upgrade.mesh.resources if _is_istio(resource)}
    homes.discard(upgrade.mesh.config.root_namespace)
    known = {namespace.name: namespace.labels for namespace in upgrade.mesh.of(Namespace)}
    hidden = [
        home for home in sorted(homes & known.keys())
        if not any(_selects(selector, known[home]) for selector in setting.value)
    ]  # fmt: skip
    return hidden, bool(homes) and homes <= known.keys()


def _selects(selector: object, labels: dict[str, str]) -> bool:
    """Does a label selector take a namespace? One with expressions may."""
    if not isinstance(selector, dict) or selector.get("matchExpressions"):
        return True
    wanted = selector.get("matchLabels")
    return not isinstance(wanted, dict) or selects(wanted, labels)


def _is_istio(resource: Resource) -> bool:
    return resource.group in _ISTIO_GROUPS


def _target_ports(upgrade: Upgrade) -> Iterator[Hit]:
    for entry in upgrade.mesh.of(ServiceEntry):
        if entry.resolution != "NONE":
            continue
        for port in entry.ports:
            if port.has("targetPort") and port.target != port.port:
                yield Hit(
                    port.at("targetPort"),
                    f"{entry.title} has resolution NONE and targetPort {port.target}",
                    f"connections to port {port.port} go to port {port.port}",
                    f"they go to port {port.target}",
                )  # fmt: skip


def _account_waypoints(upgrade: Upgrade) -> Iterator[Hit]:
    for gateway in upgrade.mesh.of(KubernetesGateway):
        if gateway.class_name == "istio-waypoint" and _OLD_WAYPOINT in gateway.annotations:
            ref = gateway.key("metadata", "annotations", _OLD_WAYPOINT)
            yield Hit(ref, f"{gateway.title} is a waypoint for a service account")


def _undirected(upgrade: Upgrade) -> Iterator[Hit]:
    for workload in upgrade.mesh.of(Workload):
        if workload.pod_annotations.get(REDIRECTION) == "disabled":
            path = paths_of(workload, "metadata", "annotations", REDIRECTION)
            yield Hit(
                workload.at(*path), f"{workload.title} keeps out of ambient mode by {REDIRECTION}",
                "its traffic passes ztunnel by", "ztunnel carries its traffic",
            )  # fmt: skip


def _external_profiles(upgrade: Upgrade) -> Iterator[Hit]:
    for operator in upgrade.installation.operators:
        if operator.spec.text("profile") == "external":
            yield Hit(operator.spec.at("profile"), f"{operator.title} has the profile external")


def _new_versions(upgrade: Upgrade) -> Iterator[Hit]:
    for version in of_versions(upgrade.mesh.resources, _ISTIO_GROUPS, "v1"):
        if version.kind in _V1_SINCE_1_22:
            yield Hit(
                version.at("apiVersion"), f"{version.title} is written in {version.api_version}"
            )


CHANGES = (
    Change(
        "1_22-019", Kind.DEFAULT_CHANGED, "telemetry",
        "Proxies don't send spans to Zipkin by default",
        "spans go nowhere unless the mesh config or a Telemetry says where.",
        "Name zipkin or opentelemetry in meshConfig.extensionProviders, and in a Telemetry.",
        _default_tracing, pins=(Pin("meshConfig.defaultConfig.tracing.zipkin.address",
                                    "zipkin.istio-system:9411"),),
        source="pkg/config/mesh/mesh.go, 1.22",
    ),
    Change(
        "1_22-020", Kind.DEFAULT_CHANGED, "traffic",
        "discoverySelectors hide Istio's own objects too",
        "istiod ignores Istio objects of namespaces that discoverySelectors don't take, and writes "
        "no root certificate there.",
        "Label the namespaces that hold Istio objects so that discoverySelectors take them.",
        _unselected_namespaces, pins=(Pin("ENABLE_ENHANCED_RESOURCE_SCOPING", "false"),),
        source="pilot/pkg/features/experimental.go, 1.22",
    ),
    Change(
        "1_22-021", Kind.DEFAULT_CHANGED, "traffic",
        "ServiceEntries of resolution NONE follow targetPort",
        "traffic goes to targetPort, where it went to the port that the client called.",
        "Remove targetPort from the ServiceEntry.",
        found_if(_target_ports), Severity.ERROR,
        pins=(Pin("ENABLE_RESOLUTION_NONE_TARGET_PORT", "false"),),
        source="pilot/pkg/features/experimental.go, 1.22",
    ),
    Change(
        "1_22-022", Kind.DEFAULT_CHANGED, "control-plane",
        "Proxies ask istiod for differences alone (delta xDS)",
        "tools of one's own that speak xDS with istiod and want the whole state may break.",
        "Set ISTIO_DELTA_XDS to false in proxyMetadata while such a tool is in use.",
        variable_unset("ISTIO_DELTA_XDS"), Severity.INFO, Phase.AFTER,
        (Pin("ISTIO_DELTA_XDS", "false"),), source="pilot/pkg/features/experimental.go, 1.22",
    ),
    Change(
        "1_22-023", Kind.REMOVED, "ambient",
        "Waypoints for service accounts are gone",
        "istiod ignores istio.io/for-service-account; what a waypoint is for is said by labels.",
        "Label the namespace, Service or pod with istio.io/use-waypoint.",
        found_if(_account_waypoints), Severity.ERROR,
        source="pilot/pkg/serviceregistry/kube/controller/ambient, 1.22",
    ),
    Change(
        "1_22-024", Kind.REMOVED, "ambient",
        "Pods can't leave ambient mode by an annotation",
        "ambient.istio.io/redirection: disabled means nothing to the CNI.",
        "Label the pod istio.io/dataplane-mode: none.",
        found_if(_undirected), Severity.ERROR, source="cni/pkg/util, 1.22",
    ),
    Change(
        "1_22-025", Kind.REMOVED, "installation",
        "Tokens of first parties are refused",
        "global.jwtPolicy: first-party-jwt isn't accepted; proxies need projected tokens.",
        "Remove jwtPolicy; every supported Kubernetes has projected tokens.",
        either(value_is("global.jwtPolicy", "first-party-jwt"),
               variable_is("JWT_POLICY", "first-party-jwt")),
        Severity.ERROR, source="manifests/charts/istio-control/istio-discovery, 1.22",
    ),
    Change(
        "1_22-026", Kind.REMOVED, "installation",
        "cni.privileged, pilot.plugins and global.oneNamespace are gone",
        "these values are unknown.",
        "Remove the values.",
        value("cni.privileged", "pilot.plugins", "global.oneNamespace"),
        source="operator/pkg/apis/values_types.proto, 1.22",
    ),
    Change(
        "1_22-027", Kind.DEFAULT_CHANGED, "installation",
        "The CNI handles pods of istio-system too",
        "cni.excludeNamespaces holds kube-system alone unless it is set.",
        "Set cni.excludeNamespaces to the namespaces that the CNI shall leave alone.",
        value_unset("cni.excludeNamespaces", ("cni",), only_if=installed("cni")), Severity.INFO,
        source="manifests/charts/istio-cni/values.yaml, 1.22",
    ),
    Change(
        "1_22-028", Kind.REMOVED, "installation",
        "The profile external is gone",
        "`istioctl install` doesn't find the profile external.",
        "Use the profile remote.",
        either(found_if(_external_profiles), value_is("profile", "external"),
               value_is("global.profile", "external")),
        Severity.ERROR, source="manifests/profiles, 1.22",
    ),
    Change(
        "1_22-029", Kind.DEPRECATED, "installation",
        "istio_cni moved to pilot.cni",
        "the values istio_cni are old names, and 1.24 doesn't know them.",
        "Move istio_cni to pilot.cni.",
        value("istio_cni", is_gone=False), Severity.INFO,
        source="manifests/charts/istio-control/istio-discovery/values.yaml, 1.22",
    ),
    Change(
        "1_22-030", Kind.REMOVED, "env",
        "Variables for headless listeners, the time limit of sending, HBONE and SDS are gone",
        "istiod ignores them; ambient mode is on by PILOT_ENABLE_AMBIENT.",
        "Remove the variables.",
        variable(
            "PILOT_ENABLE_HEADLESS_SERVICE_POD_LISTENERS", "PILOT_XDS_SEND_TIMEOUT",
            "PILOT_ENABLE_HBONE", "PILOT_ENABLE_AMBIENT_CONTROLLERS", "VERIFY_SDS_CERTIFICATE",
        ),
        source="pilot/pkg/features, 1.22",
    ),
    Change(
        "1_22-031", Kind.PROMOTED, "api",
        "Istio's kinds are served as v1",
        "v1 is served; a cluster with older CRDs refuses what is written in it.",
        "Keep v1beta1 until every cluster runs 1.22.",
        found_if(_new_versions), Severity.INFO, Phase.AFTER,
        source="manifests/charts/base/crds/crd-all.gen.yaml, 1.22",
    ),
    Change(
        "1_22-032", Kind.PROMOTED, "gateway-api",
        "GRPCRoutes are read as v1",
        "istiod reads GRPCRoute as v1, which needs CRDs of the Gateway API 1.1 or newer.",
        "Install the Gateway API 1.1 first, then write gateway.networking.k8s.io/v1.",
        api_version("GRPCRoute", "gateway.networking.k8s.io/v1alpha2", what="read as v1 then"),
        source="pkg/config/schema/metadata.yaml, 1.22",
    ),
    Change(
        "1_22-033", Kind.HAZARD, "telemetry",
        "Access logs in JSON have their keys in any order",
        "the order of keys in a line changes from proxy to proxy, until 1.25 sorts them.",
        "Read the lines as JSON, not by position.",
        mesh_config("accessLogEncoding", lambda value: value == "JSON"), Severity.INFO, Phase.AFTER,
        source="Envoy 1.30", backports=(Release(22, 3),),
    ),
)  # fmt: skip
