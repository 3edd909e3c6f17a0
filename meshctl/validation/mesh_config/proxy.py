"""Checks the settings of every proxy (``defaultConfig``).

Mirrors ValidateMeshConfigProxyConfig, pkg/config/validation/agent/validation.go, Istio 1.31.
"""

from collections.abc import Iterator

from meshctl.istio.durations import nanoseconds
from meshctl.resources.view import View
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse, warn
from meshctl.validation.webhook.destination.client_tls import check_client_tls
from meshctl.validation.webhook.fields.addresses import is_ip, split_port
from meshctl.validation.webhook.fields.durations import check_durations, check_readable
from meshctl.validation.webhook.fields.hosts import why_not_fqdn
from meshctl.validation.webhook.fields.ports import check_number, why_not_port
from meshctl.words import quoted

SECOND = 10**9
HOST_IP = "$(HOST_IP)"
SMALLEST_WINDOW = 65535

_REQUIRED = ("configPath", "binaryPath", "serviceCluster", "discoveryAddress")
_DURATIONS = (
    "httpIdleTimeout", "httpMaxConnectionDuration", "httpDrainTimeout", "httpRequestTimeout",
    "httpRequestHeadersTimeout", "httpStreamIdleTimeout", "httpMaxStreamDuration",
)  # fmt: skip
_SMALLEST = {
    "listenerPerConnectionBufferLimitBytes": 0,
    "clusterPerConnectionBufferLimitBytes": 0,
    "httpMaxConcurrentStreams": 1,
    "http2InitialStreamWindowSize": SMALLEST_WINDOW,
    "http2InitialConnectionWindowSize": SMALLEST_WINDOW,
    "listenerConnectionLimit": 1,
    "globalDownstreamConnectionLimit": 1,
}
_AUTO_ALLOCATE = "ISTIO_META_DNS_AUTO_ALLOCATE"


def check_proxy(proxy: View) -> Iterator[Fault]:
    """Check the settings of every proxy."""
    for key in _REQUIRED:
        if proxy.has(key) and not proxy.text(key):
            yield refuse(proxy.at(key), f"{key} cannot be empty")
    yield from check_durations(proxy, "drainDuration")
    if (nanoseconds(proxy.text("drainDuration")) or 0) % SECOND:
        yield refuse(proxy.at("drainDuration"), "the drain duration is whole seconds")
    for key in ("proxyAdminPort", "statusPort"):
        if proxy.has(key):
            yield from check_number(proxy, key)
    for key in ("discoveryAddress", "statsdUdpAddress", "envoyMetricsServiceAddress"):
        yield from _check_address(proxy, key)
    for key in ("envoyMetricsService", "envoyAccessLogService"):
        yield from _check_address(proxy.child(key), "address")
    policy = proxy.data.get("controlPlaneAuthPolicy")
    if policy not in {None, "NONE", "MUTUAL_TLS"}:
        yield refuse(
            proxy.at("controlPlaneAuthPolicy"), f"{quoted(policy)} is not NONE or MUTUAL_TLS"
        )
    if proxy.child("proxyMetadata").has(_AUTO_ALLOCATE):
        yield warn(
            proxy.at("proxyMetadata", _AUTO_ALLOCATE),
            f"{_AUTO_ALLOCATE} is deprecated; istiod allocates addresses by itself",
        )
    yield from _check_tracing(proxy.child("tracing"))
    if proxy.has("privateKeyProvider"):
        yield from _check_key_provider(proxy.child("privateKeyProvider"))
    yield from _check_connection_settings(proxy.child("connectionSettings"))


def _check_connection_settings(settings: View) -> Iterator[Fault]:
    """Check limits and timeouts of connections."""
    for key, smallest in _SMALLEST.items():
        number = settings.number(key)
        if number is not None and number < smallest:
            yield refuse(settings.at(key), f"{key} is {number}; it is {smallest} or more")
    for key in _DURATIONS:
        yield from check_readable(settings, key)
        if (nanoseconds(settings.text(key)) or 0) < 0:
            yield refuse(settings.at(key), f"{key} cannot be negative")


def why_not_address(address: str) -> str | None:
    """Say why a text is not host and port."""
    parts = split_port(address)
    if parts is None:
        return f"{quoted(address)} is not of the form host:port"
    host, port = parts
    if not (port.isascii() and port.isdigit() and len(port) < 10):  # noqa: PLR2004
        return f"{quoted(port)} in {quoted(address)} is not the number of a port"
    return why_not_port(int(port)) or (None if is_ip(host) else why_not_fqdn(host))


def _check_address(owner: View, key: str, host_ip: str = HOST_IP) -> Iterator[Fault]:
    address = owner.text(key).replace(HOST_IP, host_ip, 1)
    if address and (why := why_not_address(address)):
        yield refuse(owner.at(key), why)


def _check_tracing(tracing: View) -> Iterator[Fault]:
    for name in ("lightstep", "zipkin", "datadog"):
        tracer = tracing.child(name)
        if not tracing.has(name):
            continue
        if not tracer.text("address"):
            yield refuse(tracer.at("address"), f"{name} needs an address, host:port")
        yield from _check_address(
            tracer, "address", HOST_IP if name == "lightstep" else "127.0.0.1"
        )
        if name == "lightstep" and not tracer.text("accessToken"):
            yield refuse(tracer.at("accessToken"), "lightstep needs an accessToken")
    yield from check_client_tls(tracing.child("tlsSettings"))


def _check_key_provider(provider: View) -> Iterator[Fault]:
    name = next((name for name in ("cryptomb", "qat") if provider.has(name)), None)
    if name is None:
        yield refuse(provider.at(), "privateKeyProvider needs cryptomb or qat")
        return
    settings = provider.child(name)
    yield from check_readable(settings, "pollDelay")
    delay = nanoseconds(settings.text("pollDelay"))
    if not settings.has("pollDelay") or delay == 0:
        yield refuse(settings.at("pollDelay"), f"{name} needs a pollDelay above 0")
