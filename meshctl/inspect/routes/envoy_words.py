"""Writes matches, actions and TLS settings in the words of Envoy's configuration.

The forms of ``data`` that ``meshctl routes -o json`` documents: those of Envoy's own JSON, without
what says nothing. Mirrors TranslateRouteMatch and ApplyRedirect
(pilot/pkg/networking/core/route/route.go) and BuildListenerTLSContext, Istio 1.31.
"""

from typing import Any

from meshctl.mesh.gateways.listeners import FilterChain
from meshctl.mesh.gateways.server_merge import MergedServer
from meshctl.mesh.traffic.routes import EffectiveRoute, WeightedCluster
from meshctl.resources import Match, View

_REDIRECT_CODES = {
    302: "FOUND", 303: "SEE_OTHER", 307: "TEMPORARY_REDIRECT", 308: "PERMANENT_REDIRECT",
}  # fmt: skip
_SCHEMES = ("kubernetes://", "kubernetes-gateway://", "builtin://", "configmap://")


def match_form(match: Match | None) -> dict[str, Any]:
    """Write what a route asks of requests: path, headers (pseudo ones too), query."""
    if match is None:
        return {"prefix": "/"}
    form = _path(match)
    form["caseSensitive"] = match.flag("ignoreUriCase") is not True
    wanted = [_condition(name, text) for name, text in match.child("headers").data.items()]
    unwanted = [_refusal(name, text) for name, text in match.child("withoutHeaders").data.items()]
    headers = sorted(wanted + unwanted, key=lambda header: str(header["name"]))
    headers += [
        _condition(f":{key}", match.data[key])
        for key in ("method", "authority", "scheme")
        if match.has(key)
    ]
    if headers:
        form["headers"] = headers
    query = [_condition(name, text) for name, text in match.child("queryParams").data.items()]
    if query:
        form["query"] = query
    return form


def action_form(route: EffectiveRoute) -> dict[str, Any]:
    """Write what a route does: ``to``, ``redirect`` or ``directResponse``, and rewrites."""
    action = route.rule.action
    if action.has("redirect"):
        return {"redirect": _redirect(action.child("redirect"), route.port)}
    if action.has("directResponse"):
        return {"directResponse": action.child("directResponse").number("status")}
    form: dict[str, Any] = {"to": [target_form(target) for target in route.targets]}
    rewrite = route.rule.saying("rewrite").child("rewrite")
    regex = rewrite.child("uriRegexRewrite")
    if regex.data:
        form["regexRewrite"] = {"regex": regex.text("match"), "to": regex.text("rewrite")}
    elif rewrite.text("uri"):
        form["prefixRewrite"] = rewrite.text("uri")
    return form


def target_form(target: WeightedCluster) -> dict[str, Any]:
    """Write an upstream; a subset or weight only where there is one."""
    form: dict[str, Any] = {"host": target.host, "port": target.port}
    if target.subset:
        form["subset"] = target.subset
    if target.weight is not None:
        form["weight"] = target.weight
    return form


def chain_form(chain: FilterChain) -> dict[str, Any]:
    """Write a filter chain: its SNI, its TLS settings, and where it leads."""
    form: dict[str, Any] = {}
    if chain.sni:
        form["sni"] = list(chain.sni)
    server = chain.server
    if server.has_tls and not server.is_passthrough and not server.is_http:
        form["tls"] = _tls(server)
    if chain.upstream is not None:
        form["sni_cluster"] = True
        form["tcp"] = [{"host": chain.upstream[0], "port": chain.upstream[1]}]
    elif chain.route_config:
        form["http"] = chain.route_config
    else:
        form["tcp"] = [target_form(target._replace(weight=None)) for target in chain.targets]
    return form


def _path(match: Match) -> dict[str, Any]:
    for kind in ("exact", "prefix", "regex"):
        text = match.child("uri").text(kind)
        if text:
            return {kind: text}
    return {"prefix": "/"}


def _condition(name: str, text: Any) -> dict[str, Any]:
    for kind in ("exact", "prefix", "regex"):
        value = text.get(kind) if isinstance(text, dict) else None
        if value is not None and (kind, value) != ("regex", "*"):
            return {"name": name, kind: value}
    return {"name": name, "present": True}


def _refusal(name: str, text: Any) -> dict[str, Any]:
    form = {**_condition(name, text), "invert": True}
    if "present" not in form:
        form["treatMissingAsEmpty"] = True
    return form


def _redirect(redirect: View, port: int) -> dict[str, Any]:
    form: dict[str, Any] = {}
    scheme = redirect.text("scheme")
    if scheme:
        form["schemeRedirect"] = scheme
    if redirect.text("authority"):
        form["hostRedirect"] = redirect.text("authority")
    number = redirect.number("port")
    if redirect.text("derivePort") == "FROM_REQUEST_PORT":
        number = port
    if number and (scheme, number) not in {("http", 80), ("https", 443)}:
        form["portRedirect"] = number
    form["pathRedirect"] = redirect.text("uri")
    code = _REDIRECT_CODES.get(redirect.number("redirectCode") or 0)
    if code is not None:
        form["responseCode"] = code
    return form


def _tls(server: MergedServer) -> dict[str, Any]:
    tls = server.server.tls
    mode = tls.text("mode")
    if mode == "ISTIO_MUTUAL":
        return {"cert": ["default"], "requireClientCert": True, "validation": "ROOTCA"}
    form: dict[str, Any] = {"cert": _certificates(tls), "requireClientCert": mode == "MUTUAL"}
    if mode in {"MUTUAL", "OPTIONAL_MUTUAL"}:
        form["validation"] = _validation(tls)
    return form


def _certificates(tls: View) -> list[str]:
    names = [tls.text("credentialName"), *tls.texts("credentialNames")]
    secrets = [_secret(name) for name in names if name]
    return secrets or [f"file-cert:{tls.text('serverCertificate')}~{tls.text('privateKey')}"]


def _validation(tls: View) -> str:
    own = tls.text("caCertCredentialName")
    if own:
        return _secret(own)
    if tls.text("credentialName"):
        return f"{_secret(tls.text('credentialName'))}-cacert"
    return f"file-root:{tls.text('caCertificates')}"


def _secret(name: str) -> str:
    return name if name.startswith(_SCHEMES) else f"kubernetes://{name}"
