"""Checks ProxyConfigs.

Mirrors ValidateProxyConfig, pkg/config/validation/validation.go, Istio 1.31. The CRD refuses a
negative concurrency.
"""

from collections.abc import Iterator

from meshctl.resources.resource import Resource
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.fields.selectors import check_selector


def check(resource: Resource) -> Iterator[Fault]:
    """Check one ProxyConfig."""
    yield from check_selector(resource.spec)
