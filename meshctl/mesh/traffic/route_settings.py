"""What else Envoy does on a route: headers, host, timeout, retries, mirrors, CORS.

Mirrors TranslateRoute, TranslateHeadersOperations and TranslateCORSPolicy
(pilot/pkg/networking/core/route/route.go) and ConvertPolicy (route/retry/retry.go), Istio 1.31.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from meshctl.istio.durations import nanoseconds
from meshctl.mesh.traffic.delegates import HttpRule
from meshctl.mesh.traffic.routes import EffectiveRoute
from meshctl.re2.quoting import quote_meta
from meshctl.resources import Destination, View
from meshctl.words import whole_number

_ATTEMPTS = 2
_RETRY_ON = "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes"
_CODES = range(100, 600)


class HeaderChange(NamedTuple):
    """A header that is set, or (``append``) added to those of its name."""

    name: str
    value: str
    append: bool


class HeaderChanges(NamedTuple):
    """What happens to the headers of requests or answers, in Envoy's order."""

    changed: tuple[HeaderChange, ...] = ()
    removed: tuple[str, ...] = ()
    host: str = ""
    """The host that requests get instead of their own; empty for none."""


class RetryPolicy(NamedTuple):
    """When and how often a request is tried again; durations in nanoseconds, ``None`` unset."""

    attempts: int = _ATTEMPTS
    retry_on: str = _RETRY_ON
    status_codes: tuple[int, ...] = ()
    per_try: int | None = None
    backoff: int | None = None


class Mirror(NamedTuple):
    """A destination that gets a copy of so many percent of the requests."""

    destination: Destination
    percent: float


class PathRewrite(NamedTuple):
    """What becomes of the path: another prefix, or (``regex``) what an expression makes of it."""

    prefix: str = ""
    regex: str = ""
    substitution: str = ""


class RouteSettings(NamedTuple):
    """Everything of a route but its match and its destinations."""

    request: HeaderChanges
    response: HeaderChanges
    host: str
    """The host that requests get: of ``rewrite``, else of the headers; empty for their own."""
    path: PathRewrite | None
    timeout: int | None
    """In nanoseconds; ``None`` is none."""
    retries: RetryPolicy | None
    """``None``: requests are never tried again."""
    mirrors: tuple[Mirror, ...]
    cors: Mapping[str, Any]
    """The ``corsPolicy`` as written, empty for none."""
    of_targets: tuple[tuple[HeaderChanges, HeaderChanges], ...] = ()
    """What weighted destinations do to requests and answers, in the order of ``targets``."""


def route_settings(route: EffectiveRoute) -> RouteSettings:
    """Read the settings of a route, those of a single destination among them."""
    rule = route.rule
    rewrite = rule.saying("rewrite").child("rewrite")
    request, response = header_changes(rule.saying("headers").child("headers"))
    entries = rule.action.routes
    host = rewrite.text("authority") or request.host
    if len(entries) == 1:
        own_request, own_response = header_changes(entries[0].child("headers"))
        request, response = _joined(request, own_request), _joined(response, own_response)
        host = host or own_request.host
    timeout = nanoseconds(rule.saying("timeout").text("timeout"))
    retries = rule.saying("retries")
    policy = _retry_policy(retries.child("retries")) if retries.has("retries") else RetryPolicy()
    cors = rule.saying("corsPolicy").child("corsPolicy").data
    several = entries if len(entries) > 1 else ()
    of_targets = tuple(
        header_changes(weighted_route.child("headers"))
        for weighted_route in several
        if weighted_route.weight
    )
    return RouteSettings(
        request, response, host, _path_rewrite(route, rewrite), timeout or None, policy,
        tuple(_mirrors(route)), cors, of_targets,
    )  # fmt: skip


def header_changes(headers: View) -> tuple[HeaderChanges, HeaderChanges]:
    """Read ``headers``: what happens to those of requests, and of answers."""
    return _changes(headers.child("request")), _changes(headers.child("response"))


def lost_header(rule: HttpRule) -> str | None:
    """Name the first header that a root changes in vain, since the ``headers`` of its delegate take their place.

    mergeHTTPRoute (pilot/pkg/model/virtualservice.go, Istio 1.31) takes those of the root where the delegate has
    none, and else the delegate's alone.
    """
    if rule.root is rule.action or not rule.action.has("headers"):
        return None
    sides = zip(*(header_changes(route.child("headers")) for route in rule.written), strict=True)
    for wide, narrow in sides:
        kept = {name.lower() for name in _names(narrow)}
        lost = next((name for name in _names(wide) if name.lower() not in kept), None)
        if lost is not None:
            return lost
    return None


