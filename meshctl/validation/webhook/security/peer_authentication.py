"""Checks PeerAuthentications.

Mirrors ValidatePeerAuthentication, pkg/config/validation/validation.go, Istio 1.31. The CRD
refuses portLevelMtls that is empty, stands without a selector, or names no port.
"""

import re
from collections.abc import Iterator

from meshctl.resources.resource import Resource
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse
from meshctl.validation.webhook.fields.selectors import check_selector
from meshctl.words import quoted

_NUMBER = re.compile("[1-9][0-9]*")


def check(resource: Resource) -> Iterator[Fault]:
    """Check one PeerAuthentication."""
    yield from check_selector(resource.spec)
    ports = resource.spec.child("portLevelMtls")
    for port in ports.names():
        if not _NUMBER.fullmatch(port):  # the CEL rule reads 080 and +80, istiod does not
            yield refuse(
                ports.key(port), f"{quoted(port)} is not the number of a port as JSON has it"
            )
