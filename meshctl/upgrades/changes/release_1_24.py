"""What Istio 1.24 changed for those who come from 1.23."""

from collections.abc import Iterator

from meshctl.istio.labels import TLS_MODE
from meshctl.lazy_pattern import lazy_pattern
from meshctl.mesh.core import selects
from meshctl.mesh.injection import is_operator
from meshctl.resources import (
    DestinationRule,
    Ref,
    Route,
    ServiceEntry,
    Sidecar,
    Telemetry,
    Workload,
    WorkloadEntry,
)
from meshctl.rules.api import Severity
from meshctl.upgrades.change import Change, Hit, Kind, Outcome, Phase, Pin
from meshctl.upgrades.changes.release_1_21 import old_gateway_labels
from meshctl.upgrades.chart_values import charts_in
from meshctl.upgrades.questions import (
    all_annotations,
    annotation,
    either,
    first,
    found_if,
    monitored,
    strings,
    value,
    value_is,
    variable,
    variable_unset,
)
from meshctl.upgrades.upgrade import Upgrade
from meshctl.upgrades.written import (
    full_host,
    hosts_of_several,
    http_routes,
    sidecar_workloads,
    tls_settings,
)
from meshctl.words import amount, shortened

_BEFORE = "connect-failure,refused-stream,unavailable,cancelled,503"
_AFTER = "connect-failure,refused-stream,unavailable,cancelled"
_WASM_ATTRIBUTES = lazy_pattern(
    r"(wasm\.(?:up|down)stream_peer|(?:^|[^.\w])istio_responseClass|(?:^|[^.\w])node\.)"
)


def _operators(upgrade: Upgrade) -> Iterator[Hit]:
    for workload in upgrade.mesh.of(Workload):
        if is_operator(workload):
            yield Hit(workload.at("metadata", "name"), f"{workload.title} runs Istio's operator")
    for chart, ref, title in charts_in(upgrade.mesh.resources):
        if chart == "istio-operator":
            yield Hit(ref, f"{title} installs Istio's operator")


def _default_retries(upgrade: Upgrade) -> Iterator[Hit]:
    policies = upgrade.installation.mesh_config("defaultHttpRetryPolicy.retryOn")
    is_told = any(setting.value for setting in policies)
    for virtual_service, route in http_routes(upgrade):
        if not _is_retried_by_default(route, is_told=is_told):
            continue
        written = route.child("retries")
        times = amount(written.number("attempts") or 2, "more attempt")
        yield Hit(
            written.at("attempts") if written.data else _route_place(route),
            f"a route of {virtual_service.title} leaves open what is tried again",
            f"{times} on {_BEFORE}", f"{times} on {_AFTER}",
        )  # fmt: skip


def _is_retried_by_default(route: Route, *, is_told: bool) -> bool:
    if not route.routes:
        return False
    retries = route.child("retries")
    if not route.has("retries"):
        return not is_told
    return not retries.text("retryOn") and retries.number("attempts") != 0


def _route_place(route: Route) -> Ref:
    return route.key("route")


def _inbound(upgrade: Upgrade) -> Iterator[Hit]:
    for workload in sidecar_workloads(upgrade):
        yield Hit(workload.at("metadata", "name"), f"{workload.title} has a sidecar, as others may")


def _exported_apart(upgrade: Upgrade) -> Iterator[Hit]:
    groups: dict[tuple[str, str], list[DestinationRule]] = {}
    for rule in upgrade.mesh.of(DestinationRule):
        host = full_host(rule.host, rule.namespace, upgrade.mesh)
        groups.setdefault((host, rule.namespace), []).append(rule)
    for (host, _), rules in groups.items():
        if len({frozenset(rule.export_to or ("*",)) for rule in rules}) < 2:  # noqa: PLR2004
            continue
        names = shortened([rule.name for rule in rules])
        for rule in rules:
            yield Hit(
                rule.spec.at("exportTo"),
                f"{rule.title} is one of {len(rules)} for {host} with different exportTo",
                f"{names} are merged", f"each client follows one of {names} alone",
            )  # fmt: skip


