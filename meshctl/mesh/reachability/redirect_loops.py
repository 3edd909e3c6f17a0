"""Redirects that lead back to the rule that gave them.

A client that follows a redirect sends the same request with another scheme, host or path
(ApplyRedirect, pilot/pkg/networking/core/route/route.go, Istio 1.31). If the same rule takes that
one, it is redirected again, and browsers give up.
"""

from collections.abc import Iterator

from meshctl.mesh.core.hosts import covers
from meshctl.mesh.gateways.gateway_index import Gateways
from meshctl.mesh.matching.request_match import RequestMatch, covered_by_any
from meshctl.mesh.matching.string_match import StringMatch
from meshctl.mesh.registry.services import Registry
from meshctl.mesh.traffic.delegates import MESH
from meshctl.mesh.traffic.route_matches import RouteMatch, RouteMatches
from meshctl.resources import View, VirtualService


class RedirectLoops:
    """Redirects that lead back to the match that gave them."""

    def __init__(self, matches: RouteMatches, registry: Registry, gateways: Gateways) -> None:
        self._matches = matches
        self._registry = registry
        self._gateways = gateways

    def of(self, service: VirtualService) -> Iterator[tuple[RouteMatch, str]]:
        """Walk the matches whose redirect they take again, with the place it leads to.

        Matches that ask for headers or query parameters are passed over: the client may send others.
        """
        several = self._matches.of(service)
        for number, match in enumerate(several):
            redirect = match.rule.action.child("redirect")
            if redirect.data and not redirect.has("port") and not redirect.has("derivePort"):
                target = self._target(match, redirect)
                before = several[:number]
                if target is None or any(_may_divert(other, match, redirect) for other in before):
                    continue
                if not covered_by_any((other.request for other in before), match.request):
                    yield match, target

    def _target(self, match: RouteMatch, redirect: View) -> str | None:
        """Name what the redirect leads to if the match takes it again."""
        request = match.request
        named = request.headers or request.without_headers or request.query_params
        if named or not _takes(request.method, "GET"):
            return None
        scheme, authority = redirect.text("scheme"), redirect.text("authority")
        path = _path(request, redirect)
        if path is None or not _takes(request.path, path or "/"):
            return None
        if scheme and not (_takes(request.scheme, scheme) and self._is_served(match, scheme)):
            return None
        if authority and not (
            _takes(request.authority, authority)
            and any(covers(self._full(match, host), authority) for host in match.service.hosts)
        ):
            return None
        origin = f"{scheme or 'the same scheme'}, {authority or 'the same host'}"
        return f"{origin}, {path or 'the same path'}"

    def _full(self, match: RouteMatch, host: str) -> str:
        return self._registry.fqdn(host, match.service.namespace)

    def _is_served(self, match: RouteMatch, scheme: str) -> bool:
        """Does a gateway of the match serve one of the hosts with this scheme, on its port?"""
        names = match.request.gateways - {MESH}
        port = match.request.port
        return any(
            server.gateway_name in names
            and port in (None, server.server.port)
            and (server.terminates_https if scheme == "https" else server.is_http)
            and not server.server.https_redirect
            for host in match.service.hosts
            for _, server in self._gateways.serving(self._full(match, host))
        )


def _path(request: RequestMatch, redirect: View) -> str | None:
    """The path after the redirect, empty for the same; ``None`` if the match isn't a prefix."""
    if redirect.has("prefixRewrite"):
        prefix = request.path.value if request.path.kind == "prefix" else None
        new = redirect.text("prefixRewrite")
        return new if prefix is not None and new != prefix else None
    path = redirect.text("uri").partition("?")[0]
    return request.path.value if not path and request.path.kind in ("exact", "prefix") else path


def _takes(asked: StringMatch | None, text: str) -> bool:
    return asked is None or asked.takes(text) is True


def _may_divert(before: RouteMatch, match: RouteMatch, redirect: View) -> bool:
    """May an earlier match take the request that the redirect leads to?"""
    path = _path(match.request, redirect)
    if redirect.has("uri") or redirect.has("prefixRewrite"):
        return before.request.path.takes(path or "/") is not False
    asked = (before.request.scheme, before.request.authority, before.request.port)
    return asked != (None, None, None)
