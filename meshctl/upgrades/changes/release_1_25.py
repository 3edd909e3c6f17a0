"""What Istio 1.25 changed for those who come from 1.24."""

from collections.abc import Iterator

from meshctl.istio.labels import AUTO_ALLOCATE_IP
from meshctl.istio.names import DNS_CAPTURE
from meshctl.resources import (
    AuthorizationPolicy,
    EnvoyFilter,
    ServiceEntry,
    VirtualService,
    WasmPlugin,
)
from meshctl.rules.api import Severity
from meshctl.upgrades.change import Change, Hit, Kind, Outcome, Phase, Pin
from meshctl.upgrades.chart_values import CHARTS, release_names
from meshctl.upgrades.patched_filters import holds, patches, types
from meshctl.upgrades.questions import (
    annotation,
    either,
    found_if,
    installed,
    mesh_config,
    provider,
    strings,
    value_unset,
    variable,
    variable_is,
)
from meshctl.upgrades.upgrade import Upgrade
from meshctl.upgrades.written import is_ambient_mesh

_INTERNAL = "x-envoy-"


def _internal_headers(upgrade: Upgrade) -> Iterator[Hit]:
    for virtual_service in upgrade.mesh.of(VirtualService):
        if not set(virtual_service.gateways) - {"mesh"}:
            continue
        for route in virtual_service.http:
            for match in route.matches:
                for key in ("headers", "withoutHeaders"):
                    for name in match.child(key).names():
                        if name.lower().startswith(_INTERNAL):
                            yield Hit(
                                match.key(key, name),
                                f"{virtual_service.title} matches {name} at a gateway",
                                "clients of private addresses may send it", "gateways remove it",
                            )  # fmt: skip
    for resource in (*upgrade.mesh.of(AuthorizationPolicy), *upgrade.mesh.of(EnvoyFilter)):
        if resource.document.may_hold((_INTERNAL,)):
            for ref, text in strings(resource.spec):
                if _INTERNAL in text.lower():
                    yield Hit(ref, f"{resource.title} names {text.strip()[:60]}")
                    break


def _census_filters(upgrade: Upgrade) -> Iterator[Hit]:
    for envoy_filter, patch in patches(upgrade):
        for ref, name in holds(patch, ("envoy.tracers.opencensus", "OpenCensusConfig")):
            yield Hit(
                ref, f"{envoy_filter.title} brings {name}", "the tracer runs",
                "the proxy refuses the listener",
            )  # fmt: skip
            break


def _allocated(upgrade: Upgrade) -> Iterator[Outcome]:
    captured = _is_dns_captured(upgrade)
    if captured is False:
        return
    for entry in upgrade.mesh.of(ServiceEntry):
        if entry.addresses or entry.resolution not in {"DNS", "DNS_ROUND_ROBIN", "STATIC"}:
            continue
        if AUTO_ALLOCATE_IP in entry.labels or any(host.startswith("*") for host in entry.hosts):
            continue
        condition = "" if captured else ", if its clients' DNS goes through the proxy"
        yield Hit(
            entry.spec.at("hosts"), f"{entry.title} has no addresses{condition}",
            "each proxy gives it an address of its own", "istiod gives it one of 240.240.0.0/16",
        )  # fmt: skip


def _is_dns_captured(upgrade: Upgrade) -> bool | None:
    """Does DNS go through proxies; ``None`` where the input doesn't tell?"""
    settings = upgrade.installation.variable(DNS_CAPTURE)
    if any(setting.text.lower() == "true" for setting in settings) or is_ambient_mesh(upgrade):
        return True
    return None if not upgrade.installation.mesh_configs else False


def ambient_nodes(upgrade: Upgrade) -> Iterator[Outcome]:
    """Is the CNI installed for ambient mode?"""
    settings = [setting for _, setting in upgrade.installation.value("cni.ambient.enabled")]
    by_profile = [setting for _, setting in upgrade.installation.value("profile")]
    operators = [
        istio_operator
        for istio_operator in upgrade.installation.operators
        if istio_operator.spec.text("profile") == "ambient"
    ]
    for setting in (*settings, *by_profile):
        if setting.text in {"true", "ambient"}:
            yield Hit(setting.ref, f"{setting.title} turns ambient mode on")
    for operator in operators:
        yield Hit(operator.spec.at("profile"), f"{operator.title} has the profile ambient")
    yield from installed("ztunnel")(upgrade)


def _renamed_ztunnel(upgrade: Upgrade) -> Iterator[Hit]:
    for chart, name, ref, title in release_names(upgrade.mesh.resources):
        is_named = any(True for _ in upgrade.installation.value("resourceName"))
        if CHARTS.get(chart) == "ztunnel" and name != "ztunnel" and not is_named:
            yield Hit(
                ref, f"{title} installs ztunnel as {name}", "its objects are named ztunnel",
                f"its objects are named {name}, and the old ones are removed",
            )  # fmt: skip


def _wasm(upgrade: Upgrade) -> Iterator[Hit]:
    for plugin in upgrade.mesh.of(WasmPlugin):
        yield Hit(plugin.spec.at("url"), f"{plugin.title} runs {plugin.url or 'Wasm'}")
    for envoy_filter, patch in patches(upgrade):
        for ref, name in types(patch):
            if name.endswith(".wasm.v3.Wasm"):
                yield Hit(ref, f"{envoy_filter.title} brings a Wasm filter")


