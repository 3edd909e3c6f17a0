"""API groups, kinds and versions that Istio 1.31 serves, and what replaced the removed ones.

The served versions are those of manifests/charts/base/files/crd-all.gen.yaml (Istio 1.31); the
removed kinds are in the release notes of 1.5 to 1.8 and 1.24. The minimal versions of the Gateway
API are those of pkg/kube/crdwatcher (Istio 1.31).
"""

from difflib import get_close_matches

from meshctl.lazy_pattern import lazy_pattern

NETWORKING = "networking.istio.io"
SECURITY = "security.istio.io"
GATEWAY_API = "gateway.networking.k8s.io"

SERVED_VERSIONS: dict[tuple[str, str], tuple[str, ...]] = {
    (NETWORKING, "Gateway"): ("v1", "v1beta1", "v1alpha3"),
    (NETWORKING, "VirtualService"): ("v1", "v1beta1", "v1alpha3"),
    (NETWORKING, "DestinationRule"): ("v1", "v1beta1", "v1alpha3"),
    (NETWORKING, "ServiceEntry"): ("v1", "v1beta1", "v1alpha3"),
    (NETWORKING, "Sidecar"): ("v1", "v1beta1", "v1alpha3"),
    (NETWORKING, "WorkloadEntry"): ("v1", "v1beta1", "v1alpha3"),
    (NETWORKING, "WorkloadGroup"): ("v1", "v1beta1", "v1alpha3"),
    (NETWORKING, "EnvoyFilter"): ("v1alpha3",),
    (NETWORKING, "ProxyConfig"): ("v1beta1",),
    (SECURITY, "PeerAuthentication"): ("v1", "v1beta1"),
    (SECURITY, "RequestAuthentication"): ("v1", "v1beta1"),
    (SECURITY, "AuthorizationPolicy"): ("v1", "v1beta1"),
    ("telemetry.istio.io", "Telemetry"): ("v1", "v1alpha1"),
    ("extensions.istio.io", "WasmPlugin"): ("v1alpha1",),
    ("extensions.istio.io", "TrafficExtension"): ("v1alpha1",),
    ("install.istio.io", "IstioOperator"): ("v1alpha1",),
}

_RBAC = "an AuthorizationPolicy (security.istio.io/v1)"
_AUTHENTICATION = (
    "a PeerAuthentication and, for tokens, a RequestAuthentication (security.istio.io/v1)"
)
_MIXER = "Telemetry, an EnvoyFilter or an external authorizer; Mixer is gone since 1.8"

REMOVED_GROUPS: dict[str, str] = {
    "rbac.istio.io": _RBAC,
    "authentication.istio.io": _AUTHENTICATION,
    "config.istio.io": _MIXER,
}


_REMOVED_KINDS: dict[tuple[str, str], str] = {
    ("config.istio.io", "RouteRule"): "a VirtualService (networking.istio.io/v1)",
    ("config.istio.io", "DestinationPolicy"): "a DestinationRule (networking.istio.io/v1)",
    ("config.istio.io", "EgressRule"): "a ServiceEntry (networking.istio.io/v1)",
}


_GROUPS = frozenset(group for group, _ in SERVED_VERSIONS)
_KINDS = sorted({kind for _, kind in SERVED_VERSIONS})


def is_istio_group(group: str) -> bool:
    """Is it one of the API groups that Istio 1.31 or an older Istio defines?"""
    return group in _GROUPS or group in REMOVED_GROUPS


def served_versions(group: str, kind: str) -> tuple[str, ...]:
    """The versions of a kind, newest first; empty for a kind that Istio doesn't have."""
    return SERVED_VERSIONS.get((group, kind), ())


def replacement(group: str, kind: str) -> str:
    """What replaced a removed kind; empty for kinds that were not removed."""
    known = _REMOVED_KINDS.get((group, kind)) or REMOVED_GROUPS.get(group, "")
    return known if kind else ""


def home_group(kind: str) -> str:
    """The group that a kind belongs to, empty for a kind that Istio doesn't have."""
    return next((group for group, known in SERVED_VERSIONS if known == kind), "")


def closest_kind(kind: str) -> str:
    """The kind that a misspelt one probably means, empty when none is close."""
    return next(iter(get_close_matches(kind, _KINDS, n=1, cutoff=0.7)), "")


_MINIMA = {
    "grpcroutes.gateway.networking.k8s.io": (1, 1, 0),
    "backendtlspolicies.gateway.networking.k8s.io": (1, 4, 0),
    "tlsroutes.gateway.networking.k8s.io": (1, 5, 0),
    "tcproutes.gateway.networking.k8s.io": (1, 6, 0),
}
_VERSION = lazy_pattern(r"v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})")


def too_old(definition: str, version: str) -> str:
    """The version that Istio needs when this one is older; a pre-release counts as the release."""
    minimum = _MINIMA.get(definition)
    found = _VERSION.match(version)
    if minimum is None or found is None or tuple(map(int, found.groups())) >= minimum:
        return ""
    return "v" + ".".join(map(str, minimum))