def _labelled_entries(upgrade: Upgrade) -> Iterator[Hit]:
    rules = {
        full_host(rule.host, rule.namespace, upgrade.mesh): rule
        for rule in upgrade.mesh.of(DestinationRule)
        if any(tls_settings(rule))
    }
    for entry in upgrade.mesh.of(ServiceEntry) if rules else ():
        rule = next((rules[host] for host in entry.hosts if host in rules), None)
        if rule is not None and entry.is_external and _has_mesh_endpoint(upgrade, entry):
            yield Hit(
                rule.spec.at("trafficPolicy"),
                f"{rule.title} sets TLS to {rule.host}, whose endpoints carry {TLS_MODE}: istio",
                "the label of the endpoint decides: mutual TLS of the mesh",
                "the DestinationRule decides",
            )  # fmt: skip


def _has_mesh_endpoint(upgrade: Upgrade, entry: ServiceEntry) -> bool:
    if any(endpoint.labels.get(TLS_MODE) == "istio" for endpoint in entry.endpoints):
        return True
    if not entry.workload_selector:
        return False
    labels = [
        workload_entry.spec.labels_of("labels")
        for workload_entry in upgrade.mesh.of(WorkloadEntry)
        if workload_entry.namespace == entry.namespace
    ]
    labels += [
        workload.pod_labels
        for workload in upgrade.mesh.of(Workload)
        if workload.namespace == entry.namespace
    ]
    return any(
        each.get(TLS_MODE) == "istio" and selects(entry.workload_selector, each) for each in labels
    )


def _several_owners(upgrade: Upgrade) -> Iterator[Hit]:
    scoped = len(upgrade.mesh.of(Sidecar))
    for host, sources in hosts_of_several(upgrade):
        last = sources[-1]
        is_service = sorted(sources, key=lambda source: source.kind != "Service")
        now = "the one of its own namespace, then the Kubernetes Service, then any"
        yield Hit(
            last.at("metadata", "name"),
            f"{shortened([source.title for source in sources])} declare {host}",
            "where a Sidecar narrows a proxy, any of them may count" if scoped else "",
            f"for proxies with a Sidecar: {now}, here {is_service[0].title}" if scoped else "",
        )  # fmt: skip


def _wasm_attributes(upgrade: Upgrade) -> Iterator[Hit]:
    for telemetry in upgrade.mesh.of(Telemetry):
        for ref, text in strings(telemetry.spec):
            if ref.path[-1] in {"value", "expression"} and _WASM_ATTRIBUTES.search(text):
                found = _WASM_ATTRIBUTES.search(text)
                name = found[1].strip(" (!") if found is not None else text
                yield Hit(ref, f"{telemetry.title} asks for {name}", text, "unknown, or dropped")


def _remote_charts(upgrade: Upgrade) -> Iterator[Hit]:
    for chart, ref, title in charts_in(upgrade.mesh.resources):
        if chart == "istiod-remote":
            yield Hit(ref, f"{title} installs the chart istiod-remote")
    for values in upgrade.installation.values:
        if values.chart == "istiod-remote" and not values.view.resource.kind:
            yield Hit(values.view.at(), f"{values.title} is for the chart istiod-remote")
    for operator in upgrade.installation.operators:
        part = operator.components.child("istiodRemote")
        if part.data:
            yield Hit(part.at(), f"{operator.title} has the component istiodRemote")


def _unadopted(upgrade: Upgrade) -> Iterator[Outcome]:
    settings = [setting for _, setting in upgrade.installation.value("base.enableCRDTemplates")]
    if settings:
        return
    for crd in upgrade.of_kind("CustomResourceDefinition"):
        is_istio = crd.name.endswith(".istio.io")
        if is_istio and crd.labels.get("app.kubernetes.io/managed-by") != "Helm":
            yield Hit(crd.at("metadata", "name"), f"{crd.title} isn't managed by Helm")


def _log_rotation(upgrade: Upgrade) -> Iterator[Hit]:
    for workload in upgrade.mesh.of(Workload):
        for container in (*workload.containers, *workload.init_containers):
            for key in ("args", "command"):
                for index, word in enumerate(container.texts(key)):
                    if "--log_rotate" in word:
                        yield Hit(container.at(key, index), f"{workload.title} is given {word}")
    for resource, path, annotations in all_annotations(upgrade.mesh.resources):
        for name, text in annotations.items():
            if "log_rotate" in text and "istio" in name:
                ref = Ref(resource, (*path, "annotations", name))
                yield Hit(ref, f"{resource.title} names log_rotate")


