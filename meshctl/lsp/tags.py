"""Which findings an editor may show as text that does nothing, or that goes with a later version."""

from lsprotocol import types

_UNNECESSARY = frozenset({
    "authorization-policy/method-never-sent",
    "authorization-policy/principal-never-matches",
    "destination-rule/never-looked-up",
    "destination-rule/subset-policy-unused",
    "document/dropped-by-kubectl",
    "document/ignore-unused",
    "envoy-filter/add-ignored",
    "envoy-filter/cluster-never-there",
    "envoy-filter/remove-ignored",
    "envoy-filter/replace-ignored",
    "kubernetes-route/rule-never-reached",
    "kubernetes-route/service-route-unused",
    "peer-authentication/second-policy-ignored",
    "resource/misplaced-annotation",
    "sidecar/egress-proxy-ignored",
    "virtual-service/duplicate-destination",
    "virtual-service/match-never-applies",
    "virtual-service/rule-shadowed",
    "virtual-service/weight-ignored",
})  # fmt: skip
"""Rules whose place is text that nothing reads, or that decides nothing."""

_DEPRECATED = frozenset(
    {"resource/deprecated-annotation", "virtual-service/deprecated-delay-percent"}
)

TAGS: dict[str, tuple[types.DiagnosticTag, ...]] = {
    **dict.fromkeys(_UNNECESSARY, (types.DiagnosticTag.Unnecessary,)),
    **dict.fromkeys(_DEPRECATED, (types.DiagnosticTag.Deprecated,)),
}
"""The tags of findings by their rule."""
