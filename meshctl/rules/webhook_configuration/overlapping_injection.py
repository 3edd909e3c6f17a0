"""Two injection webhooks take the same pods.

A pod that both take is injected twice, by two revisions: containers and volumes are there in a mix
of both, and often the pod doesn't start.

Fix: let the selectors exclude each other, as those of istiod's own webhooks do, or remove the
webhook of the revision that isn't used any more.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import WebhookConfiguration
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=WebhookConfiguration, severity=Severity.ERROR, equivalents=("IST0139",), since="0.1.0")
def check(configuration: WebhookConfiguration, mesh: Mesh) -> Iterator[Outcome]:
    """Report each injection webhook with the others that take a pod of some labels too."""
    for webhook in configuration.webhooks:
        if webhook not in mesh.injection.webhooks.webhooks:
            continue
        others = list(mesh.injection.webhooks.overlaps(webhook))
        if not others:
            continue
        names = ", ".join(f"{webhook.resource.name}/{webhook.name}" for webhook in others[:3])
        finding = Finding(
            webhook.at("name"), f"pods that this webhook injects are injected by {names} too"
        )
        for other in others[:3]:
            finding = finding.also(other.at("name"), "takes the same pods")
        yield finding
