"""The annotations and labels that Istio defines, with their kinds and maturity.

The registry of istio.io/api (annotation/annotations.gen.go, label/labels.gen.go) as of Istio 1.31,
and ``prometheus.istio.io/scrape-targets``, which the injector reads though it is not in there.
"""

from difflib import get_close_matches
from functools import cache
from typing import NamedTuple

SOURCE_VERSION = "1.31"


class Definition(NamedTuple):
    """One annotation that Istio defines; ``kinds`` holds ``Any`` where every kind may have it."""

    name: str
    stage: str
    """Alpha, Beta or Stable."""
    is_deprecated: bool
    kinds: tuple[str, ...]

    def fits(self, kind: str) -> bool:
        """May an object of this kind carry it?"""
        return kind in self.kinds or "Any" in self.kinds


def definition(name: str) -> Definition | None:
    """Find what Istio defines under a name."""
    return _registry().get(name)


def names_for(kind: str) -> list[str]:
    """List the annotations that an object of a kind may carry, those that go left out."""
    return [
        definition.name
        for definition in _registry().values()
        if definition.fits(kind) and not definition.is_deprecated
    ]


def deprecated_for(kind: str) -> list[str]:
    """List the deprecated annotations that an object of a kind may carry."""
    return [
        definition.name
        for definition in _registry().values()
        if definition.fits(kind) and definition.is_deprecated
    ]


def is_label(name: str) -> bool:
    """Does Istio define a label, and no annotation, of this name?"""
    return name in _LABELS and name not in _registry()


def is_annotation(name: str) -> bool:
    """Does Istio define an annotation, and no label, of this name?"""
    return name in _registry() and name not in _LABELS


def closest(name: str) -> str:
    """The annotation that a misspelt one probably means, empty when none is close.

    Names of one group are alike by what stands before the slash, so what stands after it decides.
    """
    group, _, own = name.rpartition("/")
    near = get_close_matches(name, _registry(), n=3, cutoff=0.75)
    return next(
        (one for one in near if _is_near(own, one, is_of_group=one.startswith(f"{group}/"))), ""
    )


def _is_near(own: str, other: str, *, is_of_group: bool) -> bool:
    theirs = other.rpartition("/")[2]
    return own == theirs or bool(
        get_close_matches(own, [theirs], cutoff=0.75 if is_of_group else 0.9)
    )


@cache
def _registry() -> dict[str, Definition]:
    found = {}
    for line in _ANNOTATIONS.strip().splitlines():
        name, stage, kinds = line.split()
        found[name] = Definition(
            name, stage.rstrip("!"), stage.endswith("!"), tuple(kinds.split(","))
        )
    return found