CHANGES = (
    Change(
        "1_24-043", Kind.REMOVED, "installation",
        "Istio's operator in the cluster is gone",
        "nobody reconciles IstioOperator objects: there is no operator of this release.",
        "Install by istioctl or Helm, and delete the operator and its objects.",
        found_if(_operators), Severity.ERROR, source="operator/, 1.24",
    ),
    Change(
        "1_24-044", Kind.DEFAULT_CHANGED, "traffic",
        "Answers with 503 aren't tried again by default",
        "503 is none of the default reasons to try a request again.",
        "Write retries with retryOn and 503 where trying again does no harm.",
        found_if(_default_retries), Severity.INFO, Phase.BEFORE,
        (Pin("EXCLUDE_UNSAFE_503_FROM_DEFAULT_RETRY", "false"),),
        source="pilot/pkg/networking/core/route/retry, 1.24",
    ),
    Change(
        "1_24-045", Kind.DEFAULT_CHANGED, "traffic",
        "Sidecars try a request again that the application's connection lost",
        "a sidecar sends a request once more where the application closed the connection before it "
        "read anything.",
        "Do nothing; applications that count connections may see one more.",
        first(found_if(_inbound)), Severity.INFO, Phase.AFTER,
        (Pin("ENABLE_INBOUND_RETRY_POLICY", "false"),),
        source="pilot/pkg/features/pilot.go, 1.24",
    ),
    Change(
        "1_24-046", Kind.DEFAULT_CHANGED, "traffic",
        "DestinationRules with different exportTo aren't merged",
        "of several DestinationRules of a namespace for one host, those with another exportTo are "
        "not merged: a client follows one of them alone.",
        "Give the DestinationRules one exportTo, or make one of them.",
        found_if(_exported_apart), pins=(Pin("ENABLE_ENHANCED_DESTINATIONRULE_MERGE", "false"),),
        source="pilot/pkg/features/experimental.go, 1.24",
    ),
    Change(
        "1_24-047", Kind.DEFAULT_CHANGED, "traffic",
        "TLS of a DestinationRule counts more than the label of an endpoint outside",
        "the tls settings of the DestinationRule win over security.istio.io/tlsMode on endpoints "
        "of a ServiceEntry outside the mesh.",
        "Check that the tls settings are those that the endpoints expect.",
        found_if(_labelled_entries),
        pins=(Pin("PREFER_DESTINATIONRULE_TLS_FOR_EXTERNAL_SERVICES", "false"),),
        source="pilot/pkg/features/pilot.go, 1.24",
    ),
    Change(
        "1_24-048", Kind.DEFAULT_CHANGED, "traffic",
        "A Sidecar doesn't change which of several owners of a host counts",
        "a proxy with a Sidecar sees the host of its own namespace, then that of the Kubernetes "
        "Service, then any, as proxies without one do.",
        "Leave one owner to each host.",
        found_if(_several_owners), Severity.INFO,
        pins=(Pin("PILOT_UNIFIED_SIDECAR_SCOPE", "false"),),
        source="pilot/pkg/model/sidecar.go, 1.24",
    ),
    Change(
        "1_24-049", Kind.REMOVED, "telemetry",
        "Attributes of the old Wasm filters are gone",
        "expressions over them have no value, and a log filter of them drops every line.",
        "Use filter_state.downstream_peer, filter_state.upstream_peer and xds.node.",
        found_if(_wasm_attributes), Severity.ERROR, source="istio/proxy, 1.24",
    ),
    Change(
        "1_24-050", Kind.REMOVED, "gateway-api",
        "Managed gateways don't have the label istio.io/gateway-name",
        "what selects by istio.io/gateway-name selects nothing.",
        "Select by gateway.networking.k8s.io/gateway-name.",
        found_if(old_gateway_labels), Severity.ERROR,
        source="pilot/pkg/config/kube/gateway, 1.24",
    ),
    Change(
        "1_24-051", Kind.REMOVED, "injection",
        "Core dumps can't be turned on by an annotation or a value",
        "sidecar.istio.io/enableCoreDump and global.proxy.enableCoreDump do nothing.",
        "Set up the node and the pod for core dumps by hand where they are needed.",
        either(annotation("sidecar.istio.io/enableCoreDump"), value("global.proxy.enableCoreDump")),
        source="manifests/charts/istio-control/istio-discovery/files, 1.24",
    ),
    Change(
        "1_24-052", Kind.REMOVED, "installation",
        "The chart istiod-remote is a part of the chart istiod",
        "there is no chart istiod-remote of this release.",
        "Install the chart istiod with profile=remote.",
        found_if(_remote_charts), Severity.ERROR, source="manifests/charts, 1.24",
    ),
    Change(
        "1_24-053", Kind.REMOVED, "installation",
        "istio_cni is gone",
        "the values istio_cni do nothing: sidecars get an init container where the CNI was on.",
        "Move istio_cni to pilot.cni.",
        value("istio_cni"), Severity.ERROR,
        source="manifests/charts/istio-control/istio-discovery, 1.24",
    ),
    Change(
        "1_24-054", Kind.DEFAULT_CHANGED, "installation",
        "CRDs are a part of the Helm release",
        "the chart base writes the CRDs as templates, and Helm refuses to take over CRDs that "
        "others applied.",
        "Label the CRDs app.kubernetes.io/managed-by: Helm and annotate them with "
        "meta.helm.sh/release-name and release-namespace, or set base.enableCRDTemplates to false.",
        _unadopted, pins=(Pin("base.enableCRDTemplates", "false"),),
        source="manifests/charts/base/values.yaml, 1.24",
    ),
    Change(
        "1_24-055", Kind.REMOVED, "installation",
        "compatibilityVersion 1.20 is gone",
        "the charts fail, since they know no compatibility version 1.20.",
        "Remove compatibilityVersion, after what it puts off is settled.",
        value_is("compatibilityVersion", "1.20"), Severity.ERROR,
        source="manifests/helm-profiles, 1.24",
    ),
    Change(
        "1_24-056", Kind.REMOVED, "installation",
        "Values for autoscaling/v2, and of the base chart for remote clusters, are gone",
        "these values are unknown.",
        "Remove the values.",
        either(
            value("global.autoscalingv2API"),
            value("global.externalIstiod", "global.ipFamilies", "global.ipFamilyPolicy",
                  "global.remotePilotAddress", charts=("base",)),
        ),
        Severity.INFO, source="manifests/charts/base/values.yaml, 1.24",
    ),
    Change(
        "1_24-057", Kind.REMOVED, "env",
        "Variables that kept the behaviour of 1.20 are gone",
        "istiod ignores them: what they put off comes now.",
        "Settle what the variable puts off, then remove it.",
        variable(
            "ENABLE_EXTERNAL_NAME_ALIAS", "VERIFY_CERTIFICATE_AT_CLIENT",
            "PERSIST_OLDEST_FIRST_HEURISTIC_FOR_VIRTUAL_SERVICE_HOST_MATCHING",
            "PILOT_ENABLE_STATUS", "REQUIRE_3P_TOKEN",
        ),
        source="pilot/pkg/features, 1.24",
    ),
    Change(
        "1_24-058", Kind.REMOVED, "proxy",
        "Istio's programs don't rotate their logs",
        "the flags --log_rotate… are unknown, and a program that is given one doesn't start.",
        "Rotate logs outside, and remove the flags.",
        found_if(_log_rotation), Severity.ERROR, source="pkg/log, 1.24",
    ),
    Change(
        "1_24-059", Kind.DEFAULT_CHANGED, "telemetry",
        "Times at which certificates of istiod expire are never negative",
        "citadel_server_*_cert_chain_expiry_timestamp doesn't say by a negative number that "
        "something failed.",
        "Ask for the series *_expiry_seconds.",
        monitored(lazy_pattern(r"citadel_server_\w{0,200}expiry_timestamp"), "expiry_timestamp",
                  "which isn't negative any more"),
        source="security/pkg/pki/util, 1.24",
    ),
    Change(
        "1_24-060", Kind.DEFAULT_CHANGED, "proxy",
        "Proxies make statistics late, and keep admin and probes out of the overload manager",
        "statistics of a cluster begin with its first use, and ports for administration and probes "
        "answer under overload.",
        "Let alerts bear that series are missing.",
        variable_unset("ENABLE_DEFERRED_STATS_CREATION",
                       "BYPASS_OVERLOAD_MANAGER_FOR_STATIC_LISTENERS"),
        Severity.INFO, Phase.AFTER,
        (Pin("ENABLE_DEFERRED_STATS_CREATION", "false"),
         Pin("BYPASS_OVERLOAD_MANAGER_FOR_STATIC_LISTENERS", "false")),
        source="pilot/pkg/features/experimental.go, 1.24",
    ),
)  # fmt: skip
