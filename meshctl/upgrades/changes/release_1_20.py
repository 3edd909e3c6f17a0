"""What Istio 1.20 changed for those who come from 1.19."""

from collections.abc import Iterator

from meshctl.resources import EnvoyFilter, Workload
from meshctl.rules.api import Severity
from meshctl.upgrades.change import Change, Hit, Kind
from meshctl.upgrades.patched_filters import anchors, holds
from meshctl.upgrades.questions import either, found_if, value, variable
from meshctl.upgrades.upgrade import Upgrade

_MOVED = frozenset({
    "istio.metadata_exchange", "istio.stats", "envoy.filters.http.jwt_authn",
    "envoy.filters.http.rbac", "envoy.filters.network.rbac", "envoy.filters.http.wasm",
})  # fmt: skip
_DROPPED = ("forward_downstream_sni", "tcp_cluster_rewrite", "sni_verifier")
_READINESS = "readiness.status.sidecar.istio.io/"
_OVERRIDES = tuple(
    _READINESS + name for name in ("initialDelaySeconds", "periodSeconds", "failureThreshold")
)


def _relative_inserts(upgrade: Upgrade) -> Iterator[Hit]:
    for envoy_filter in upgrade.mesh.of(EnvoyFilter):
        for patch in envoy_filter.patches:
            if patch.operation in {"INSERT_BEFORE", "INSERT_AFTER"}:
                for ref, name in anchors(patch):
                    if name in _MOVED:
                        yield Hit(ref, f"{envoy_filter.title} inserts next to {name}")


def _dropped_filters(upgrade: Upgrade) -> Iterator[Hit]:
    for envoy_filter in upgrade.mesh.of(EnvoyFilter):
        for patch in envoy_filter.patches:
            for ref, text in holds(patch, _DROPPED):
                yield Hit(
                    ref, f"{envoy_filter.title} brings {text}", "the filter runs",
                    "the proxy refuses the listener",
                )  # fmt: skip


def _probe_overrides(upgrade: Upgrade) -> Iterator[Hit]:
    for workload in upgrade.mesh.of(Workload):
        for name in _OVERRIDES:
            if name in workload.pod_annotations:
                path = (*workload.template.path, "metadata", "annotations", name)
                yield Hit(workload.at(*path), f"{workload.title} sets {name}")


CHANGES = (
    Change(
        "1_20-001", Kind.DEFAULT_CHANGED, "traffic",
        "Filters for metadata, tokens, authorization and statistics stand in another order",
        "the proxy puts them into one order for all directions, so that a filter that is inserted "
        "before or after one of them may land elsewhere.",
        "Compare the order of filters of one pod before and after; insert first, or next to the "
        "router, which doesn't move.",
        found_if(_relative_inserts),
        source="pilot/pkg/networking/core, 1.20",
    ),
    Change(
        "1_20-002", Kind.REMOVED, "traffic",
        "The filters forward_downstream_sni, tcp_cluster_rewrite and sni_verifier are gone",
        "the proxy doesn't know these filters and refuses every listener that has one.",
        "Remove the patch of the EnvoyFilter, or write the filter anew in Wasm.",
        found_if(_dropped_filters), Severity.ERROR,
        source="istio/proxy, 1.20",
    ),
    Change(
        "1_20-003", Kind.DEFAULT_CHANGED, "injection",
        "Sidecars have a startup probe, and readiness probes that wait less",
        "a startup probe guards the start of the sidecar, and its readiness probe starts at once, "
        "asks every 15 seconds and gives up after 4 failures.",
        "Remove the readiness settings that were made for slow starts, or turn the startup probe "
        "off with the value global.proxy.startupProbe.enabled.",
        either(
            found_if(_probe_overrides),
            value("global.proxy.readinessInitialDelaySeconds", "global.proxy.readinessPeriodSeconds",
                  "global.proxy.readinessFailureThreshold", is_gone=False),
        ), Severity.INFO,
        source="manifests/charts/istio-control/istio-discovery/values.yaml, 1.20",
    ),
    Change(
        "1_20-004", Kind.REMOVED, "env",
        "DestinationRules inherit nothing, whatever the variable says",
        "istiod ignores PILOT_ENABLE_DESTINATION_RULE_INHERITANCE, so that the policy of the mesh "
        "or of a namespace no longer reaches the DestinationRules below it.",
        "Write the inherited policy into each DestinationRule, then remove the variable.",
        variable("PILOT_ENABLE_DESTINATION_RULE_INHERITANCE"),
        source="pilot/pkg/features/pilot.go, 1.20",
    ),
)  # fmt: skip
