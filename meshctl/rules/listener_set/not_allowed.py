"""A Gateway doesn't allow a ListenerSet to add listeners.

Without `spec.allowedListeners` a Gateway allows none, not even of its own namespace. The ListenerSet is
not accepted, nothing listens for it, and routes that name it have no parent.

Fix: let the Gateway allow listeners of the namespace (`spec.allowedListeners.namespaces.from`).
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import ListenerSet
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=ListenerSet, severity=Severity.ERROR, since="0.1.0")
def check(listeners: ListenerSet, mesh: Mesh) -> Iterator[Outcome]:
    """Report ListenerSets whose Gateway is known and refuses them."""
    accepted = mesh.gateway_api.set_conditions(listeners).get("Accepted")
    if accepted is not None and accepted.reason == "NotAllowed" and accepted.ref is not None:
        yield Finding(accepted.ref, accepted.text)
