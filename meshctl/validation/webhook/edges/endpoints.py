"""Checks endpoints: WorkloadEntries and those of a ServiceEntry.

Mirrors validateWorkloadEntry, pkg/config/validation/validation.go, Istio 1.31. The CRDs refuse
wrong names and numbers of ports, wrong Unix sockets, and ports beside one.
"""

from collections.abc import Iterator

from meshctl.resources.view import View
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse, warn
from meshctl.validation.webhook.fields.addresses import UNIX, is_ip, why_not_ip
from meshctl.validation.webhook.fields.hosts import why_not_fqdn
from meshctl.validation.webhook.fields.labels import check_labels


def check_endpoint(endpoint: View, *, may_be_host: bool) -> Iterator[Fault]:
    """Check the address and the labels of an endpoint that may also be a Unix socket."""
    address, network = endpoint.text("address"), endpoint.text("network")
    if not address:
        if not network:
            yield refuse(endpoint.at("address"), "an endpoint needs an address or a network")
            return
        yield warn(
            endpoint.at("network"), f"without address, the gateway of {network} is the endpoint"
        )
    elif not address.startswith(UNIX):
        why = why_not_address(address) if may_be_host else why_not_ip(address)
        if why:
            yield refuse(endpoint.at("address"), why)
    yield from check_labels(endpoint, "labels")


def why_not_address(address: str) -> str | None:
    """Say why a text is neither a host nor an IP address."""
    if is_ip(address):
        return None
    why = why_not_fqdn(address)
    return f"{why}; nor is it an IP address" if why else None
