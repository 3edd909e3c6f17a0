"""Checks MeshNetworks.

Mirrors ValidateMeshNetworks, pkg/config/validation/agent/validation.go, Istio 1.31.
"""

from collections.abc import Iterator

from meshctl.resources.view import View, views
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse
from meshctl.validation.webhook.fields.addresses import is_ip, why_not_block
from meshctl.validation.webhook.fields.hosts import is_label, why_not_fqdn
from meshctl.validation.webhook.fields.ports import check_number
from meshctl.words import quoted


def check_networks(settings: View) -> Iterator[Fault]:
    """Check the networks of a mesh."""
    networks = settings.child("networks")
    for name in networks.names():
        network = networks.child(name)
        for endpoints in views(network, "endpoints", View):
            block, registry = endpoints.text("fromCidr"), endpoints.text("fromRegistry")
            if endpoints.has("fromCidr") and (why := why_not_block(block)):
                yield refuse(endpoints.at("fromCidr"), why)
            if endpoints.has("fromRegistry") and not is_label(registry):
                yield refuse(
                    endpoints.at("fromRegistry"),
                    f"{quoted(registry)} is not the name of a registry",
                )
        for gateway in views(network, "gateways", View):
            yield from _check_gateway(gateway)


def _check_gateway(gateway: View) -> Iterator[Fault]:
    for key in ("registryServiceName", "address"):
        host = gateway.text(key)
        if not gateway.has(key) or (key == "address" and is_ip(host)):
            continue
        if why := why_not_fqdn(host):
            yield refuse(gateway.at(key), why)
    yield from check_number(gateway, "port")
