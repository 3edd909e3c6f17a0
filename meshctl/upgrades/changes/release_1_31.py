"""What Istio 1.31 changed for those who come from 1.30."""

from collections.abc import Iterator

from meshctl.istio.labels import GATEWAY_NAME
from meshctl.resources import DestinationRule, Gateway, KubernetesGateway, Service
from meshctl.rules.api import Severity
from meshctl.upgrades.change import Change, Hit, Kind, Outcome, Phase, Pin
from meshctl.upgrades.changes.release_1_21 import OLD_GATEWAY_LABEL
from meshctl.upgrades.changes.release_1_30 import routes_before_bundle
from meshctl.upgrades.questions import found_if, mesh_config, value_is, variable
from meshctl.upgrades.upgrade import Upgrade
from meshctl.upgrades.written import full_host, service_host

_TCP_BUNDLE = (1, 6, 0)
_OLD_PROFILES = tuple(f"1.{minor}" for minor in range(18, 25))


def _unready(upgrade: Upgrade) -> Iterator[Hit]:
    told = {
        full_host(rule.host, rule.namespace, upgrade.mesh)
        for rule in upgrade.mesh.of(DestinationRule)
        if rule.policy.child("outlierDetection").data.get("minHealthPercent") is not None
    }
    wide = [host for host in told if host.startswith("*")]
    for service in upgrade.mesh.of(Service):
        host = service_host(service, upgrade.mesh)
        is_told = host in told or any(host.endswith(pattern[1:]) for pattern in wide)
        if service.selector and not is_told:
            yield Hit(
                service.at("metadata", "name"),
                f"{service.title} has no outlierDetection with minHealthPercent",
                "proxies know the endpoints that are ready",
                "they know all, and use those that are ready while there are any",
            )  # fmt: skip


def _merged_gateways(upgrade: Upgrade) -> Iterator[Hit]:
    managed: dict[str, list[KubernetesGateway]] = {}
    for kubernetes in upgrade.mesh.of(KubernetesGateway):
        managed.setdefault(kubernetes.name, []).append(kubernetes)
    for gateway in upgrade.mesh.of(Gateway):
        selector = gateway.spec.labels_of("selector")
        for label in (GATEWAY_NAME, OLD_GATEWAY_LABEL):
            for other in managed.get(selector.get(label, ""), ()):
                if other.namespace != gateway.namespace:
                    yield Hit(
                        gateway.spec.at("selector", label),
                        f"{gateway.title} selects the pods of {other.title}, in another namespace",
                        "they serve its servers too", "they don't",
                    )  # fmt: skip


def _tcp_routes(upgrade: Upgrade) -> Iterator[Outcome]:
    return routes_before_bundle(upgrade, "TCPRoute", "tcproutes", _TCP_BUNDLE)


CHANGES = (
    Change(
        "1_31-123", Kind.DEFAULT_CHANGED, "traffic",
        "Proxies know the endpoints that aren't ready",
        "endpoints that aren't ready are sent too: a proxy uses none of them while others are "
        "healthy, and has no panic mode.",
        "Set outlierDetection.minHealthPercent where the old behaviour is wanted.",
        found_if(_unready), Severity.INFO, Phase.AFTER,
        (Pin("PILOT_AUTO_SEND_UNHEALTHY_ENDPOINTS", "false"),),
        source="pilot/pkg/features/experimental.go, 1.31",
    ),
    Change(
        "1_31-124", Kind.DEFAULT_CHANGED, "gateway-api",
        "Gateways of another namespace aren't merged into managed ones",
        "a Gateway of Istio doesn't add servers to the pods of a Gateway of the Gateway API in "
        "another namespace.",
        "Write listeners of the Gateway API, or deploy the gateway yourself.",
        found_if(_merged_gateways), Severity.ERROR,
        pins=(Pin("PILOT_ENABLE_STRICT_GATEWAY_MERGING", "false"),),
        source="pilot/pkg/features/pilot.go, 1.31",
    ),
    Change(
        "1_31-125", Kind.REMOVED, "env",
        "PILOT_SPAWN_UPSTREAM_SPAN_FOR_GATEWAY is gone",
        "istiod ignores it: gateways make the second span, also where a compatibilityVersion sets "
        "the variable.",
        "Remove the variable.",
        variable("PILOT_SPAWN_UPSTREAM_SPAN_FOR_GATEWAY"),
        source="pilot/pkg/features/telemetry.go, 1.31",
    ),
    Change(
        "1_31-126", Kind.DEFAULT_CHANGED, "gateway-api",
        "TCPRoutes are read as v1",
        "istiod reads TCPRoute as v1, which needs the Gateway API 1.6; with older CRDs it reads "
        "none.",
        "Install the Gateway API 1.6, then write TCPRoutes of v1.",
        _tcp_routes, phase=Phase.DURING, source="pkg/config/schema/metadata.yaml, 1.31",
    ),
    Change(
        "1_31-127", Kind.ADDED, "traffic",
        "serviceEntryVisibility hides ServiceEntries",
        "ServiceEntries are hidden from other namespaces as serviceEntryVisibility says; releases "
        "before ignore the setting.",
        "Check who uses the ServiceEntries of others before it counts.",
        mesh_config("serviceEntryVisibility"), Severity.INFO,
        source="mesh/v1alpha1/config.proto, 1.31",
    ),
    Change(
        "1_31-128", Kind.REMOVED, "installation",
        "compatibilityVersion is 1.25 or newer",
        "the charts fail, since they know no compatibility version before 1.25.",
        "Remove compatibilityVersion, after what it puts off is settled.",
        value_is("compatibilityVersion", *_OLD_PROFILES), Severity.ERROR,
        source="manifests/helm-profiles, 1.31",
    ),
)  # fmt: skip
