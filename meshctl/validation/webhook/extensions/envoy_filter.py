"""Checks EnvoyFilters.

Mirrors ValidateEnvoyFilter, pkg/config/validation/envoyfilter/envoyfilter.go, and
pkg/config/xds/filter_types.go of Istio 1.31. The CRD refuses null patches and two objects to match.
"""

from collections.abc import Iterator

from meshctl.resources.resource import Resource
from meshctl.resources.view import View, views
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse, warn
from meshctl.validation.webhook.extensions.envoy_values import OBJECTS, check_envoy_value
from meshctl.validation.webhook.fields.regexes import LONGEST, why_not_re2
from meshctl.validation.webhook.fields.selectors import check_workload_selector
from meshctl.words import with_article

CONNECTION_MANAGER = "envoy.filters.network.http_connection_manager"

RENAMED_FILTERS = {
    "envoy.buffer": "envoy.filters.http.buffer",
    "envoy.client_ssl_auth": "envoy.filters.network.client_ssl_auth",
    "envoy.cors": "envoy.filters.http.cors",
    "envoy.csrf": "envoy.filters.http.csrf",
    "envoy.ext_authz": "envoy.filters.http.ext_authz",
    "envoy.fault": "envoy.filters.http.fault",
    "envoy.grpc_http1_bridge": "envoy.filters.http.grpc_http1_bridge",
    "envoy.grpc_json_transcoder": "envoy.filters.http.grpc_json_transcoder",
    "envoy.grpc_web": "envoy.filters.http.grpc_web",
    "envoy.gzip": "envoy.filters.http.gzip",
    "envoy.health_check": "envoy.filters.http.health_check",
    "envoy.http_connection_manager": CONNECTION_MANAGER,
    "envoy.http_dynamo_filter": "envoy.filters.http.dynamo",
    "envoy.ip_tagging": "envoy.filters.http.ip_tagging",
    "envoy.listener.http_inspector": "envoy.filters.listener.http_inspector",
    "envoy.listener.original_dst": "envoy.filters.listener.original_dst",
    "envoy.listener.original_src": "envoy.filters.listener.original_src",
    "envoy.listener.proxy_protocol": "envoy.filters.listener.proxy_protocol",
    "envoy.listener.tls_inspector": "envoy.filters.listener.tls_inspector",
    "envoy.lua": "envoy.filters.http.lua",
    "envoy.mongo_proxy": "envoy.filters.network.mongo_proxy",
    "envoy.rate_limit": "envoy.filters.http.ratelimit",
    "envoy.ratelimit": "envoy.filters.network.ratelimit",
    "envoy.redis_proxy": "envoy.filters.network.redis_proxy",
    "envoy.router": "envoy.filters.http.router",
    "envoy.squash": "envoy.filters.http.squash",
    "envoy.tcp_proxy": "envoy.filters.network.tcp_proxy",
}
"""The names that filters had before, and what they are called now."""

_OBJECTS = ("listener", "routeConfiguration", "cluster", "waypoint")
_OBJECT_OF = {
    "LISTENER": "listener",
    "FILTER_CHAIN": "listener",
    "NETWORK_FILTER": "listener",
    "HTTP_FILTER": "listener",
    "ROUTE_CONFIGURATION": "routeConfiguration",
    "VIRTUAL_HOST": "routeConfiguration",
    "HTTP_ROUTE": "routeConfiguration",
    "CLUSTER": "cluster",
}
"""What a patch of each kind can match; the other kinds are not checked."""


def check(resource: Resource) -> Iterator[Fault]:
    """Check one EnvoyFilter; a wrong selector is the whole answer."""
    spec = resource.spec
    selector_faults = list(check_workload_selector(spec))
    if any(not fault.is_warning for fault in selector_faults):
        yield from selector_faults
        return
    yield warn(
        spec.at(),
        "an EnvoyFilter patches what istiod generates, which any upgrade may change without notice",
    )
    yield from selector_faults
    for patch in views(spec, "configPatches", View):
        if patch.child("match").text("context") != "WAYPOINT":
            yield from _check_patch(patch)


def _check_patch(config_patch: View) -> Iterator[Fault]:
    """Check one patch; where it is incomplete, nothing else is said about it."""
    why = _why_incomplete(config_patch)
    if why:
        yield refuse(config_patch.at(), why)
        return
    version = config_patch.child("match", "proxy").text("proxyVersion")
    place = config_patch.at("match", "proxy", "proxyVersion")
    if len(version.encode(errors="replace")) > LONGEST:
        yield warn(place, f"proxyVersion has more than {LONGEST} characters, so it is ignored")
    elif version and (why := why_not_re2(version)):
        yield refuse(place, why)
        return
    yield from _check_match(config_patch)
    patch, kind = config_patch.child("patch"), OBJECTS.get(config_patch.text("applyTo"))
    if kind and patch.has("value"):
        yield from check_envoy_value(patch.at("value"), patch.data["value"], kind)


def _why_incomplete(config_patch: View) -> str | None:
    patch = config_patch.child("patch")
    operation = patch.text("operation")
    if config_patch.text("applyTo") in {"", "INVALID"}:
        return "this entry lacks applyTo, so nobody knows what it patches"
    if not config_patch.has("patch"):
        return "this entry lacks a patch"
    if operation in {"", "INVALID"}:
        return "the patch lacks an operation, such as MERGE"
    if operation != "REMOVE" and not patch.has("value"):
        return f"the patch lacks the value to {operation}"
    return None


def _check_match(config_patch: View) -> Iterator[Fault]:
    match, applies_to = config_patch.child("match"), config_patch.text("applyTo")
    wanted = _OBJECT_OF.get(applies_to)
    found = next((key for key in _OBJECTS if match.has(key)), wanted)
    if wanted and found != wanted:
        yield refuse(
            match.key(str(found)),
            f"a patch of {applies_to} matches {with_article(wanted)}, not {with_article(str(found))}",
        )
    elif wanted == "listener":
        chain = match.child("listener", "filterChain")
        if chain.has("filter"):
            yield from _check_filter(chain, applies_to)


def _check_filter(chain: View, applies_to: str) -> Iterator[Fault]:
    network, nested = chain.child("filter"), chain.child("filter", "subFilter")
    name = network.text("name")
    if applies_to in {"LISTENER", "FILTER_CHAIN"}:
        yield warn(chain.key("filter"), f"a patch of {applies_to} ignores which filter matches")
    if not name:
        yield refuse(network.at("name"), "the filter to match lacks a name")
        return
    if network.has("subFilter"):
        if applies_to != "HTTP_FILTER":
            why = f"a patch of {applies_to} cannot match a subFilter; HTTP_FILTER can"
        elif name not in {CONNECTION_MANAGER, "envoy.http_connection_manager"}:
            why = f"{name} has no subFilter; {CONNECTION_MANAGER} has"
        elif not nested.text("name"):
            why = "the subFilter to match lacks a name"
        else:
            why = None
        if why:
            yield refuse(network.key("subFilter"), why)
            return
    for place in (network, nested):
        if new := RENAMED_FILTERS.get(place.text("name")):
            yield warn(place.at("name"), f"{place.text('name')} is now called {new}")
