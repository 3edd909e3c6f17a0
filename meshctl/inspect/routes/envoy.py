"""Reads routes, matches, actions and TLS settings as Envoy's configuration has them.

Mirrors TranslateRouteMatch and ApplyRedirect (pilot/pkg/networking/core/route/route.go) and
BuildListenerTLSContext, Istio 1.31.
"""

from dataclasses import dataclass
from typing import Any

from meshctl.mesh.gateways.listeners import FilterChain
from meshctl.mesh.gateways.server_merge import MergedServer
from meshctl.mesh.traffic.route_settings import route_settings
from meshctl.mesh.traffic.routes import EffectiveRoute, WeightedCluster
from meshctl.resources import Match, View

_REDIRECT_CODES = {
    302: "FOUND", 303: "SEE_OTHER", 307: "TEMPORARY_REDIRECT", 308: "PERMANENT_REDIRECT",
}  # fmt: skip
_SCHEMES = ("kubernetes://", "kubernetes-gateway://", "builtin://", "configmap://")


@dataclass(frozen=True, slots=True)
class Condition:
    """What is asked of a header or parameter; ``kind`` is exact, prefix, regex or present.

    An inverted one of a kind with a value takes what is missing for empty.
    """

    name: str
    kind: str
    value: Any = True
    invert: bool = False


@dataclass(frozen=True, slots=True)
class EnvoyMatch:
    """What a route asks of requests: path, headers (pseudo ones too), query.

    ``case_sensitive`` is null for a route without any match.
    """

    kind: str
    path: str
    case_sensitive: bool | None = None
    headers: tuple[Condition, ...] = ()
    query: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where requests go; the weight is null for a single one, the subset empty for none."""

    host: str
    port: int
    subset: str
    weight: int | None


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirect; what is null stays as it was in the request."""

    scheme: str | None
    host: str | None
    port: int | None
    path: str
    code: str | None
    prefix_rewrite: str | None = None


@dataclass(frozen=True, slots=True)
class DirectResponse:
    """An answer of the proxy itself."""

    status: int | None


@dataclass(frozen=True, slots=True)
class Forward:
    """Requests go on to upstreams, perhaps with another path; a regex comes with its text."""

    to: tuple[Upstream, ...]
    prefix_rewrite: str | None = None
    regex_rewrite: tuple[str, str] | None = None


Action = Redirect | DirectResponse | Forward


@dataclass(frozen=True, slots=True)
class ChainTls:
    """How a filter chain ends TLS: names of certificates, and how clients are checked."""

    certificates: tuple[str, ...]
    requires_client_certificate: bool
    validation: str | None = None


@dataclass(frozen=True, slots=True)
class EnvoyChain:
    """A filter chain: its SNI, its TLS, and either HTTP routes by name or TCP upstreams.

    ``by_sni`` is a chain of AUTO_PASSTHROUGH, whose SNI names the upstream.
    """

    sni: tuple[str, ...]
    tls: ChainTls | None
    by_sni: bool
    http: str
    tcp: tuple[Upstream, ...]


def match_of(match: Match | None, *, by_segment: bool = False) -> EnvoyMatch:
    """Read what a route asks of requests; ``by_segment``: a prefix ends with a path segment."""
    if match is None:
        return EnvoyMatch("prefix", "/")
    kind, path = _path(match)
    if by_segment and kind == "prefix" and path != "/":
        kind, path = "pathPrefix", path.removesuffix("/")
    wanted = [_condition(name, text) for name, text in match.child("headers").data.items()]
    unwanted = [
        _condition(name, text, invert=True)
        for name, text in match.child("withoutHeaders").data.items()
    ]
    headers = sorted(wanted + unwanted, key=lambda condition: str(condition.name))
    headers += [
        _condition(f":{key}", match.data[key])
        for key in ("method", "authority", "scheme")
        if match.has(key)
    ]
    query = [_condition(name, text) for name, text in match.child("queryParams").data.items()]
    is_sensitive = match.flag("ignoreUriCase") is not True
    return EnvoyMatch(kind, path, is_sensitive, tuple(headers), tuple(query))