CHANGES = (
    Change(
        "1_25-061", Kind.DEFAULT_CHANGED, "gateway",
        "No client is internal by its private address",
        "gateways remove x-envoy- headers of every request, where those of private addresses were "
        "kept.",
        "Set ENABLE_HCM_INTERNAL_NETWORKS to true and list the networks in meshNetworks, or use "
        "other headers.",
        found_if(_internal_headers), pins=(Pin("ENABLE_HCM_INTERNAL_NETWORKS", "true"),),
        source="Envoy 1.33",
    ),
    Change(
        "1_25-062", Kind.REMOVED, "telemetry",
        "The proxy has no OpenCensus",
        "the extension isn't in the proxy: it refuses a listener whose filter names it.",
        "Send traces by OpenTelemetry.",
        either(provider("openCensusAgent", "opencensus"), found_if(_census_filters)),
        Severity.ERROR, source="istio/proxy, 1.25",
    ),
    Change(
        "1_25-063", Kind.DEFAULT_CHANGED, "traffic",
        "istiod gives ServiceEntries their addresses",
        "a controller gives ServiceEntries without addresses one of 240.240.0.0/16, and writes it "
        "into their status; all proxies have the same.",
        "Set addresses, or label the ServiceEntry networking.istio.io/enable-autoallocate-ip: "
        '"false".',
        _allocated, Severity.INFO, pins=(Pin("PILOT_ENABLE_IP_AUTOALLOCATE", "false"),),
        source="pilot/pkg/features/pilot.go, 1.25",
    ),
    Change(
        "1_25-064", Kind.DEFAULT_CHANGED, "ambient",
        "DNS of pods in ambient mode goes through ztunnel",
        "cni.ambient.dnsCapture is true unless it is set, for pods that start then.",
        "Set cni.ambient.dnsCapture to false where DNS shall stay as it is.",
        value_unset("cni.ambient.dnsCapture", ("cni",), "ambient.dnsCapture",
                    only_if=ambient_nodes),
        pins=(Pin("cni.ambient.dnsCapture", "false"),),
        source="manifests/charts/istio-cni/values.yaml, 1.25",
    ),
    Change(
        "1_25-065", Kind.DEFAULT_CHANGED, "installation",
        "ztunnel's objects are named after the Helm release, in 1.25 alone",
        "a release with another name than ztunnel makes a second DaemonSet and removes the first; "
        "1.26 takes it back.",
        "Set resourceName to ztunnel.",
        found_if(_renamed_ztunnel), source="manifests/charts/ztunnel/templates, 1.25",
    ),
    Change(
        "1_25-066", Kind.DEPRECATED, "injection",
        "kubevirtInterfaces has another name",
        "traffic.sidecar.istio.io/kubevirtInterfaces is an old name.",
        "Use istio.io/reroute-virtual-interfaces.",
        annotation("traffic.sidecar.istio.io/kubevirtInterfaces"), Severity.INFO,
        source="tools/istio-iptables, 1.25",
    ),
    Change(
        "1_25-067", Kind.DEFAULT_CHANGED, "gateway",
        "Pods of the gateway chart keep out of ambient mode",
        "they have the label istio.io/dataplane-mode: none unless labels say otherwise.",
        "Set the label in labels of the chart where the gateway shall be in ambient mode.",
        value_unset("labels", ("gateway",), only_if=installed("gateway")), Severity.INFO,
        source="manifests/charts/gateway/values.yaml, 1.25",
    ),
    Change(
        "1_25-068", Kind.DEFAULT_CHANGED, "traffic",
        "Endpoints that terminate aren't sent as unhealthy ones",
        "with PILOT_SEND_UNHEALTHY_ENDPOINTS istiod leaves pods out that are about to end.",
        "Do nothing, unless something counted on those endpoints.",
        variable_is("PILOT_SEND_UNHEALTHY_ENDPOINTS", "true"), Severity.INFO, Phase.AFTER,
        source="pilot/pkg/serviceregistry/kube/controller, 1.25",
    ),
    Change(
        "1_25-069", Kind.REMOVED, "env",
        "Variables that kept the behaviour of 1.21 are gone",
        "istiod and the agent ignore them: what they put off comes now.",
        "Settle what the variable puts off, then remove it.",
        variable("ENABLE_ENHANCED_RESOURCE_SCOPING", "ENABLE_RESOLUTION_NONE_TARGET_PORT",
                 "PROXY_XDS_DEBUG_VIA_AGENT"),
        source="pilot/pkg/features, 1.25",
    ),
    Change(
        "1_25-070", Kind.HAZARD, "telemetry",
        "Numbers in access logs of JSON are numbers",
        "durations and codes are JSON numbers where they were texts, and keys are sorted.",
        "Let what reads the logs take numbers.",
        mesh_config("accessLogEncoding", lambda value: value == "JSON"), Severity.INFO, Phase.AFTER,
        source="Envoy 1.33",
    ),
    Change(
        "1_25-071", Kind.HAZARD, "proxy",
        "Wasm reads properties by their new names, and keeps the route",
        "plug-ins find nothing under attributes of old names, and a changed header doesn't choose "
        "another route by itself.",
        "Read xds.* attributes, and call clear_route_cache after a header was changed.",
        found_if(_wasm), Severity.INFO, source="Envoy 1.33",
    ),
)  # fmt: skip
