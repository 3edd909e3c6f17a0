"""Write routes and filter chains of the model as the recordings of istiod write Envoy's."""

from collections.abc import Iterable
from typing import Any

from meshctl.mesh.gateways.listeners import FilterChain
from meshctl.mesh.gateways.server_merge import MergedServer
from meshctl.mesh.traffic.route_settings import (
    HeaderChanges,
    RetryPolicy,
    RouteSettings,
    route_settings,
)
from meshctl.mesh.traffic.routes import EffectiveRoute, ProxyNode, Routes, WeightedCluster
from meshctl.resources import Route
from tests.conformance.client_table import ClientListener

Form = dict[str, Any]
_SECOND = 10**9
_CODES = {
    302: "FOUND", 303: "SEE_OTHER", 307: "TEMPORARY_REDIRECT", 308: "PERMANENT_REDIRECT",
}  # fmt: skip


def route_form(route: EffectiveRoute, routes: Routes) -> Form:
    settings = route_settings(route)
    form: Form = {
        "name": route.name,
        "vs": route.virtual_service.key_name,
        "match": match_form(route),
        "action": _action(route, settings, routes),
        **_headers(settings.request, settings.response),
    }
    if settings.cors:
        form["cors"] = _cors(settings.cors)
    return form


def match_form(route: EffectiveRoute) -> Form:
    data = route.match.match.data if route.match is not None else {}
    kind, text = next(iter(data.get("uri", {"prefix": "/"}).items()))
    if kind == "prefix" and text != "/" and route.virtual_service.is_generated:
        kind, text = "pathPrefix", text.removesuffix("/")
    form: Form = {kind: text}
    headers = [{"name": name, **one} for name, one in sorted(data.get("headers", {}).items())]
    if "method" in data:
        headers.append({"name": ":method", **data["method"]})
    if headers:
        form["headers"] = headers
    query = [{"name": name, **one} for name, one in sorted(data.get("queryParams", {}).items())]
    if query:
        form["query"] = query
    return form


def chain_form(chain: FilterChain) -> Form:
    form: Form = {"sni": list(chain.sni)} if chain.sni else {}
    if chain.server.has_tls and not chain.server.is_passthrough and not chain.server.is_http:
        form["tls"] = _tls(chain.server)
    if chain.route_config:
        return {**form, "http": chain.route_config}
    assert chain.route is not None
    return {**form, "tcp": _tcp(chain.targets, chain.route)}


def client_listener_form(listener: ClientListener) -> Form:
    chains = [
        {**({"sni": list(one.sni)} if one.sni else {}), "tcp": _tcp(one.targets, one.route)}
        for one in listener.chains
    ]
    form: Form = {"port": listener.port, "address": listener.address, "chains": chains}
    if listener.passes_others_through:
        form["default"] = {"tcp": "PassthroughCluster"}
    form["tlsInspector"] = any(one.sni for one in listener.chains)
    return form


def looks_plain(listener: ClientListener, hosts: Iterable[str]) -> bool:
    """Is it one that the recordings leave out: a single cluster of one of the TCP Services?"""
    chain, *more = listener.chains
    is_single = not more and not chain.sni and len(chain.route.routes) == 1
    return is_single and chain.targets[0].host in hosts


def exists(cluster: str, services: dict[str, set[int]]) -> bool:
    """Is there a cluster of this name, for these ports by host?"""
    parts = cluster.split("|")
    if len(parts) == 1:
        return cluster == "PassthroughCluster"
    return int(parts[1]) in services.get(parts[3], set()) and not parts[2]


def _cluster(target: WeightedCluster) -> str:
    if not target.host:
        return "UnknownService"
    return f"outbound|{target.port}|{target.subset}|{target.host}"


def _tcp(targets: tuple[WeightedCluster, ...], route: Route) -> Any:
    if len(route.routes) == 1:
        return _cluster(targets[0])
    return [{"name": _cluster(one), "weight": one.weight} for one in targets]


def _tls(server: MergedServer) -> Form:
    tls, mode = server.server.tls, server.server.tls.text("mode")
    if mode == "ISTIO_MUTUAL":
        return {"secrets": ["default"], "ca": "ROOTCA", "clientCert": True}
    names = list(tls.texts("credentialNames")) or [tls.text("credentialName")]
    authority = tls.text("caCertCredentialName") or f"{names[0]}-cacert"
    if names == [""]:
        names, authority = ["default"], "ROOTCA"
    form: Form = {"secrets": names}
    if mode in {"MUTUAL", "OPTIONAL_MUTUAL"}:
        form["ca"] = authority
    if mode == "MUTUAL":
        form["clientCert"] = True
    return form