def action_of(route: EffectiveRoute) -> Action:
    """Read what a route does."""
    action = route.rule.action
    if action.has("redirect"):
        return _redirect(action.child("redirect"), route.redirect_port)
    if action.has("directResponse"):
        return DirectResponse(action.child("directResponse").number("status"))
    path = route_settings(route).path
    to = tuple(map(upstream_of, route.targets))
    if path is not None and path.regex:
        return Forward(to, regex_rewrite=(path.regex, path.substitution))
    return Forward(to, path.prefix if path is not None else None)


def upstream_of(target: WeightedCluster) -> Upstream:
    """Read an upstream; a backend that istiod refuses has none of its own."""
    return Upstream(target.host or "UnknownService", target.port, target.subset, target.weight)


def chain_of(chain: FilterChain) -> EnvoyChain:
    """Read a filter chain."""
    server = chain.server
    ends_tls = server.has_tls and not server.is_passthrough and not server.is_http
    tls = _tls(server) if ends_tls else None
    if chain.upstream is not None:
        to: tuple[Upstream, ...] = (Upstream(chain.upstream[0], chain.upstream[1], "", None),)
        return EnvoyChain(chain.sni, tls, by_sni=True, http="", tcp=to)
    to = tuple(upstream_of(target._replace(weight=None)) for target in chain.targets)
    own = () if chain.route_config else to
    return EnvoyChain(chain.sni, tls, by_sni=False, http=chain.route_config, tcp=own)


def _path(match: Match) -> tuple[str, str]:
    for kind in ("exact", "prefix", "regex"):
        text = match.child("uri").text(kind)
        if text:
            return kind, text
    return "prefix", "/"


def _condition(name: str, text: Any, *, invert: bool = False) -> Condition:
    for kind in ("exact", "prefix", "regex"):
        value = text.get(kind) if isinstance(text, dict) else None
        if value is not None and (kind, value) != ("regex", "*"):
            return Condition(name, kind, value, invert)
    return Condition(name, "present", True, invert)  # noqa: FBT003 - the value of Envoy's field


def _redirect(redirect: View, port: int | None) -> Redirect:
    return Redirect(
        redirect.text("scheme") or None,
        redirect.text("authority") or None,
        port or None,
        redirect.text("uri"),
        _REDIRECT_CODES.get(redirect.number("redirectCode") or 0),
        redirect.text("prefixRewrite") or None,
    )


def _tls(server: MergedServer) -> ChainTls:
    tls = server.server.tls
    mode = tls.text("mode")
    if mode == "ISTIO_MUTUAL":
        return ChainTls(("default",), requires_client_certificate=True, validation="ROOTCA")
    names = [tls.text("credentialName"), *tls.texts("credentialNames")]
    if not any(names) and not tls.has("serverCertificate"):
        # Without any name the proxy presents its own certificate.
        checks = mode in {"MUTUAL", "OPTIONAL_MUTUAL"}
        return ChainTls(("default",), mode == "MUTUAL", "ROOTCA" if checks else None)
    validation = _validation(tls) if mode in {"MUTUAL", "OPTIONAL_MUTUAL"} else None
    return ChainTls(_certificates(tls), mode == "MUTUAL", validation)


def _certificates(tls: View) -> tuple[str, ...]:
    names = [tls.text("credentialName"), *tls.texts("credentialNames")]
    secrets = tuple(_secret(name) for name in names if name)
    return secrets or (f"file-cert:{tls.text('serverCertificate')}~{tls.text('privateKey')}",)


def _validation(tls: View) -> str:
    own = tls.text("caCertCredentialName")
    if own:
        return _secret(own)
    if tls.text("credentialName"):
        return f"{_secret(tls.text('credentialName'))}-cacert"
    return f"file-root:{tls.text('caCertificates')}"


def _secret(name: str) -> str:
    return name if name.startswith(_SCHEMES) else f"kubernetes://{name}"
