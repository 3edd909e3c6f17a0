"""What is asked of a GRPCRoute."""

from collections.abc import Iterator

from meshctl.lazy_pattern import lazy_pattern
from meshctl.resources.view import Path
from meshctl.validation.gateway_api import filters
from meshctl.validation.gateway_api.http_routes import too_many_matches
from meshctl.validation.gateway_api.walk import Broken, Mapping, items
from meshctl.validation.wording import show

_SERVICE = lazy_pattern(r"\.?[A-Za-z_][A-Za-z_0-9]*(?:\.[A-Za-z_][A-Za-z_0-9]*)*")
_METHOD = lazy_pattern(r"[A-Za-z_][A-Za-z_0-9]*")


def check(spec: Mapping) -> Iterator[Broken]:
    """Report methods and filters that the API server refuses."""
    yield from too_many_matches(spec)
    for path, rule in items(spec, "rules"):
        for place, match in items(rule, "matches", path):
            if match.get("method") is not None:
                yield from _method(match["method"], (*place, "method"))
        yield from filters.check(rule, path)
        for place, backend in items(rule, "backendRefs", path):
            yield from filters.check(backend, place)


def _method(method: Mapping, path: Path) -> Iterator[Broken]:
    if "service" not in method and "method" not in method:
        yield Broken(path, "a method match needs a service, a method, or both")
    if method.get("type", "Exact") != "Exact":
        return
    for field, pattern, what in (
        ("service", _SERVICE, "the full name of a service, such as shop.v1.Orders"),
        ("method", _METHOD, "the name of a method, such as Get"),
    ):
        if field in method and not pattern.fullmatch(method[field]):
            yield Broken((*path, field), f"{show(method[field])} is not {what}")