def _action(route: EffectiveRoute, settings: RouteSettings, routes: Routes) -> Form:
    action = route.rule.action
    if action.has("redirect"):
        return {"redirect": _redirect(route)}
    if action.has("directResponse"):
        return {"direct": action.child("directResponse").number("status")}
    form: Form
    if len(action.routes) == 1:
        form = {"cluster": _cluster(route.targets[0])}
    else:
        several = zip(route.targets, settings.of_targets, strict=True)
        form = {
            "clusters": [
                {"name": _cluster(one), "weight": one.weight, **_headers(*changes)}
                for one, changes in several
            ]
        }
    return {**form, **_rest(route, settings, routes)}


def _rest(route: EffectiveRoute, settings: RouteSettings, routes: Routes) -> Form:
    form: Form = {}
    path = settings.path
    if path is not None and path.regex:
        pattern = {"regex": path.regex}
        form["regexRewrite"] = {"pattern": pattern, "substitution": path.substitution}
    elif path is not None:
        form["prefixRewrite"] = path.prefix
    if settings.host:
        form["hostRewriteLiteral"] = settings.host
    if settings.timeout:
        form["timeout"] = _duration(settings.timeout)
    if settings.mirrors:
        proxy = ProxyNode(None, None)
        form["mirror"] = [
            {
                "cluster": _cluster(routes.target(one.destination, route.port, proxy)),
                "percent": _percent(one.percent),
            }
            for one in settings.mirrors
        ]
    if settings.retries is None:
        form["noRetry"] = True
    elif settings.retries != RetryPolicy():
        form["retry"] = _retries(settings.retries)
    return form


def _retries(policy: RetryPolicy) -> Form:
    form: Form = {"retryOn": policy.retry_on, "numRetries": policy.attempts}
    if policy.per_try:
        form["perTryTimeout"] = _duration(policy.per_try)
    if policy.status_codes:
        form["retriableStatusCodes"] = list(policy.status_codes)
    if policy.backoff:
        form["retryBackOff"] = {"baseInterval": _duration(policy.backoff)}
    return form


def _redirect(route: EffectiveRoute) -> Form:
    redirect = route.rule.action.child("redirect")
    form: Form = {}
    if redirect.text("scheme"):
        form["schemeRedirect"] = redirect.text("scheme")
    if redirect.text("authority"):
        form["hostRedirect"] = redirect.text("authority")
    if route.redirect_port:
        form["portRedirect"] = route.redirect_port
    if redirect.text("prefixRewrite"):
        form["prefixRewrite"] = redirect.text("prefixRewrite")
    else:
        form["pathRedirect"] = redirect.text("uri")
    code = _CODES.get(redirect.number("redirectCode") or 0)
    return form if code is None else {**form, "responseCode": code}


def _headers(request: HeaderChanges, response: HeaderChanges) -> Form:
    form: Form = {}
    for name, changes in (("request", request), ("response", response)):
        if changes.changed:
            form[f"{name}HeadersToAdd"] = [
                {
                    "header": {"key": one.name, "value": one.value},
                    **({} if one.append else {"appendAction": "OVERWRITE_IF_EXISTS_OR_ADD"}),
                }
                for one in changes.changed
            ]
        if changes.removed:
            form[f"{name}HeadersToRemove"] = list(changes.removed)
    return form


def _cors(policy: Any) -> Form:
    form: Form = {}
    if policy.get("allowOrigins"):
        form["allowOriginStringMatch"] = [
            {"safeRegex": one} if "regex" in one else one for one in policy["allowOrigins"]
        ]
    for key in ("allowMethods", "allowHeaders", "exposeHeaders"):
        if policy.get(key):
            form[key] = ",".join(policy[key])
    if policy.get("maxAge"):
        form["maxAge"] = policy["maxAge"].removesuffix("s")
    if policy.get("allowCredentials"):
        form["allowCredentials"] = True
    form["filterEnabled"] = {"defaultValue": {"numerator": 100}}
    if policy.get("unmatchedPreflights") == "IGNORE":
        form["forwardNotMatchingPreflights"] = False
    return form


def _percent(percent: float) -> Form:
    if percent == 100:
        return {"numerator": 100}
    return {"numerator": int(percent * 10000), "denominator": "MILLION"}


def _duration(nanoseconds: int) -> str:
    """Write seconds as protobuf's JSON does: with 0, 3, 6 or 9 digits behind the point."""
    whole, rest = divmod(nanoseconds, _SECOND)
    digits = f"{rest:09}".rstrip("0")
    width = -(-len(digits) // 3) * 3
    return f"{whole}.{digits.ljust(width, '0')}s" if digits else f"{whole}s"
