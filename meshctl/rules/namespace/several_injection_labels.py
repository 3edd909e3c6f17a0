"""A namespace has labels for more than one way into the mesh.

Only one of them acts. With `istio-injection=enabled` the webhook of the default revision injects
and `istio.io/rev` is never looked at; with either of them beside
`istio.io/dataplane-mode=ambient` pods get a sidecar, and ztunnel leaves those pods alone.

Fix: keep the one label that says what you want, and restart the pods after a change.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.injection import injection_labels
from meshctl.resources import Namespace
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule


@rule(on=Namespace, severity=Severity.WARNING, equivalents=("IST0123",), since="0.1.0")
def check(namespace: Namespace, mesh: Mesh) -> Iterator[Outcome]:
    """Report the labels that lose against another one."""
    labels = injection_labels(namespace)
    if len(labels) > 1:
        winner, *losers = labels
        others = ", ".join(f"{name}={labels[name]}" for name in losers)
        yield (
            Finding(
                namespace.key("metadata", "labels", losers[-1]),
                f"{others} {'has' if len(losers) == 1 else 'have'} no effect beside "
                f"{winner}={labels[winner]}, which decides here",
            )
            .also(namespace.key("metadata", "labels", winner), "decides")
            .fixed_by(delete(namespace.at("metadata", "labels", losers[-1])), safe=False)
        )