def _names(changes: HeaderChanges) -> Iterator[str]:
    yield from (header_change.name for header_change in changes.changed)
    yield from changes.removed
    if changes.host:
        yield "host"


def overruled_headers(rule: View) -> frozenset[str]:
    """Name the headers, in lower case, that ``set`` and ``remove`` of a rule decide, whatever its destinations do.

    Of several destinations each one's operations come first (finalizeRequestHeaders and finalizeResponseHeaders of
    WeightedClusterEntry, source/common/router/config_impl.cc of Envoy): those of the rule replace what they made. Of
    a single one they come last (processDestination, pilot/pkg/networking/core/route/route.go, Istio 1.31). Values
    that are computed may still be made of those of a destination.
    """
    changes = _changes(rule)
    decided = (one.name for one in changes.changed if not one.append and "%" not in one.value)
    return frozenset(name.lower() for name in (*decided, *changes.removed))


def _path_rewrite(route: EffectiveRoute, rewrite: View) -> PathRewrite | None:
    """Read ``rewrite``; ``/`` for a prefix of the Gateway API takes the prefix away."""
    regex = rewrite.child("uriRegexRewrite")
    if regex.data:
        return PathRewrite("", regex.text("match"), regex.text("rewrite"))
    uri = rewrite.text("uri")
    if uri == "/" and route.virtual_service.is_generated:
        match = route.match.match if route.match is not None else None
        prefix = match.child("uri").text("prefix") if match is not None else ""
        # A prefix / is none that ends with a segment, so that nothing is taken away.
        taken = quote_meta(prefix) if prefix != "/" else ""
        return PathRewrite("", f"^{taken}(/?)(.*)", r"/\2")
    return PathRewrite(uri) if uri else None


def _changes(operations: View) -> HeaderChanges:
    changed: list[HeaderChange] = []
    host = ""
    for key in ("add", "set"):  # the host that is set wins
        for name, value in operations.labels_of(key).items():
            host = value if name.lower() in {":authority", "host"} else host
    for key in ("set", "add"):
        written = sorted(operations.labels_of(key).items())
        own = ((name, value) for name, value in written if not _is_internal(name))
        changed += (HeaderChange(name, value, key == "add") for name, value in own)
    removed = tuple(text for text in operations.texts("remove") if not _is_internal(text))
    return HeaderChanges(tuple(changed), removed, host)


def _is_internal(name: str) -> bool:
    return name.startswith(":") or name.lower() == "host"


def _joined(header_changes: HeaderChanges, other: HeaderChanges) -> HeaderChanges:
    return HeaderChanges(
        header_changes.changed + other.changed,
        header_changes.removed + other.removed,
        header_changes.host,
    )


def _retry_policy(retries: View) -> RetryPolicy | None:
    attempts = retries.number("attempts") or 0
    if attempts <= 0:
        return None
    policy = RetryPolicy(attempts)
    written = retries.text("retryOn")
    if written:
        words, codes = _split(written)
        if codes and "retriable-status-codes" not in words:
            words.append("retriable-status-codes")
        policy = policy._replace(retry_on=",".join(words), status_codes=tuple(codes))
    return policy._replace(
        per_try=nanoseconds(retries.text("perTryTimeout")),
        backoff=nanoseconds(retries.text("backoff")),
    )


def _split(retry_on: str) -> tuple[list[str], list[int]]:
    """Tell status codes from Envoy's words."""
    words, codes = [], []
    for part in (one.strip() for one in retry_on.split(",")):
        code = whole_number(part)
        if code is not None and code in _CODES:
            codes.append(code)
        elif part:
            words.append(part)
    return words, codes


def _mirrors(route: EffectiveRoute) -> Iterator[Mirror]:
    """Walk the mirrors; a delegate inherits the one, its percentage and the list of others each by itself."""
    rule = route.rule
    one, several = rule.saying("mirror"), rule.saying("mirrors")
    if one.has("mirror"):
        percent = rule.saying("mirrorPercentage").child("mirrorPercentage").data.get("value")
        if percent is None:
            percent = rule.saying("mirrorPercent").data.get("mirrorPercent")
        yield from _mirror(one.mirrors[:1], percent)
    others = several.mirrors[several.has("mirror") :]
    for destination, (_, data) in zip(others, several.items("mirrors"), strict=True):
        percentage = data.get("percentage")
        yield from _mirror(
            [destination], percentage.get("value") if isinstance(percentage, dict) else None
        )


def _mirror(destinations: Sequence[Destination], percent: Any) -> Iterator[Mirror]:
    number = percent if isinstance(percent, int | float) else 100
    if number > 0:
        yield from (Mirror(destination, number) for destination in destinations)
