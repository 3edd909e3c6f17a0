"""What Istio 1.28 changed for those who come from 1.27."""

import re
from collections.abc import Iterator

from meshctl.istio.durations import nanoseconds
from meshctl.lazy_pattern import lazy_pattern
from meshctl.resources import (
    DestinationRule,
    EnvoyFilter,
    Gateway,
    KubernetesGateway,
    Ref,
    Route,
    ServiceEntry,
    Telemetry,
    VirtualService,
)
from meshctl.rules.api import Severity
from meshctl.upgrades.change import Change, Hit, Kind, Phase, Pin
from meshctl.upgrades.changes.release_1_27 import storage_versions
from meshctl.upgrades.patched_filters import keys, patches, value_of
from meshctl.upgrades.questions import api_version, found_if, strings, variable
from meshctl.upgrades.upgrade import Upgrade
from meshctl.upgrades.written import http_routes, is_ambient_mesh

_STREAMS = 1024
_ALWAYS_TRACED = 31
"""The minor release that ignores what keeps the second span away."""
_HTTP2 = frozenset({"HTTP2", "GRPC", "GRPC_WEB"})
_FORMATTERS = lazy_pattern(r"%(?:DYNAMIC_METADATA|UPSTREAM_METADATA|PER_REQUEST_STATE)\(\[?\"")
_SOCKETS = lazy_pattern(r"(?:^|[^a-z])(?:ws|wss|websockets?|socket\.io)(?:$|[^a-z])", re.IGNORECASE)
_GROUP = "gateway.networking.k8s.io"


def _passthrough_entries(upgrade: Upgrade) -> Iterator[Hit]:
    if not is_ambient_mesh(upgrade):
        return
    for entry in upgrade.mesh.of(ServiceEntry):
        if entry.resolution == "NONE":
            yield Hit(
                entry.spec.at("resolution"), f"{entry.title} has resolution NONE",
                "ztunnel knows nothing of it", "ztunnel passes its traffic through",
            )  # fmt: skip


def _stable_backend_tls(upgrade: Upgrade) -> Iterator[Hit]:
    for resource in upgrade.of_kind("BackendTLSPolicy"):
        if resource.api_version == f"{_GROUP}/v1":
            yield Hit(
                resource.at("metadata", "name"), f"{resource.title} is of {resource.api_version}",
                "istiod ignores it", "gateways follow it",
            )  # fmt: skip


def _mirrors(upgrade: Upgrade) -> Iterator[Hit]:
    for virtual_service, route in http_routes(upgrade):
        for mirror in route.mirrors:
            yield Hit(
                mirror.at("host"), f"{virtual_service.title} mirrors requests to {mirror.host}",
                "the Host of a copy ends with -shadow", "it is that of the request",
            )  # fmt: skip


def _traced_gateways(upgrade: Upgrade) -> Iterator[Hit]:
    gateways = (*upgrade.mesh.of(Gateway), *upgrade.mesh.of(KubernetesGateway))
    name = "PILOT_SPAWN_UPSTREAM_SPAN_FOR_GATEWAY"
    settings = upgrade.installation.variable(name)
    is_told = any(setting.text.lower() == "true" for setting in settings)
    if is_told or (settings and upgrade.target.minor < _ALWAYS_TRACED):
        return
    for telemetry in upgrade.mesh.of(Telemetry):
        if telemetry.entries("tracing"):
            yield Hit(telemetry.spec.key("tracing"), f"{telemetry.title} turns traces on")
            return
    for setting in (
        *upgrade.installation.mesh_config("enableTracing"),
        *upgrade.installation.mesh_config("defaultConfig.tracing"),
    ):
        if setting.value and (gateways or upgrade.installation.anchor is not None):
            yield Hit(setting.ref, f"the mesh config of {setting.title} turns traces on")
            return


def _security_crds(upgrade: Upgrade) -> Iterator[Hit]:
    return storage_versions(upgrade, "security.istio.io")


