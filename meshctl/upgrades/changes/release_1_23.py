"""What Istio 1.23 changed for those who come from 1.22."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from meshctl.istio.labels import NETWORK
from meshctl.lazy_pattern import lazy_pattern
from meshctl.resources import DestinationRule, KubernetesGateway, Service, Telemetry, Workload
from meshctl.rules.api import Severity
from meshctl.upgrades.change import Change, Hit, Kind, Outcome, Phase, Pin
from meshctl.upgrades.questions import (
    either,
    found_if,
    monitored,
    provider,
    proxy_config,
    value,
    variable,
)
from meshctl.upgrades.upgrade import Upgrade
from meshctl.upgrades.written import paths_of

_EXCLUDED = "traffic.sidecar.istio.io/excludeOutbound"
_DNS_SERVICES = frozenset({"kube-dns", "coredns", "dns-default", "rke2-coredns-rke2-coredns"})
_USUAL_DNS = {
    "10.96.0.10": "kubeadm", "172.20.0.10": "EKS", "10.100.0.10": "EKS", "10.0.0.10": "AKS",
    "10.43.0.10": "k3s", "10.152.183.10": "MicroK8s", "172.30.0.10": "OpenShift",
}  # fmt: skip
_MANY_RULES = 100


def _dns_excluded(upgrade: Upgrade) -> Iterator[Hit]:
    servers = _dns_servers(upgrade)
    for workload in upgrade.mesh.of(Workload):
        annotations = workload.pod_annotations
        ports = annotations.get(f"{_EXCLUDED}Ports", "")
        ranges = annotations.get(f"{_EXCLUDED}IPRanges", "")
        if "53" in {port.strip() for port in ports.split(",")}:
            yield _bypassed(workload, "Ports", "port 53")
        covered = next((server for server in servers if _covers(ranges, server)), None)
        if covered is not None:
            yield _bypassed(workload, "IPRanges", f"{covered}, where {servers[covered]}")


def _bypassed(workload: Workload, what: str, covered: str) -> Hit:
    path = paths_of(workload, "metadata", "annotations", f"{_EXCLUDED}{what}")
    return Hit(
        workload.at(*path), f"{workload.title} excludes {covered}",
        "its DNS requests go through the proxy all the same", "they pass the proxy by",
    )  # fmt: skip


def _dns_servers(upgrade: Upgrade) -> dict[str, str]:
    """The addresses of DNS servers: those of the input, else those of usual clusters."""
    found = {
        service.spec.text("clusterIP"): f"{service.title} is"
        for service in upgrade.mesh.of(Service)
        if service.name in _DNS_SERVICES and service.spec.text("clusterIP")[:1].isdigit()
    }
    return found or {address: f"{who} has its DNS server" for address, who in _USUAL_DNS.items()}


def _covers(ranges: str, address: str) -> bool:
    for part in ranges.split(","):
        try:
            if ip_address(address) in ip_network(part.strip(), strict=False):
                return True
        except ValueError:
            continue
    return False


def _many_rules(upgrade: Upgrade) -> Iterator[Hit]:
    rules = upgrade.mesh.of(DestinationRule)
    if len(rules) >= _MANY_RULES:
        yield Hit(rules[0].at("metadata", "name"), f"the mesh has {len(rules)} DestinationRules")


def _stackdriver_telemetry(upgrade: Upgrade) -> Iterator[Hit]:
    for telemetry in upgrade.mesh.of(Telemetry):
        for signal, view in telemetry.providers:
            if view.text("name") == "stackdriver":
                yield Hit(view.at("name"), f"{telemetry.title} sends {signal} to stackdriver")


def _network_gateways(upgrade: Upgrade) -> Iterator[Outcome]:
    if upgrade.installation.variable("PILOT_MULTI_NETWORK_DISCOVER_GATEWAY_API"):
        return
    for gateway in upgrade.mesh.of(KubernetesGateway):
        if NETWORK in gateway.labels:
            network = gateway.labels[NETWORK]
            yield Hit(
                gateway.key("metadata", "labels", NETWORK), f"{gateway.title} is on {network}",
                "other networks don't use it", f"it is a way into {network} for other networks",
            )  # fmt: skip


CHANGES = (
    Change(
        "1_23-034", Kind.DEFAULT_CHANGED, "traffic",
        "Excluded ports and addresses hold for DNS too",
        "DNS requests pass the proxy by where an annotation excludes port 53 or the DNS server.",
        "Remove 53, or the range, from the annotation where DNS shall go through the proxy.",
        found_if(_dns_excluded), source="tools/istio-iptables, 1.23",
    ),
    Change(
        "1_23-035", Kind.DEFAULT_CHANGED, "telemetry",
        "Tags of Envoy's statistics are read with other patterns",
        "Envoy's own series may have other values in tags that are cut out of cluster names.",
        "Compare a sample of the series that dashboards and alerts ask for.",
        either(
            monitored(lazy_pattern(r"envoy_cluster_\w+|envoy_http_\w+|envoy_listener_\w+"), "envoy_",
                      "whose tags are read anew"),
            proxy_config("extraStatTags", "asks for more tags"),
            proxy_config("proxyStatsMatcher", "chooses Envoy's statistics"),
        ),
        Severity.INFO, Phase.AFTER, (Pin("ENABLE_DELIMITED_STATS_TAG_REGEX", "false"),),
        source="pilot/pkg/features/telemetry.go, 1.23",
    ),
    Change(
        "1_23-036", Kind.DEFAULT_CHANGED, "traffic",
        "Clusters are made when they are first used",
        "a proxy has no statistics of a cluster that no request has used.",
        "Let alerts bear that series are missing.",
        either(
            found_if(_many_rules),
            monitored(lazy_pattern(r"envoy_cluster_\w+"), "envoy_cluster_", "which starts with the first request"),
        ),
        Severity.INFO, Phase.AFTER, (Pin("ENABLE_DEFERRED_CLUSTER_CREATION", "false"),),
        source="pilot/pkg/features/experimental.go, 1.23",
    ),
    Change(
        "1_23-037", Kind.REMOVED, "telemetry",
        "Stackdriver is no provider",
        "istiod makes nothing of providers and tracers for Stackdriver.",
        "Send telemetry by OpenTelemetry.",
        either(provider("stackdriver"), found_if(_stackdriver_telemetry)),
        source="pilot/pkg/model/telemetry.go, 1.23",
    ),
    Change(
        "1_23-038", Kind.REMOVED, "telemetry",
        "OpenCensus is no tracer",
        "istiod makes no tracer for OpenCensus, so that no span is sent.",
        "Name opentelemetry in meshConfig.extensionProviders.",
        provider("opencensus", "openCensusAgent"),
        source="pilot/pkg/networking/core/tracing.go, 1.23",
    ),
    Change(
        "1_23-039", Kind.REMOVED, "installation",
        "cni.logLevel is gone",
        "the value does nothing.",
        "Set global.logging.level or cni.logging.level.",
        value("cni.logLevel"), source="manifests/charts/istio-cni/values.yaml, 1.23",
    ),
    Change(
        "1_23-040", Kind.REMOVED, "installation",
        "Values for MCP, sniffing and selectors of the webhook are gone",
        "these values are unknown.",
        "Remove the values.",
        value(
            "global.useMCP", "global.configRootNamespace", "global.defaultConfigVisibilitySettings",
            "pilot.useMCP", "pilot.configNamespace", "pilot.configSource",
            "pilot.enableProtocolSniffingForInbound", "pilot.enableProtocolSniffingForOutbound",
            "sidecarInjectorWebhook.objectSelector", "sidecarInjectorWebhook.useLegacySelectors",
        ),
        source="operator/pkg/apis/values_types.proto, 1.23",
    ),
    Change(
        "1_23-041", Kind.DEFAULT_CHANGED, "multicluster",
        "Gateways of the Gateway API lead into their network",
        "a Gateway with the label topology.istio.io/network counts as the way into that network.",
        "Set PILOT_MULTI_NETWORK_DISCOVER_GATEWAY_API to false, or remove the label.",
        _network_gateways, pins=(Pin("PILOT_MULTI_NETWORK_DISCOVER_GATEWAY_API", "false"),),
        source="pilot/pkg/features/pilot.go, 1.23",
    ),
    Change(
        "1_23-042", Kind.REMOVED, "env",
        "Variables for optimized pushes, distribution and Stackdriver are gone",
        "istiod and the agent ignore them.",
        "Remove the variables.",
        variable(
            "ISTIO_ENABLE_OPTIMIZED_SERVICE_PUSH", "ENABLE_OPTIMIZED_CONFIG_REBUILD",
            "PILOT_ENABLE_CONFIG_DISTRIBUTION_TRACKING", "STACKDRIVER_AUDIT_LOG",
            "GKE_CLUSTER_URL", "USE_EXTERNAL_WORKLOAD_SDS",
        ),
        Severity.INFO, source="pilot/pkg/features, 1.23",
    ),
)  # fmt: skip
