"""A listener chooses namespaces by a selector that its `from` doesn't ask for, or lacks one.

`allowedRoutes.namespaces.selector` counts where `from` is `Selector` alone. Without `from` a listener takes the routes of
its own namespace, whatever the selector says; with `from: Selector` and no selector it takes those of all namespaces.

Fix: write `from: Selector` beside `selector`, or remove the one of them that isn't meant.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesGateway
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_SELECTOR = "Selector"
_TAKEN = {"All": "all namespaces", "Same": "its own namespace alone", "None": "no namespace"}


@rule(on=KubernetesGateway, severity=Severity.ERROR, since="0.1.0", needs=("selector", "from"))
def check(gateway: KubernetesGateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report selectors of listeners that are not read, and missing ones."""
    for listener in gateway.listeners:
        written = listener.child("allowedRoutes", "namespaces")
        if written.has("selector") and listener.routes_from != _SELECTOR:
            taken = _TAKEN.get(listener.routes_from, "its own namespace alone")
            yield Finding(
                written.key("selector"),
                f"this selector is not read: without `from: Selector` the listener takes routes of {taken}",
            ).fixed_by(put(written.at("from"), _SELECTOR), safe=False)
        elif (
            listener.routes_from == _SELECTOR
            and not written.has("selector")
            and mesh.gateway_api.gateway(gateway) is not None
        ):
            yield Finding(
                written.at("from"),
                "there is no selector beside it, so that the listener takes routes of all namespaces",
            )
