"""What Istio 1.32 will change for those who come from 1.31, as far as it was written in August 2026."""

from collections.abc import Iterator

from meshctl.resources import Ref
from meshctl.rules.api import Severity
from meshctl.upgrades.change import Change, Hit, Kind, Phase
from meshctl.upgrades.patched_filters import keys, patches, value_of
from meshctl.upgrades.questions import either, found_if, texts, variable
from meshctl.upgrades.upgrade import Upgrade

_RUNTIME = "overload.global_downstream_max_connections"


def _connection_limits(upgrade: Upgrade) -> Iterator[Hit]:
    for envoy_filter, patch in patches(upgrade):
        view = value_of(patch)
        for ref, key in keys(view):
            if key in {_RUNTIME, "global_downstream_max_connections"}:
                yield Hit(ref, f"{envoy_filter.title} sets {key}")
        for path, text in texts(view.data, view.path):
            if _RUNTIME in text:
                yield Hit(Ref(envoy_filter, path), f"{envoy_filter.title} names {_RUNTIME}")


CHANGES = (
    Change(
        "1_32-dev-129", Kind.REMOVED, "installation",
        "The charts don't set GOMAXPROCS",
        "Go counts CPUs by the limits of the container itself.",
        "Do nothing; remove GOMAXPROCS where it was written by hand.",
        variable("GOMAXPROCS"), Severity.INFO, Phase.AFTER, source="manifests/charts, 1.32",
    ),
    Change(
        "1_32-dev-130", Kind.ADDED, "traffic",
        "One listener may serve all addresses of a headless Service",
        "PILOT_ENABLE_HEADLESS_FILTER_CHAIN_LISTENER makes one listener for TCP of headless "
        "Services, so that EnvoyFilters for listeners of one address match nothing.",
        "Check EnvoyFilters that name listeners by address before it is turned on.",
        variable("PILOT_ENABLE_HEADLESS_FILTER_CHAIN_LISTENER"), Severity.INFO,
        source="pilot/pkg/features/pilot.go, 1.32",
    ),
    Change(
        "1_32-dev-131", Kind.DEPRECATED, "proxy",
        "The limit of all connections is a field of ProxyConfig",
        "the runtime key and ISTIO_META_GLOBAL_DOWNSTREAM_MAX_CONNECTIONS are old ways to set it.",
        "Set connectionSettings.globalDownstreamConnectionLimit of the ProxyConfig.",
        either(variable("ISTIO_META_GLOBAL_DOWNSTREAM_MAX_CONNECTIONS"),
               found_if(_connection_limits)),
        Severity.INFO, source="mesh/v1alpha1/proxy.proto, 1.32",
    ),
)  # fmt: skip
