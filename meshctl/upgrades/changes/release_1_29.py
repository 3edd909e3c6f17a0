"""What Istio 1.29 changed for those who come from 1.28."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from meshctl.istio.annotation_names import DRY_RUN, PROXY_CONFIG
from meshctl.istio.labels import TUNNEL
from meshctl.istio.names import PROXY_CONTAINER
from meshctl.lazy_pattern import lazy_pattern
from meshctl.resources import (
    AuthorizationPolicy,
    RequestAuthentication,
    Service,
    Telemetry,
    Workload,
    WorkloadEntry,
)
from meshctl.rules.api import NotChecked, Severity
from meshctl.upgrades.change import Change, Hit, Kind, Outcome, Phase, Pin
from meshctl.upgrades.changes.release_1_25 import ambient_nodes
from meshctl.upgrades.changes.release_1_27 import outside_root, words_of
from meshctl.upgrades.questions import annotation, found_if, monitored, value_unset
from meshctl.upgrades.release import Release
from meshctl.upgrades.upgrade import Upgrade
from meshctl.upgrades.written import is_ambient_mesh

_DRY_RUN = "AMBIENT_ENABLE_DRY_RUN_AUTHORIZATION_POLICY"
_MESSAGE = "ISTIO_GPRC_MAXRECVMSGSIZE"
_MANY = 40_000
_LINK_LOCAL = (ip_network("169.254.0.0/16"), ip_network("fe80::/10"))
_METADATA = frozenset({
    "metadata", "metadata.google.internal", "metadata.goog", "instance-data",
    "instance-data.ec2.internal", "metadata.azure.internal", "metadata.azure.com",
    "metadata.packet.net", "metadata.platformequinix.com",
})  # fmt: skip
_XDS = lazy_pattern(r"istiod[\w.-]{0,200}:150(?:10|12)\b|xds://[\w.-]{0,200}istiod")
_GROUP = "gateway.networking.k8s.io"
_AUTO = "istio.io/autoRegistrationGroup"
_CPU = "sidecar.istio.io/proxyCPULimit"


def _dry_runs(upgrade: Upgrade) -> Iterator[Hit]:
    settings = upgrade.installation.variable(_DRY_RUN)
    if not any(setting.text.lower() == "true" for setting in settings):
        return
    for policy in upgrade.mesh.of(AuthorizationPolicy):
        if policy.annotations.get(DRY_RUN) == "true":
            yield Hit(
                policy.key("metadata", "annotations", DRY_RUN), f"{policy.title} is a dry run",
                "ztunnel doesn't get it", "ztunnel gets it, and one before 1.29 enforces it",
            )  # fmt: skip


def _large_meshes(upgrade: Upgrade) -> Iterator[Outcome]:
    if not is_ambient_mesh(upgrade) or upgrade.installation.variable(_MESSAGE):
        return
    if not upgrade.is_live:
        yield NotChecked("how many pods the mesh runs shows in a cluster alone")
    pods = sum(1 for workload in upgrade.mesh.of(Workload) if workload.kind == "Pod")
    services = upgrade.mesh.of(Service)
    if pods + len(services) > _MANY and services:
        note = f"the mesh has {pods} pods and {len(services)} Services"
        yield Hit(services[0].at("metadata", "name"), note)


def _xds_clients(upgrade: Upgrade) -> Iterator[Hit]:
    for workload in outside_root(upgrade, "Deployment", "StatefulSet", "DaemonSet", "Pod",
                                 "CronJob", "Job"):  # fmt: skip
        if isinstance(workload, Workload):
            for ref, text in words_of(workload):
                if _XDS.search(text):
                    yield Hit(ref, f"{workload.title} asks istiod by xDS")
                    break


def _local_keys(upgrade: Upgrade) -> Iterator[Hit]:
    for policy in upgrade.mesh.of(RequestAuthentication):
        for rule in policy.rules:
            host = _host(rule.keys_uri)
            if host and (host in _METADATA or _is_link_local(host)):
                yield Hit(
                    rule.at("jwksUri"), f"{policy.title} reads keys from {host}",
                    "istiod fetches them", "istiod refuses, so that tokens are rejected",
                )  # fmt: skip


def _host(uri: str) -> str:
    try:
        return (urlsplit(uri).hostname or "").lower()
    except ValueError:
        return ""


def _is_link_local(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in _LINK_LOCAL if network.version == address.version)


def _registered_machines(upgrade: Upgrade) -> Iterator[Hit]:
    if not is_ambient_mesh(upgrade):
        return
    for entry in upgrade.mesh.of(WorkloadEntry):
        labels = {**entry.spec.labels_of("labels"), **entry.labels}
        if (_AUTO in entry.annotations or _AUTO in labels) and TUNNEL not in labels:
            yield Hit(entry.at("metadata", "name"), f"{entry.title} registered itself")


def _beta_kinds(upgrade: Upgrade) -> Iterator[Hit]:
    for kind in ("Gateway", "GatewayClass", "HTTPRoute"):
        for resource in upgrade.of_kind(kind):
            if resource.api_version == f"{_GROUP}/v1beta1":
                yield Hit(
                    resource.at("apiVersion"),
                    f"{resource.title} is written in {resource.api_version}",
                )


def _limited_proxies(upgrade: Upgrade) -> Iterator[Hit]:
    if any(one.value for one in upgrade.installation.mesh_config("defaultConfig.concurrency")):
        return
    for _, setting in upgrade.installation.value("global.proxy.resources.limits.cpu"):
        if setting.value:
            yield Hit(setting.ref, f"{setting.title} limits the CPU of sidecars to {setting.text}")
    for workload in upgrade.mesh.of(Workload):
        if "concurrency" in workload.pod_annotations.get(PROXY_CONFIG, ""):
            continue
        if _CPU in workload.pod_annotations:
            path = (*workload.template.path, "metadata", "annotations", _CPU)
            yield Hit(workload.at(*path), f"{workload.title} limits the CPU of its proxy")
            continue
        for container in (*workload.containers, *workload.init_containers):
            limits = container.child("resources", "limits")
            if container.name == PROXY_CONTAINER and limits.has("cpu"):
                yield Hit(limits.at("cpu"), f"{workload.title} limits the CPU of its proxy")


def _http2_services(upgrade: Upgrade) -> Iterator[Hit]:
    for host in upgrade.mesh.registry:
        for port in host.ports:
            if port.protocol.name in {"HTTP2", "GRPC", "GRPC_WEB"}:
                yield Hit(
                    port.view.at(), f"port {port.number} of {host.source.title} is "
                    f"{port.protocol.name}",
                )  # fmt: skip


def _header_tags(upgrade: Upgrade) -> Iterator[Hit]:
    for telemetry in upgrade.mesh.of(Telemetry):
        for entry in telemetry.entries("tracing"):
            for name in entry.child("customTags").names():
                tag = entry.child("customTags", name)
                if tag.has("header"):
                    yield Hit(
                        tag.at("header"), f"{telemetry.title} takes tag {name} from a header",
                        "spans of TCP have the tag with its default", "they have none",
                    )  # fmt: skip


CHANGES = (
    Change(
        "1_29-100", Kind.REMOVED, "telemetry",
        "An annotation doesn't turn the compression of metrics off",
        "sidecar.istio.io/statsCompression does nothing: /stats/prometheus is compressed.",
        "Set statsCompression: false in the annotation proxy.istio.io/config.",
        annotation("sidecar.istio.io/statsCompression"),
        source="pkg/bootstrap, 1.29",
    ),
    Change(
        "1_29-101", Kind.DEFAULT_CHANGED, "telemetry",
        "Proxies don't say what is left of circuit breakers",
        "the series envoy_cluster_circuit_breakers_*_remaining_* disappear.",
        "Set DISABLE_TRACK_REMAINING_CB_METRICS to false where something reads them.",
        monitored(lazy_pattern(r"circuit_breakers_\w{0,200}remaining\w*"), "circuit_breakers", "which disappears"),
        pins=(Pin("DISABLE_TRACK_REMAINING_CB_METRICS", "false"),),
        source="pilot/pkg/features/pilot.go, 1.29",
    ),
    Change(
        "1_29-102", Kind.DEFAULT_CHANGED, "ambient",
        "The CNI rewrites the rules of running pods when it starts",
        "cni.ambient.reconcileIptablesOnStartup is true unless it is set.",
        "Set it to false where the network of running pods shall stay untouched.",
        value_unset("cni.ambient.reconcileIptablesOnStartup", ("cni",),
                    "ambient.reconcileIptablesOnStartup", only_if=ambient_nodes),
        Severity.INFO, Phase.DURING, (Pin("cni.ambient.reconcileIptablesOnStartup", "false"),),
        source="manifests/charts/istio-cni/values.yaml, 1.29",
    ),
    Change(
        "1_29-103", Kind.HAZARD, "ambient",
        "ztunnel is told of dry runs, which an old one takes seriously",
        "istiod sends dry-run policies to ztunnel; one before 1.29 enforces them.",
        "Upgrade ztunnel before istiod, or unset AMBIENT_ENABLE_DRY_RUN_AUTHORIZATION_POLICY.",
        found_if(_dry_runs), Severity.INFO, Phase.DURING,
        source="pilot/pkg/serviceregistry/kube/controller/ambient, 1.29",
    ),
    Change(
        "1_29-104", Kind.HAZARD, "control-plane",
        "Reconnecting ztunnels of large meshes need larger messages",
        "a ztunnel of a mesh of more than some 40,000 workloads and services names all it knows in "
        "one message, which istiod refuses above 4 MiB: it never connects again.",
        "Set ISTIO_GPRC_MAXRECVMSGSIZE to 33554432 on istiod.",
        _large_meshes, Severity.INFO, backports=(Release(29, 7), Release(30, 4), Release(31, 0)),
        source="pilot/pkg/features/tuning.go, 1.31",
    ),
    Change(
        "1_29-105", Kind.DEFAULT_CHANGED, "security",
        "Istio's objects by xDS are for the control plane alone",
        "istiod rejects clients outside the root namespace that read Istio's objects by xDS (MCP).",
        "Run such a client with the identity of the control plane.",
        found_if(_xds_clients), Severity.INFO,
        pins=(Pin("ENABLE_XDS_API_GENERATOR_AUTH", "false"),),
        backports=(Release(29, 7), Release(30, 4), Release(31, 0)),
        source="pilot/pkg/xds, 1.31",
    ),
    Change(
        "1_29-106", Kind.DEFAULT_CHANGED, "security",
        "istiod fetches no keys from addresses of the node",
        "istiod refuses jwksUri with a link-local address or a metadata server: tokens of that "
        "issuer are rejected. The branch 1.29 has it after 1.29.6, and so has 1.32; 1.30 and 1.31 "
        "may get it by a patch.",
        "Serve the keys from another address.",
        found_if(_local_keys), backports=(Release(29, 7), Release(32, 0)),
        source="pilot/pkg/model/jwks_resolver.go, 1.32",
    ),
    Change(
        "1_29-107", Kind.DEFAULT_CHANGED, "ambient",
        "Machines that registered before stay without HBONE",
        "a WorkloadEntry that a machine registered before has no mutual TLS until it registers "
        "anew.",
        "Label it networking.istio.io/tunnel: http, or let the machine register again.",
        found_if(_registered_machines), phase=Phase.AFTER,
        backports=(Release(29, 6), Release(30, 3), Release(31, 0)),
        source="pilot/pkg/autoregistration, 1.29.6",
    ),
    Change(
        "1_29-108", Kind.DEFAULT_CHANGED, "gateway-api",
        "Kinds of the Gateway API are read as v1",
        "istiod reads v1; the API server turns what is written in v1beta1 into it.",
        "Write gateway.networking.k8s.io/v1.",
        found_if(_beta_kinds), Severity.INFO, Phase.AFTER,
        source="pkg/config/schema/metadata.yaml, 1.29",
    ),
    Change(
        "1_29-109", Kind.HAZARD, "proxy",
        "Proxies have as many workers as their CPU limit allows",
        "a proxy without concurrency counts workers by its CPU limit, rounded down.",
        "Set concurrency in the ProxyConfig where the number matters.",
        found_if(_limited_proxies), Severity.INFO, Phase.AFTER,
        (Pin("ENVOY_CGROUP_CPU_DETECTION", "false"),), source="Envoy 1.37",
    ),
    Change(
        "1_29-110", Kind.HAZARD, "proxy",
        "Streams of HTTP/2 end with another code",
        "a reset has the code INTERNAL_ERROR, and protocol errors of a server aren't handed on.",
        "Check clients of these ports that look at codes of resets.",
        found_if(_http2_services), Severity.INFO, Phase.AFTER, source="Envoy 1.37",
    ),
    Change(
        "1_29-111", Kind.REMOVED, "telemetry",
        "Spans of TCP have no tags of headers",
        "custom tags of headers stand in spans of HTTP alone.",
        "Remove the tag, or don't count on it for TCP.",
        found_if(_header_tags), Severity.INFO, Phase.AFTER, source="Envoy 1.37",
    ),
)  # fmt: skip
