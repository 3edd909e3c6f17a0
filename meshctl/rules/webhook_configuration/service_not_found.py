"""A webhook calls a Service that isn't there.

With `failurePolicy: Fail`, the default, none of the objects that it is for can be made or changed (`failed calling
webhook`); with `Ignore` they are made as if it weren't there: pods without a sidecar.

Fix: remove the webhook of a control plane that is gone, or correct
`clientConfig.service.name`.
"""

from collections.abc import Iterator

from meshctl.istio.names import API_SERVER
from meshctl.mesh import Mesh
from meshctl.resources import Webhook, WebhookConfiguration
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=WebhookConfiguration, severity=Severity.ERROR, equivalents=("IST0139",), since="0.1.0")
def check(configuration: WebhookConfiguration, mesh: Mesh) -> Iterator[Outcome]:
    """Report Services that are missing where those of their namespace are known."""
    for webhook in configuration.webhooks:
        name, namespace = webhook.service.text("name"), webhook.service.text("namespace")
        is_there = (namespace, name) == API_SERVER or mesh.registry.at(
            mesh.registry.fqdn(name, namespace)
        )
        if not name or is_there:
            continue
        if known := mesh.knows.all_of("Service", namespace):
            yield Finding(
                webhook.service.at("name"),
                f"there is no Service {namespace}/{name}, so {_loss(webhook, mesh)}",
                severity=None if mesh.is_whole else Severity.WARNING,
            )
        else:
            yield NotChecked(known.reason)


def _loss(webhook: Webhook, mesh: Mesh) -> str:
    if mesh.injection.webhooks.has(webhook):
        return "no pod is injected by this webhook"
    if webhook.text("failurePolicy") == "Ignore":
        return "nobody is asked by this webhook"
    return "the API server refuses all that this webhook is for"
