"""Chooses the route of a virtual host for a request.

As Envoy does with what istiod writes: TranslateRouteMatch, ApplyRedirect, ApplyDirectResponse and
applyHTTPRouteDestination (pilot/pkg/networking/core/route/route.go, Istio 1.31). Paths are compared
without their query, which rewrites keep.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from meshctl.mesh.authorization.arrival import HttpRequest
from meshctl.mesh.matching.request_match import RequestMatch
from meshctl.mesh.matching.string_match import StringMatch
from meshctl.mesh.traffic.routes import EffectiveRoute
from meshctl.re2.patterns import PatternError, compiled
from meshctl.resources import Route, View
from meshctl.words import whole_number

_CLAIMS = "@request.auth.claims"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_CODES = frozenset({301, 302, 303, 307, 308})
_NOT_HEADERS = frozenset({"host", ":authority"})


class ChosenRoute(NamedTuple):
    """The route that takes a request, and its place; ``unsure`` are earlier ones that may."""

    place: int
    route: EffectiveRoute
    unsure: tuple[EffectiveRoute, ...] = ()


class Redirected(NamedTuple):
    """An answer that sends the client elsewhere."""

    code: str
    location: str


def choose_route(
    routes: Iterable[EffectiveRoute], http: HttpRequest, scheme: str,
    claims: Mapping[str, Any] | None = None,
) -> ChosenRoute | None:  # fmt: skip
    """Choose the first route that takes a request; ``claims`` are those of an accepted token."""
    unsure: list[EffectiveRoute] = []
    for index, route in enumerate(routes):
        taken = takes(route, http, scheme, claims)
        if taken:
            return ChosenRoute(index, route, tuple(unsure))
        if taken is None:
            unsure.append(route)
    return None


def takes(
    route: EffectiveRoute, http: HttpRequest, scheme: str, claims: Mapping[str, Any] | None = None
) -> bool | None:
    """Does a route take a request? ``None``: a condition can't be read."""
    request = route.request
    verdict = request.path.takes(http.bare_path)
    for match, text in (
        (request.method, http.method),
        (request.authority, http.host),
        (request.scheme, scheme),
    ):
        verdict = _both(verdict, True if match is None else match.takes(text))
    for name, match in request.headers.items():
        verdict = _both(verdict, _takes_header(name, match, http, claims))
    for name, match in request.without_headers.items():
        verdict = _both(verdict, _lacks_header(name, match, http, claims))
    return _both(verdict, _takes_query(request, http.path))


def _both(one: bool | None, other: bool | None) -> bool | None:  # noqa: FBT001 - two answers
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _takes_header(
    name: str, match: StringMatch, http: HttpRequest, claims: Mapping[str, Any] | None
) -> bool | None:
    if name.startswith(_CLAIMS):
        return _takes_claim(name, match, claims)
    value = _header(http, name)
    return False if value is None else match.takes(value)


def _lacks_header(
    name: str, match: StringMatch, http: HttpRequest, claims: Mapping[str, Any] | None
) -> bool | None:
    """A header that is missing reads as empty where something is asked of its text."""
    if name.startswith(_CLAIMS):
        taken = _takes_claim(name, match, claims)
    else:
        value = _header(http, name)
        if match.kind == "any":
            return value is None
        taken = match.takes(value or "")
    return None if taken is None else not taken


def _header(http: HttpRequest, name: str) -> str | None:
    lower = name.lower()
    pseudo = {":authority": http.host, "host": http.host, ":method": http.method}
    return pseudo[lower] if lower in pseudo else http.headers.get(lower)


def _takes_claim(name: str, match: StringMatch, claims: Mapping[str, Any] | None) -> bool | None:
    path = name.removeprefix(_CLAIMS)
    parts = path[1:-1].split("][") if path.startswith("[") else path.lstrip(".").split(".")
    found: Any = claims
    for part in parts:
        found = found.get(part) if isinstance(found, Mapping) else None
    several = found if isinstance(found, list) else [found]
    return any(isinstance(one, str) and match.takes(one) for one in several)


def _takes_query(request: RequestMatch, path: str) -> bool | None:
    if not request.query_params:
        return True
    query = path.partition("?")[2].partition("#")[0]
    values: dict[str, str] = {}
    for part in query.split("&") if query else ():
        name, _, value = part.partition("=")
        values.setdefault(unquote_plus(name), unquote_plus(value))
    verdict: bool | None = True
    for name, match in request.query_params.items():
        verdict = _both(verdict, match.takes(values[name]) if name in values else False)
    return verdict


