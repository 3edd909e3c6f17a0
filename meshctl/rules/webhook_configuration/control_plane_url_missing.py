"""A webhook of Istio says neither which URL nor which Service to call.

With a control plane outside the cluster the URL is that of its gateway. Without it pods are not
injected and objects not validated; with `failurePolicy: Fail` none can be made.

Fix: set `clientConfig.url` to the address of the external control plane, or name the Service.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.injection import host_of, is_of_istiod
from meshctl.resources import WebhookConfiguration
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=WebhookConfiguration, severity=Severity.WARNING, equivalents=("IST0163",), since="0.1.0")
def check(configuration: WebhookConfiguration, mesh: Mesh) -> Iterator[Outcome]:
    """Report webhooks without an address, or with a URL that has no host."""
    if not is_of_istiod(configuration):
        return
    for webhook in configuration.webhooks:
        client = webhook.child("clientConfig")
        url = client.text("url")
        if not url and not webhook.service.data:
            place = client.at("url") if "url" in client.data else webhook.at("clientConfig")
            yield Finding(
                place,
                f"webhook {webhook.name} has neither a url nor a service, so that nobody is called",
            )
        elif url and not host_of(url):
            yield Finding(
                client.at("url"),
                f"{quoted(url)} is no address that webhook {webhook.name} could call",
            )
