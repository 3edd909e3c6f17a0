"""A webhook of Istio calls the external control plane by an IP address.

The address may change, and a certificate for it is rare, so that calls fail the day it does.

Fix: give the control plane's gateway a host name and use that in `clientConfig.url`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.injection import host_of, is_of_istiod
from meshctl.resources import WebhookConfiguration
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.validation.webhook.fields.addresses import is_ip


@rule(on=WebhookConfiguration, severity=Severity.INFO, equivalents=("IST0164",), since="0.1.0")
def check(configuration: WebhookConfiguration, mesh: Mesh) -> Iterator[Outcome]:
    """Report URLs whose host is an address."""
    if not is_of_istiod(configuration):
        return
    for webhook in configuration.webhooks:
        client = webhook.child("clientConfig")
        host = host_of(client.text("url"))
        if is_ip(host):
            yield Finding(
                client.at("url"), f"webhook {webhook.name} calls address {host} and no host name"
            )
