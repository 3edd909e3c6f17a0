"""What Istio 1.21 changed for those who come from 1.20."""

from collections.abc import Iterator

from meshctl.resources import DestinationRule, Service, VirtualService
from meshctl.rules.api import Severity
from meshctl.upgrades.change import Change, Hit, Kind, Phase, Pin
from meshctl.upgrades.patched_filters import patches
from meshctl.upgrades.questions import (
    api_version,
    found_if,
    installed,
    value,
    value_unset,
    variable,
    variable_unset,
)
from meshctl.upgrades.upgrade import Upgrade
from meshctl.upgrades.written import (
    full_host,
    label_places,
    rule_hosts,
    service_host,
    tls_settings,
)

_ALIAS = (Pin("ENABLE_EXTERNAL_NAME_ALIAS", "false"),)
OLD_GATEWAY_LABEL = "istio.io/gateway-name"


def _external_names(upgrade: Upgrade) -> list[Service]:
    services = upgrade.mesh.of(Service)
    return [service for service in services if service.spec.text("type") == "ExternalName"]


def _aliases(upgrade: Upgrade) -> Iterator[Hit]:
    for service in _external_names(upgrade):
        host = service_host(service, upgrade.mesh)
        target = service.spec.text("externalName") or "its externalName"
        yield Hit(
            service.spec.at("type"), f"{service.title} is of type ExternalName",
            f"{host} has routes, rules and TLS of its own", f"{host} has those of {target}",
        )  # fmt: skip


def _rules_of_aliases(upgrade: Upgrade) -> Iterator[Hit]:
    names = {service_host(name, upgrade.mesh): name for name in _external_names(upgrade)}
    rules = (*upgrade.mesh.of(VirtualService), *upgrade.mesh.of(DestinationRule)) if names else ()
    for rule in rules:
        for ref, host in rule_hosts(rule):
            service = names.get(full_host(host, rule.namespace, upgrade.mesh))
            if service is not None:
                target = service.spec.text("externalName")
                yield Hit(
                    ref, f"{rule.title} is for {host}, which is {service.title} of type ExternalName",
                    f"requests for {host} follow it", f"they follow what is written for {target}",
                )  # fmt: skip


def _without_ca(upgrade: Upgrade) -> Iterator[Hit]:
    for rule in upgrade.mesh.of(DestinationRule):
        for tls in tls_settings(rule):
            named = tls.has("caCertificates") or tls.has("credentialName")
            if tls.text("mode") == "SIMPLE" and not named and not tls.flag("insecureSkipVerify"):
                yield Hit(
                    tls.at("mode"), f"{rule.title} names no CA for SIMPLE TLS to {rule.host}",
                    "any certificate of the server is accepted",
                    "only one of a public CA is, as the operating system of the proxy knows them",
                )  # fmt: skip


def _without_sni(upgrade: Upgrade) -> Iterator[Hit]:
    for rule in upgrade.mesh.of(DestinationRule):
        for tls in tls_settings(rule):
            if tls.text("mode") in {"SIMPLE", "MUTUAL"} and not tls.text("sni"):
                yield Hit(
                    tls.at("mode"), f"{rule.title} names no sni for TLS to {rule.host}",
                    "no server name is sent", "the Host of the request is sent as server name",
                )  # fmt: skip


def old_gateway_labels(upgrade: Upgrade) -> Iterator[Hit]:
    """Walk the places of the label that managed gateways had first."""
    for ref, resource in label_places(upgrade.mesh.resources, OLD_GATEWAY_LABEL):
        yield Hit(ref, f"{resource.title} names the label {OLD_GATEWAY_LABEL}")


def _bootstrap_patches(upgrade: Upgrade) -> Iterator[Hit]:
    settings = upgrade.installation.variable("BOOTSTRAP_XDS_AGENT")
    if any(setting.text.lower() == "true" for setting in settings):
        for envoy_filter, patch in patches(upgrade):
            if patch.apply_to == "BOOTSTRAP":
                yield Hit(patch.at("applyTo"), f"{envoy_filter.title} patches the bootstrap")


