"""An injection webhook calls a Service that isn't there.

With `failurePolicy: Fail` no pod that it selects can be made (`failed calling webhook`); with
`Ignore` pods are made without a sidecar.

Fix: remove the webhook of a control plane that is gone, or correct
`clientConfig.service.name`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import WebhookConfiguration
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=WebhookConfiguration, severity=Severity.ERROR, equivalents=("IST0139",), since="0.1.0")
def check(configuration: WebhookConfiguration, mesh: Mesh) -> Iterator[Outcome]:
    """Report Services that are missing where those of their namespace are known."""
    for webhook in configuration.webhooks:
        name, namespace = webhook.service.text("name"), webhook.service.text("namespace")
        if not mesh.injection.webhooks.has(webhook) or not name:
            continue
        if mesh.registry.at(mesh.registry.fqdn(name, namespace)):
            continue
        if known := mesh.knows.all_of("Service", namespace):
            yield Finding(
                webhook.service.at("name"),
                f"there is no Service {namespace}/{name}, so no pod is injected by this webhook",
                severity=None if mesh.is_whole else Severity.WARNING,
            )
        else:
            yield NotChecked(known.reason)