def _many_streams(upgrade: Upgrade) -> Iterator[Hit]:
    for rule in upgrade.mesh.of(DestinationRule):
        http = rule.policy.child("connectionPool", "http")
        if http.has("http2MaxRequests"):
            continue
        streams = http.number("maxConcurrentStreams") or 0
        if (
            http.text("h2UpgradePolicy") == "UPGRADE"
            or streams > _STREAMS
            or _is_http2(upgrade, rule)
        ):
            yield Hit(
                rule.spec.at("host"), f"{rule.title} sets no http2MaxRequests for {rule.host}",
                "a connection has any number of streams", f"it has at most {_STREAMS}",
            )  # fmt: skip
    for envoy_filter, patch in patches(upgrade):
        for ref, key in keys(value_of(patch)):
            if key == "http2_protocol_options":
                yield Hit(ref, f"{envoy_filter.title} patches some options of HTTP/2")


def _is_http2(upgrade: Upgrade, rule: DestinationRule) -> bool:
    host = upgrade.mesh.traffic.destination_rules.host_of(rule)
    return any(
        port.protocol.name in _HTTP2
        for registered in upgrade.mesh.registry.at(host)
        for port in registered.ports
    )


def _formatters(upgrade: Upgrade) -> Iterator[Hit]:
    for resource in (*upgrade.mesh.of(VirtualService), *upgrade.mesh.of(EnvoyFilter),
                     *upgrade.mesh.of(Telemetry)):  # fmt: skip
        if resource.document.may_hold(("METADATA(", "PER_REQUEST_STATE(")):
            for ref, text in strings(resource.spec):
                yield from _formatter(ref, text, resource.title)
    for config in upgrade.installation.mesh_configs:
        for ref, text in strings(config.view):
            yield from _formatter(ref, text, f"the mesh config of {config.title}")


def _formatter(ref: Ref, text: str, title: str) -> Iterator[Hit]:
    found = _FORMATTERS.search(text)
    if found is not None:
        yield Hit(ref, f"{title} writes {found[0].rstrip()}…")


def _web_sockets(upgrade: Upgrade) -> Iterator[Hit]:
    for virtual_service, route in http_routes(upgrade):
        timeout = nanoseconds(route.text("timeout"))
        per_try = nanoseconds(route.child("retries").text("perTryTimeout"))
        if (timeout or per_try) and _is_of_web_sockets(route):
            view = route if timeout else route.child("retries")
            key = "timeout" if timeout else "perTryTimeout"
            yield Hit(
                view.at(key), f"a route of {virtual_service.title} with {key} {view.text(key)} "
                "takes WebSockets",
                "a WebSocket lives until somebody closes it", f"it ends after {view.text(key)}",
            )  # fmt: skip


def _is_of_web_sockets(route: Route) -> bool:
    if _SOCKETS.search(route.name):
        return True
    for match in route.matches:
        for name, value in match.child("headers").data.items():
            if str(name).lower() == "upgrade" and "websocket" in str(value).lower():
                return True
        if any(_SOCKETS.search(text) for _, text in strings(match.child("uri"))):
            return True
    return any(
        _SOCKETS.search(destination.host.partition(".")[0]) for destination in route.destinations
    )


