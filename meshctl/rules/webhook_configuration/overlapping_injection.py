"""Two injection webhooks take the same pods.

A pod that both take is injected twice, by two revisions: containers and volumes are there in a mix
of both, and often the pod doesn't start.

Fix: let the selectors exclude each other, as those of istiod's own webhooks do, or remove the
webhook of the revision that isn't used any more.
"""

from collections.abc import Iterator
from itertools import islice

from meshctl.mesh import Mesh
from meshctl.resources import WebhookConfiguration
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, shortened

SHOWN = 3


@rule(on=WebhookConfiguration, severity=Severity.ERROR, equivalents=("IST0139",), since="0.1.0")
def check(configuration: WebhookConfiguration, mesh: Mesh) -> Iterator[Outcome]:
    """Report each injection webhook with the others that take a pod of some labels too."""
    for webhook in configuration.webhooks:
        if not mesh.injection.webhooks.has(webhook):
            continue
        others = list(islice(mesh.injection.webhooks.overlaps.of(webhook), SHOWN))
        if not others:
            continue
        names = shortened(
            [f"{webhook.resource.name}/{webhook.name}" for webhook in others], MOST_LISTED
        )
        finding = Finding(
            webhook.at("name"), f"pods that this webhook injects are injected by {names} too"
        )
        for other in others:
            finding = finding.also(other.at("name"), "takes the same pods")
        yield finding
