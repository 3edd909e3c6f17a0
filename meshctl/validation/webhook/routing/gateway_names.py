"""Checks the Gateways that a VirtualService names.

Mirrors validateGatewayNames, pkg/config/validation/validation.go, Istio 1.31.
"""

from collections.abc import Iterator

from meshctl.resources.view import View
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse, warn
from meshctl.validation.webhook.fields.hosts import is_label, why_not_fqdn
from meshctl.words import quoted


def check_gateways(owner: View, *, converted: bool = False) -> Iterator[Fault]:
    """Check the field ``gateways``; the webhook looks at nothing behind the first bare name."""
    for at, gateway in enumerate(owner.texts("gateways")):
        place = owner.at("gateways", at)
        namespace, slash, name = gateway.partition("/")
        if not slash:
            if "." in gateway:
                name, namespace = gateway.split(".")[:2]
                yield warn(place, f"{gateway} is an old form; write {namespace}/{name}")
            if why := why_not_fqdn(gateway):
                yield refuse(place, why)
            return
        if not namespace or not name:
            yield refuse(
                place, f"{quoted(gateway)} lacks a namespace or a name; write namespace/name"
            )
        elif not is_label(namespace):
            yield refuse(place, f"{quoted(namespace)} in {quoted(gateway)} is not a namespace")
        elif not is_label(name) and not converted:
            yield refuse(place, f"{quoted(name)} in {quoted(gateway)} is not the name of a Gateway")