CHANGES = (
    Change(
        "1_28-089", Kind.DEFAULT_CHANGED, "ambient",
        "ztunnel passes traffic of ServiceEntries without resolution through",
        "a ServiceEntry of resolution NONE is a service of ztunnel, which one older than istiod "
        "refuses.",
        "Upgrade ztunnel right after istiod.",
        found_if(_passthrough_entries), phase=Phase.DURING,
        source="pilot/pkg/serviceregistry/kube/controller/ambient, 1.28",
    ),
    Change(
        "1_28-090", Kind.REMOVED, "gateway-api",
        "BackendTLSPolicies of alpha versions aren't read",
        "istiod reads gateway.networking.k8s.io/v1 alone, of the Gateway API 1.4 or newer.",
        "Install the Gateway API 1.4, and write the policies as v1.",
        api_version("BackendTLSPolicy", f"{_GROUP}/v1alpha2", f"{_GROUP}/v1alpha3",
                    what="which isn't read then"),
        Severity.ERROR, source="pkg/config/schema/metadata.yaml, 1.28",
    ),
    Change(
        "1_28-091", Kind.DEFAULT_CHANGED, "gateway-api",
        "BackendTLSPolicies of v1 count without a flag",
        "Istio's gateways follow BackendTLSPolicies, those that are meant for others too.",
        "Check the targetRefs of each policy.",
        found_if(_stable_backend_tls), source="pilot/pkg/config/kube/gateway, 1.28",
    ),
    Change(
        "1_28-092", Kind.REMOVED, "gateway-api",
        "InferencePools of x-k8s.io aren't read",
        "istiod reads InferencePool of inference.networking.k8s.io/v1 alone.",
        "Write inference.networking.k8s.io/v1, with endpointPickerRef.port.number.",
        api_version("InferencePool", "inference.networking.x-k8s.io/v1alpha2",
                    what="which isn't read then"),
        Severity.ERROR, source="pkg/config/schema/metadata.yaml, 1.28",
    ),
    Change(
        "1_28-093", Kind.REMOVED, "env",
        "Variables for rotating metrics are gone",
        "istiod ignores METRIC_ROTATION_INTERVAL and METRIC_GRACEFUL_DELETION_INTERVAL: old series "
        "stay.",
        "Annotate pods with sidecar.istio.io/statsEvictionInterval.",
        variable("METRIC_ROTATION_INTERVAL", "METRIC_GRACEFUL_DELETION_INTERVAL"),
        source="pilot/pkg/features/telemetry.go, 1.28",
    ),
    Change(
        "1_28-094", Kind.DEFAULT_CHANGED, "traffic",
        "Mirrored requests keep their Host",
        "the Host of a copy doesn't end with -shadow.",
        "Let the destination of the mirror tell copies by something else.",
        found_if(_mirrors), Severity.INFO, pins=(Pin("DISABLE_SHADOW_HOST_SUFFIX", "false"),),
        source="pilot/pkg/networking/core/route/route.go, 1.28",
    ),
    Change(
        "1_28-095", Kind.DEFAULT_CHANGED, "telemetry",
        "Gateways make a span of each request to a workload",
        "a trace has a second span of the gateway for each request that it sends on.",
        "Do nothing, unless spans cost money; the flag that turns it off is gone in 1.31.",
        found_if(_traced_gateways), Severity.INFO, Phase.AFTER,
        (Pin("PILOT_SPAWN_UPSTREAM_SPAN_FOR_GATEWAY", "false"),),
        source="pilot/pkg/features/telemetry.go, 1.28",
    ),
    Change(
        "1_28-096", Kind.DEFAULT_CHANGED, "api",
        "Kinds of security.istio.io are kept as v1",
        "the CRDs keep new and changed objects as v1; old ones stay as they were stored.",
        "Rewrite all objects once before a CRD drops an old version.",
        found_if(_security_crds), Severity.INFO, Phase.AFTER,
        source="manifests/charts/base/files/crd-all.gen.yaml, 1.28",
    ),
    Change(
        "1_28-097", Kind.HAZARD, "proxy",
        "A connection of HTTP/2 has 1,024 streams at most",
        "defaults of HTTP/2 fall to 1,024 streams, windows of 16 MiB a stream and 24 MiB a "
        "connection.",
        "Allow more connections, or patch all options of HTTP/2 that matter.",
        found_if(_many_streams), Severity.INFO, source="Envoy 1.36",
    ),
    Change(
        "1_28-098", Kind.HAZARD, "proxy",
        "Old formats of metadata and state in headers and logs will go",
        "the formats with a list in quotes are deprecated.",
        "Write %DYNAMIC_METADATA(namespace:key)% and %FILTER_STATE(key:PLAIN)%.",
        found_if(_formatters), Severity.INFO, source="Envoy 1.36",
    ),
    Change(
        "1_28-099", Kind.HAZARD, "proxy",
        "Timeouts end WebSockets",
        "timeouts of a route, and of an attempt, hold for upgraded connections too.",
        "Set timeout: 0s on routes that take WebSockets.",
        found_if(_web_sockets), Severity.INFO, source="Envoy 1.36",
    ),
)  # fmt: skip