# Name, feature stage (``!`` when deprecated), kinds. `Gateway` is the one of the Gateway API.
_ANNOTATIONS = """
alpha.istio.io/canonical-serviceaccounts Alpha! Service
alpha.istio.io/kubernetes-serviceaccounts Alpha! Service
ambient.istio.io/bypass-inbound-capture Alpha Pod
ambient.istio.io/dns-capture Alpha Pod
ambient.istio.io/redirection Beta Pod
ambient.istio.io/waypoint-inbound-binding Alpha GatewayClass,Gateway
galley.istio.io/analyze-suppress Alpha Any
gateway.istio.io/controller-version Alpha Any
gateway.istio.io/name-override Alpha Gateway
gateway.istio.io/service-account Alpha Gateway
inject.istio.io/templates Alpha Pod
istio.io/autoRegistrationGroup Alpha WorkloadEntry
istio.io/connectedAt Alpha WorkloadEntry
istio.io/disconnectedAt Alpha WorkloadEntry
istio.io/dry-run Alpha AuthorizationPolicy
istio.io/reroute-virtual-interfaces Alpha Pod
istio.io/rev Alpha Pod
istio.io/use-waypoint-canary-weight Alpha Service,ServiceEntry,Namespace
istio.io/workloadController Alpha WorkloadEntry
kubernetes.io/ingress.class Stable Ingress
networking.istio.io/exportTo Alpha Service
networking.istio.io/service-type Alpha Gateway
networking.istio.io/traffic-distribution Alpha Namespace,Service,ServiceEntry
prometheus.istio.io/merge-metrics Alpha Pod
prometheus.istio.io/scrape-targets Alpha Pod
proxy.istio.io/config Beta Pod
proxy.istio.io/overrides Alpha Pod
readiness.status.sidecar.istio.io/applicationPorts Alpha Pod
readiness.status.sidecar.istio.io/failureThreshold Alpha Pod
readiness.status.sidecar.istio.io/initialDelaySeconds Alpha Pod
readiness.status.sidecar.istio.io/periodSeconds Alpha Pod
sidecar.istio.io/agentLogLevel Alpha Pod
sidecar.istio.io/bootstrapOverride Alpha Pod
sidecar.istio.io/componentLogLevel Alpha Pod
sidecar.istio.io/discoveryAddress Alpha! Pod
sidecar.istio.io/extraStatTags Alpha! Pod
sidecar.istio.io/inject Beta! Pod
sidecar.istio.io/interceptionMode Alpha Pod
sidecar.istio.io/logLevel Alpha Pod
sidecar.istio.io/nativeSidecar Alpha Pod
sidecar.istio.io/proxyCPU Alpha Pod
sidecar.istio.io/proxyCPULimit Alpha Pod
sidecar.istio.io/proxyImage Alpha Pod
sidecar.istio.io/proxyImageType Alpha Pod
sidecar.istio.io/proxyMemory Alpha Pod
sidecar.istio.io/proxyMemoryLimit Alpha Pod
sidecar.istio.io/rewriteAppHTTPProbers Alpha Pod
sidecar.istio.io/statsCompression Alpha! Pod
sidecar.istio.io/statsEvictionInterval Alpha Pod
sidecar.istio.io/statsFlushInterval Alpha Pod
sidecar.istio.io/statsHistogramBins Alpha Pod
sidecar.istio.io/statsHistogramBuckets Alpha Pod
sidecar.istio.io/statsInclusionPrefixes Alpha! Pod
sidecar.istio.io/statsInclusionRegexps Alpha! Pod
sidecar.istio.io/statsInclusionSuffixes Alpha! Pod
sidecar.istio.io/status Alpha Pod
sidecar.istio.io/userVolume Alpha Pod
sidecar.istio.io/userVolumeMount Alpha Pod
status.sidecar.istio.io/port Alpha Pod
topology.istio.io/controlPlaneClusters Alpha Namespace
traffic.istio.io/nodeSelector Stable Service
traffic.sidecar.istio.io/excludeInboundPorts Alpha Pod
traffic.sidecar.istio.io/excludeInterfaces Alpha Pod
traffic.sidecar.istio.io/excludeOutboundIPRanges Alpha Pod
traffic.sidecar.istio.io/excludeOutboundPorts Alpha Pod
traffic.sidecar.istio.io/includeInboundPorts Alpha Pod
traffic.sidecar.istio.io/includeOutboundIPRanges Alpha Pod
traffic.sidecar.istio.io/includeOutboundPorts Alpha Pod
traffic.sidecar.istio.io/kubevirtInterfaces Alpha! Pod
"""

_LABELS = frozenset({
    "gateway.istio.io/managed", "gateway.networking.k8s.io/gateway-class-name",
    "gateway.networking.k8s.io/gateway-name", "istio.io/dataplane-mode",
    "istio.io/ingress-use-waypoint", "istio.io/rev", "istio.io/tag", "istio.io/use-waypoint",
    "istio.io/use-waypoint-canary", "istio.io/use-waypoint-canary-namespace",
    "istio.io/use-waypoint-namespace", "istio.io/waypoint-for",
    "networking.istio.io/enable-autoallocate-ip", "networking.istio.io/gatewayPort",
    "operator.istio.io/component", "operator.istio.io/managed", "operator.istio.io/version",
    "security.istio.io/tlsMode", "service.istio.io/canonical-name",
    "service.istio.io/canonical-revision", "service.istio.io/workload-name",
    "sidecar.istio.io/inject", "topology.istio.io/cluster", "topology.istio.io/locality",
    "topology.istio.io/network", "topology.istio.io/subzone",
})  # fmt: skip
