"""What does Istio's webhook say about a PeerAuthentication?

Mirrors ValidatePeerAuthentication, pkg/config/validation/validation.go, Istio 1.31. The CRD
refuses portLevelMtls that is empty, stands without a selector, or names no port.
"""

from collections.abc import Iterator

from meshctl.resources.resource import Resource
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.selectors import check_selector


def check(resource: Resource) -> Iterator[Fault]:
    """Check one PeerAuthentication."""
    yield from check_selector(resource.spec)
