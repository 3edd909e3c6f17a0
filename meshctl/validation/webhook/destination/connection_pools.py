"""Checks the settings of a connection pool.

Mirrors validateConnectionPool, pkg/config/validation/validation.go, Istio 1.31.
"""

from collections.abc import Iterator

from meshctl.istio.durations import nanoseconds
from meshctl.resources.view import View
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse
from meshctl.validation.webhook.fields.durations import (
    MILLISECOND,
    check_durations,
    check_readable,
    why_not_duration,
)

_HTTP_COUNTS = (
    "http1MaxPendingRequests", "http2MaxRequests", "maxRequestsPerConnection", "maxRetries",
    "maxConcurrentStreams",
)  # fmt: skip


def check_connection_pool(owner: View, key: str = "connectionPool") -> Iterator[Fault]:
    """Check a connection pool, if there is one."""
    if not owner.has(key):
        return
    pool = owner.child(key)
    if not pool.has("http") and not pool.has("tcp"):
        yield refuse(owner.key(key), f"{key} is empty; it needs http or tcp")
        return
    if pool.has("http"):
        yield from _check_http(pool.child("http"))
    if pool.has("tcp"):
        yield from _check_tcp(pool.child("tcp"))


def _check_http(http: View) -> Iterator[Fault]:
    yield from _check_counts(http, *_HTTP_COUNTS)
    yield from check_durations(http, "idleTimeout")
    if http.text("h2UpgradePolicy") == "UPGRADE" and http.flag("useClientProtocol"):
        yield refuse(
            http.at("useClientProtocol"),
            "h2UpgradePolicy: UPGRADE always speaks HTTP/2, so it cannot use the client's protocol",
        )
    if http.has("http2KeepAlive"):
        alive = http.child("http2KeepAlive")
        for key in ("interval", "timeout"):
            if not alive.has(key):
                yield refuse(http.key("http2KeepAlive"), f"http2KeepAlive needs a {key}")
        yield from check_durations(alive, "interval", "timeout")


def _check_tcp(tcp: View) -> Iterator[Fault]:
    yield from _check_counts(tcp, "maxConnections")
    yield from check_durations(tcp, "connectTimeout", "maxConnectionDuration")
    yield from check_readable(tcp, "idleTimeout")
    # 0 switches the timeout off; Istio rounds to milliseconds before it compares.
    idle = nanoseconds(tcp.text("idleTimeout"))
    if (
        idle is not None
        and 2 * abs(idle) >= MILLISECOND
        and (why := why_not_duration(tcp.text("idleTimeout")))
    ):
        yield refuse(tcp.at("idleTimeout"), why)
    yield from check_durations(tcp.child("tcpKeepalive"), "time", "interval")


def _check_counts(pool: View, *keys: str) -> Iterator[Fault]:
    for key in keys:
        if (count := pool.number(key) or 0) < 0:
            yield refuse(pool.at(key), f"{key} is {count}; it cannot be negative")
