"""What Istio 1.26 changed for those who come from 1.25."""

from collections.abc import Iterator

from meshctl.mesh.workloads import is_gateway
from meshctl.resources import Gateway, KubernetesGateway, Workload
from meshctl.rules.api import Severity
from meshctl.upgrades.change import Change, Hit, Kind, Outcome, Phase, Pin
from meshctl.upgrades.changes.release_1_25 import ambient_nodes
from meshctl.upgrades.questions import (
    api_version,
    found_if,
    value,
    value_unset,
    variable,
)
from meshctl.upgrades.upgrade import Upgrade

_ACCEPTED = "MAX_CONNECTIONS_PER_SOCKET_EVENT_LOOP"
BACKEND_TLS_ALPHA = "gateway.networking.k8s.io/v1alpha3"


def _gateways(upgrade: Upgrade) -> Iterator[Hit]:
    if upgrade.installation.variable(_ACCEPTED):
        return
    proxies = [workload for workload in upgrade.mesh.of(Workload) if is_gateway(workload)]
    others = (*upgrade.mesh.of(Gateway), *upgrade.mesh.of(KubernetesGateway))
    for proxy in proxies or others:
        yield Hit(
            proxy.at("metadata", "name"), f"{proxy.title} takes connections of clients",
            "a worker takes all connections that wait", "it takes one, then does its other work",
        )  # fmt: skip


def _alpha_backend_tls(upgrade: Upgrade) -> Iterator[Outcome]:
    alpha = upgrade.installation.variable("PILOT_ENABLE_ALPHA_GATEWAY_API")
    if any(setting.text.lower() == "true" for setting in alpha):
        what = "which 1.26 and 1.27 read"
        yield from api_version("BackendTLSPolicy", BACKEND_TLS_ALPHA, what=what)(upgrade)


CHANGES = (
    Change(
        "1_26-072", Kind.REMOVED, "env",
        "Variables for server names, deferred clusters and tags of statistics are gone",
        "istiod ignores them: what they put off comes now.",
        "Settle what the variable puts off, then remove it.",
        variable("ENABLE_AUTO_SNI", "ENABLE_DEFERRED_CLUSTER_CREATION",
                 "ENABLE_DELIMITED_STATS_TAG_REGEX"),
        source="pilot/pkg/features, 1.26",
    ),
    Change(
        "1_26-073", Kind.REMOVED, "installation",
        "zvpn of gateways is gone",
        "`istioctl install` refuses the values zvpn of the gateways.",
        "Remove the values.",
        value("gateways.istio-ingressgateway.zvpn", "gateways.istio-egressgateway.zvpn"),
        source="operator/pkg/apis/values_types.proto, 1.26",
    ),
    Change(
        "1_26-074", Kind.REMOVED, "installation",
        "cni.rollingMaxUnavailable has another name",
        "the value does nothing: the CNI is replaced on one node after the other.",
        "Set cni.updateStrategy.rollingUpdate.maxUnavailable.",
        value("cni.rollingMaxUnavailable"),
        source="manifests/charts/istio-cni/values.yaml, 1.26",
    ),
    Change(
        "1_26-075", Kind.DEFAULT_CHANGED, "ambient",
        "The CNI's pods leave the network of their node",
        "cni.ambient.shareHostNetworkNamespace is false unless it is set.",
        "Set it to true where a NetworkPolicy, or what admits pods, counts on the host's network.",
        value_unset("cni.ambient.shareHostNetworkNamespace", ("cni",),
                    "ambient.shareHostNetworkNamespace", only_if=ambient_nodes),
        Severity.INFO, pins=(Pin("cni.ambient.shareHostNetworkNamespace", "true"),),
        source="manifests/charts/istio-cni/values.yaml, 1.26",
    ),
    Change(
        "1_26-076", Kind.DEFAULT_CHANGED, "proxy",
        "Gateways take one new connection at a time",
        "a worker of a gateway accepts one connection for each turn of its loop, so that bursts are "
        "spread over the workers.",
        "Set MAX_CONNECTIONS_PER_SOCKET_EVENT_LOOP to 0 where connections are accepted too slowly.",
        found_if(_gateways), Severity.INFO, Phase.AFTER, (Pin(_ACCEPTED, "0"),),
        source="pilot/pkg/features/pilot.go, 1.26",
    ),
    Change(
        "1_26-077", Kind.ADDED, "gateway-api",
        "BackendTLSPolicy counts where the alpha of the Gateway API is on",
        "istiod follows BackendTLSPolicies of v1alpha3, in 1.26 and 1.27 alone.",
        "Check their targetRefs; write them as v1 for 1.28.",
        _alpha_backend_tls, Severity.INFO,
        source="pkg/config/schema/metadata.yaml, 1.26",
    ),
)  # fmt: skip