def _installed_states(upgrade: Upgrade) -> Iterator[Hit]:
    for operator in upgrade.installation.operators:
        if operator.name.startswith("installed-state"):
            yield Hit(
                operator.at("metadata", "name"), f"{operator.title} is a record of istioctl's"
            )


def _installers(upgrade: Upgrade) -> Iterator[Hit]:
    known = upgrade.installation.compatibility
    if known is not None:
        yield Hit(known.ref, f"{known.title} sets compatibilityVersion={known.text}")
        return
    for values in upgrade.installation.values:
        if values.chart in {"", "istiod"}:
            yield Hit(values.view.at(), f"{values.title} sets no compatibilityVersion")
            return


CHANGES = (
    Change(
        "1_21-005", Kind.DEFAULT_CHANGED, "traffic",
        "Services of type ExternalName are aliases",
        "such a Service is another name of its externalName: routes, DestinationRules and mutual "
        "TLS of the target count, those for the alias don't.",
        "Write routes and rules for the host in externalName.",
        found_if(_aliases), pins=_ALIAS, source="pilot/pkg/features/pilot.go, 1.21",
    ),
    Change(
        "1_21-006", Kind.DEFAULT_CHANGED, "traffic",
        "VirtualServices and DestinationRules for an ExternalName Service select nothing",
        "no request selects a rule for the name of an ExternalName Service.",
        "Move the rule to the host in the Service's externalName.",
        found_if(_rules_of_aliases), Severity.ERROR, pins=_ALIAS,
        source="pilot/pkg/features/pilot.go, 1.21",
    ),
    Change(
        "1_21-007", Kind.DEFAULT_CHANGED, "security",
        "Servers are verified where TLS is SIMPLE and no CA is named",
        "the proxy checks the server's certificate against the CAs of its operating system; a "
        "server of a private CA answers with 503 UF and CERTIFICATE_VERIFY_FAILED.",
        "Set caCertificates or credentialName in the tls settings of the DestinationRule, or "
        "insecureSkipVerify where nobody shall check.",
        found_if(_without_ca), pins=(Pin("VERIFY_CERTIFICATE_AT_CLIENT", "false"),),
        source="pilot/pkg/features/pilot.go, 1.21",
    ),
    Change(
        "1_21-008", Kind.DEFAULT_CHANGED, "security",
        "The server name of TLS is the Host of the request where no sni is set",
        "servers that choose their certificate by the server name may answer with another one.",
        "Set tls.sni of the DestinationRule where the server expects another name.",
        found_if(_without_sni), Severity.INFO, pins=(Pin("ENABLE_AUTO_SNI", "false"),),
        source="pilot/pkg/features/pilot.go, 1.21",
    ),
    Change(
        "1_21-009", Kind.DEPRECATED, "gateway-api",
        "Managed gateways have the label gateway.networking.k8s.io/gateway-name",
        "istio.io/gateway-name is an old name of this label, and 1.24 doesn't write it any more.",
        "Select by gateway.networking.k8s.io/gateway-name.",
        found_if(old_gateway_labels), Severity.INFO,
        source="pilot/pkg/config/kube/gateway, 1.21",
    ),
    Change(
        "1_21-010", Kind.REMOVED, "telemetry",
        "Settings of telemetry v2 for Wasm, overrides and Stackdriver are gone",
        "these values do nothing; `istioctl install` refuses them, Helm ignores them.",
        "Write Telemetry resources instead, and remove the values.",
        value(
            "telemetry.v2.prometheus.configOverride", "telemetry.v2.prometheus.wasmEnabled",
            "telemetry.v2.metadataExchange.wasmEnabled", "telemetry.v2.stackdriver.configOverride",
            "telemetry.v2.stackdriver.disableOutbound",
            "telemetry.v2.stackdriver.outboundAccessLogging",
            "telemetry.v2.stackdriver.inboundAccessLogging", "telemetry.v2.stackdriver.logging",
            "telemetry.v2.stackdriver.monitoring", "telemetry.v2.stackdriver.topology",
            "telemetry.v2.accessLogPolicy",
        ),
        source="operator/pkg/apis/values_types.proto, 1.21",
    ),
    Change(
        "1_21-011", Kind.REMOVED, "env",
        "PILOT_ENABLE_INBOUND_PASSTHROUGH and BOOTSTRAP_XDS_AGENT are gone",
        "istiod and the agent ignore them: an application that listens on localhost alone isn't "
        "reached through its sidecar.",
        "Let applications listen on the pod's address, then remove the variables.",
        variable("PILOT_ENABLE_INBOUND_PASSTHROUGH", "BOOTSTRAP_XDS_AGENT"),
        source="pilot/pkg/features, pilot/cmd/pilot-agent/options, 1.21",
    ),
    Change(
        "1_21-012", Kind.REMOVED, "traffic",
        "EnvoyFilters don't patch the bootstrap when a proxy starts",
        "patches with applyTo BOOTSTRAP do nothing, since their variable is gone.",
        "Use the annotation proxy.istio.io/config, or a bootstrap of your own.",
        found_if(_bootstrap_patches), Severity.ERROR,
        source="pilot/cmd/pilot-agent/options, 1.21",
    ),
    Change(
        "1_21-013", Kind.REMOVED, "installation",
        "cni.psp_cluster_role is gone",
        "the value is unknown: Kubernetes has no PodSecurityPolicy.",
        "Remove the value.",
        value("cni.psp_cluster_role"), source="manifests/charts/istio-cni/values.yaml, 1.21",
    ),
    Change(
        "1_21-014", Kind.DEFAULT_CHANGED, "installation",
        "The CNI repairs broken pods where they are, and doesn't delete them",
        "cni.repair.repairPods is true and deletePods false unless they are set.",
        "Set cni.repair.deletePods and repairPods where pods shall be deleted.",
        value_unset("cni.repair.deletePods", ("cni",), "cni.repair.repairPods",
                    only_if=installed("cni")),
        Severity.INFO, source="manifests/charts/istio-cni/values.yaml, 1.21",
    ),
    Change(
        "1_21-015", Kind.REMOVED, "kubernetes",
        "The charts write PodDisruptionBudgets as policy/v1 alone",
        "policy/v1beta1 isn't written any more, and no Kubernetes that it runs on serves it.",
        "Write apiVersion policy/v1.",
        api_version("PodDisruptionBudget", "policy/v1beta1", what="which Kubernetes 1.25 removed"),
        source="manifests/charts, 1.21",
    ),
    Change(
        "1_21-016", Kind.DEFAULT_CHANGED, "env",
        "istiod's limits of pushes and connections follow its CPU limit",
        "PILOT_PUSH_THROTTLE and PILOT_MAX_REQUESTS_PER_SECOND are worked out from the CPU limit, "
        "where they were 100 and 25.",
        "Set both where istiod has no CPU limit and shall push less at once.",
        variable_unset("PILOT_PUSH_THROTTLE", "PILOT_MAX_REQUESTS_PER_SECOND"), Severity.INFO,
        Phase.AFTER, source="pilot/pkg/features/tuning.go, 1.21",
    ),
    Change(
        "1_21-017", Kind.REMOVED, "installation",
        "istioctl keeps no record of what it installed in the cluster",
        "IstioOperators named installed-state are neither written nor read.",
        "Keep the file that you install by; delete the old record.",
        found_if(_installed_states), Severity.INFO, Phase.AFTER,
        source="operator/cmd/mesh/install.go, 1.21",
    ),
    Change(
        "1_21-018", Kind.ADDED, "installation",
        "compatibilityVersion keeps the defaults of an older release",
        "the value compatibilityVersion puts changes of defaults off for a few releases.",
        "Set compatibilityVersion to the release you come from where the changes below need time.",
        found_if(_installers), Severity.INFO,
        source="manifests/helm-profiles, 1.21",
    ),
)  # fmt: skip