def redirected(route: EffectiveRoute, http: HttpRequest, *, is_tls: bool) -> Redirected:
    """Tell where a route with ``redirect`` sends a request."""
    redirect = route.rule.action.child("redirect")
    old_scheme = "https" if is_tls else "http"
    scheme = redirect.text("scheme") or old_scheme
    port = _redirect_port(redirect, route.port, scheme)
    host = redirect.text("authority") or _kept_host(http.host, old_scheme, scheme, port)
    path = _redirect_path(route, redirect, http.path)
    code = redirect.number("redirectCode") or 301
    tail = f":{port}" if port else ""
    return Redirected(str(code if code in _CODES else 0), f"{scheme}://{host}{tail}{path}")


def _redirect_port(redirect: View, listener_port: int, scheme: str) -> int:
    port = redirect.number("port") or 0
    if not port and redirect.text("derivePort") == "FROM_REQUEST_PORT":
        port = listener_port
    return 0 if port == _DEFAULT_PORTS.get(scheme) else port


def _kept_host(authority: str, old_scheme: str, scheme: str, port: int) -> str:
    """Take the port off a host where another one takes its place, or the scheme implies it."""
    host, colon, number = authority.rpartition(":")
    if not colon or not number.isdecimal():
        return authority
    implied = scheme != old_scheme and whole_number(number) == _DEFAULT_PORTS.get(old_scheme)
    return host if port or implied else authority


def _redirect_path(route: EffectiveRoute, redirect: View, path: str) -> str:
    new = redirect.text("prefixRewrite")
    if new:
        return replaced_prefix(route, new, path)
    new = redirect.text("uri")
    if not new:
        return path
    query = path.partition("?")
    return new if "?" in new or not query[1] else f"{new}?{query[2]}"


def rewritten(route: EffectiveRoute, path: str) -> str:
    """Give the path that a route sends on, rewritten or as it was."""
    rewrite = _saying(route, "rewrite").child("rewrite")
    regex = rewrite.child("uriRegexRewrite")
    if regex.data:
        return _by_regex(regex, path)
    uri = rewrite.text("uri")
    return replaced_prefix(route, uri, path) if uri else path


def replaced_prefix(route: EffectiveRoute, new: str, path: str) -> str:
    """Replace what a route matched: the prefix, or the whole path without its query."""
    bare, mark, query = path.partition("?")
    uri = route.match.match.child("uri") if route.match is not None else None
    if uri is None or not uri.data:
        return new + path[1:]
    old = uri.text("prefix")
    if not old:
        return new + mark + query
    if route.virtual_service.is_generated and old != "/":
        old = old.removesuffix("/")
        if new == "/":
            return "/" + bare[len(old) :].removeprefix("/") + mark + query
    return new + path[len(old) :]


def _by_regex(regex: View, path: str) -> str:
    bare, mark, query = path.partition("?")
    try:
        pattern = compiled(regex.text("match"))
        return pattern.replaced(bare, regex.text("rewrite")) + mark + query
    except PatternError:
        return path


def new_authority(route: EffectiveRoute) -> str:
    """The Host header that a route sends on, empty where it stays."""
    rewrite = _saying(route, "rewrite").child("rewrite").text("authority")
    if rewrite:
        return rewrite
    entries = route.rule.action.routes
    headers = [route.rule.action.child("headers")]
    if len(entries) == 1:
        headers.append(entries[0].child("headers"))
    return next((host for header in headers if (host := _set_host(header))), "")


def _set_host(headers: View) -> str:
    for kind in ("set", "add"):
        for name, value in headers.child("request").labels_of(kind).items():
            if name.lower() in {"host", ":authority"}:
                return value
    return ""


def _saying(route: EffectiveRoute, key: str) -> Route:
    return route.rule.saying(key)


def settings_of(route: EffectiveRoute, keys: Sequence[str]) -> dict[str, Any]:
    """Collect the settings of a route that are listed in a trace and not played."""
    found = {}
    for key in keys:
        data = _saying(route, key).data.get(key)
        if data is not None:
            found[key] = data
    return found


def sent_on(route: EffectiveRoute, http: HttpRequest) -> HttpRequest:
    """Apply the ``headers`` of a route, and of its destination if there is just one."""
    action = route.rule.action
    blocks = [route.rule.saying("headers").child("headers").child("request")]
    if len(action.routes) == 1:
        blocks.append(action.routes[0].child("headers").child("request"))
    headers = dict(http.headers)
    for block in blocks:
        _apply(block, headers)
    return http._replace(headers=headers)


def _apply(block: View, headers: dict[str, str]) -> None:
    for name in block.texts("remove"):
        headers.pop(name.lower(), None)
    for name, value in block.labels_of("set").items():
        if name.lower() not in _NOT_HEADERS:
            headers[name.lower()] = value
    for name, value in block.labels_of("add").items():
        lower = name.lower()
        if lower not in _NOT_HEADERS:
            headers[lower] = f"{headers[lower]},{value}" if lower in headers else value
