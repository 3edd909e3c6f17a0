"""The filters that EnvoyFilters look for, and those that istiod makes.

istiod compares names letter by letter (filterChainMatch and hasHTTPFilterMatch, pilot/pkg/networking/core/
envoyfilter/listener_patch.go). The names are those of pilot/pkg/xds/filters, authn, authz and of the builders of
listeners of Istio 1.31. A name that nobody makes may be another installation's; one that is nearly right isn't.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import NamedTuple

from meshctl.mesh.clauses.parts import Parts
from meshctl.resources import ConfigPatch, EnvoyFilter, Ref
from meshctl.resources.cached_property import cached_property
from meshctl.validation.webhook.extensions.envoy_filter import RENAMED_FILTERS

_HTTP = (
    "envoy.filters.http.router", "envoy.filters.http.cors", "envoy.filters.http.fault",
    "envoy.filters.http.grpc_web", "envoy.filters.http.grpc_stats", "envoy.filters.http.rbac",
    "envoy.filters.http.jwt_authn", "envoy.filters.http.ext_authz", "envoy.filters.http.ext_proc",
    "envoy.filters.http.stateful_session", "envoy.filters.http.dynamic_forward_proxy", "istio.stats",
    "istio.alpn", "istio.metadata_exchange",
)  # fmt: skip
_NETWORK = (
    "envoy.filters.network.http_connection_manager", "envoy.filters.network.tcp_proxy",
    "envoy.filters.network.rbac", "envoy.filters.network.ext_authz", "envoy.filters.network.mongo_proxy",
    "envoy.filters.network.mysql_proxy", "envoy.filters.network.redis_proxy",
    "envoy.filters.network.sni_cluster", "istio.stats", "istio.metadata_exchange",
)  # fmt: skip
_NEAR = 0.8


class MisspeltFilter(NamedTuple):
    """A name that no filter has, and the one that was meant."""

    place: Ref
    meant: str


class FilterNames:
    """Answers for the patches of EnvoyFilters."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def misspelt(self, patch: ConfigPatch) -> Iterator[MisspeltFilter]:
        """Walk the names of a patch's match that are nearly those of filters which istiod makes."""
        asked = patch.child("match", "listener", "filterChain", "filter")
        for view, known in ((asked, _NETWORK), (asked.child("subFilter"), _HTTP)):
            name = view.text("name")
            if not name or name in known or name in RENAMED_FILTERS or name in self._brought:
                continue
            meant = _nearest(name, known)
            if meant:
                yield MisspeltFilter(view.at("name"), meant)

    @cached_property
    def _brought(self) -> frozenset[str]:
        """The names of what patches bring themselves."""
        return frozenset(
            patch.child("patch", "value").text("name")
            for envoy_filter in self._parts.of(EnvoyFilter)
            for patch in envoy_filter.patches
        )


def _nearest(name: str, known: tuple[str, ...]) -> str:
    """Find the filter whose last word is this name's, or nearly so."""
    words = {one.rpartition(".")[2]: one for one in known}
    last = name.rpartition(".")[2]
    found = get_close_matches(last, words, 1, _NEAR)
    return words[found[0]] if found else ""
