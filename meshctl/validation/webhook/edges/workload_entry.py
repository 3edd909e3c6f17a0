"""Checks WorkloadEntries.

Mirrors ValidateWorkloadEntry, pkg/config/validation/validation.go, Istio 1.31.
"""

from collections.abc import Iterator

from meshctl.resources.resource import Resource
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.edges.endpoints import check_endpoint


def check(resource: Resource) -> Iterator[Fault]:
    """Check one WorkloadEntry."""
    yield from check_endpoint(resource.spec, may_be_host=True)
