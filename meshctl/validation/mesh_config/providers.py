"""Checks extension providers.

Mirrors pkg/config/validation/agent/extensionprovider.go, Istio 1.31. istiod only logs what is
wrong, and the provider does not work.
"""

import re
from collections.abc import Iterator

from meshctl.resources.view import View, views
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import warn
from meshctl.validation.webhook.fields.addresses import is_ip
from meshctl.validation.webhook.fields.hosts import check_scoped_host, why_not_fqdn
from meshctl.validation.webhook.fields.ports import check_number
from meshctl.words import quoted

SERVICES = (
    "envoyExtAuthzHttp", "envoyExtAuthzGrpc", "zipkin", "lightstep", "datadog", "opencensus",
    "skywalking", "envoyOtelAls", "opentelemetry", "envoyHttpAls", "envoyTcpAls",
)  # fmt: skip
"""The providers that are a service; the others have nothing to check."""

STATUSES = frozenset({
    100, *range(200, 209), 226, *range(300, 306), 307, 308, *range(400, 418), *range(421, 425), 426,
    428, 429, 431, *range(500, 509), 510, 511,
})  # fmt: skip
"""The statuses that Envoy has names for (envoy/type/v3/http_status.proto)."""

_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def check_providers(mesh: View) -> Iterator[Fault]:
    """Check every extension provider; all that is wrong is a warning."""
    names = set()
    for entry in views(mesh, "extensionProviders", View):
        name = entry.text("name")
        if not name:
            yield warn(entry.at("name"), "a provider needs a name")
        elif name in names:
            yield warn(entry.at("name"), f"two providers are named {name}")
        names.add(name)
        if not any(key != "name" for key in entry.names()):
            yield warn(entry.at(), f"the provider {name} is of no kind")
        for kind in SERVICES:
            if entry.has(kind):
                for fault in _check_service(entry.child(kind), kind):
                    yield fault._replace(is_warning=True)


def _check_service(provider: View, kind: str) -> Iterator[Fault]:
    service = provider.text("service")
    if "/" in service:
        yield from check_scoped_host(provider.at("service"), service, kind="Sidecar")
    elif not is_ip(service) and (why := why_not_fqdn(service)):
        yield warn(provider.at("service"), why)
    yield from check_number(provider, "port")
    if kind.startswith("envoyExtAuthz"):
        yield from _check_authorizer(provider)
    if kind == "lightstep" and not provider.text("accessToken"):
        yield warn(provider.at("accessToken"), "lightstep needs an accessToken")
    if kind == "opentelemetry" and provider.has("grpc") and provider.has("http"):
        yield warn(provider.at("http"), "grpc and http exclude each other")


def _check_authorizer(provider: View) -> Iterator[Fault]:
    status = provider.text("statusOnError")
    if status and not (status.isascii() and status.isdigit() and int(status[:4]) in STATUSES):
        yield warn(
            provider.at("statusOnError"), f"{quoted(status)} is no status that Envoy has a name for"
        )
    prefix = provider.text("pathPrefix")
    if prefix and (not prefix.startswith("/") or _BAD_ESCAPE.search(prefix)):
        yield warn(provider.at("pathPrefix"), f"{quoted(prefix)} is not a path; it begins with /")
