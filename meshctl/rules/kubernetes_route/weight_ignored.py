"""The only backend of a rule has a weight.

Weights share out what a rule gets among several backends: the only one gets everything, whatever its weight.
`weight: 10` is no canary.

Fix: remove the weight, or add the backend that should get the rest.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute, ObjectReference
from meshctl.resources.view import views
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule

_WHOLE = frozenset({1, 100})
"""What says the same as no weight, as a number and as a share."""


@rule(on=KubernetesRoute, severity=Severity.INFO, since="0.1.0", holds=("weight",))
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report weights that change nothing; 0 does, and is told by kubernetes-route/rule-without-backend."""
    for written in route.rules:
        backends = views(written, "backendRefs", ObjectReference)
        weight = backends[0].number("weight") if len(backends) == 1 else None
        if weight and weight not in _WHOLE:
            place = backends[0].at("weight")
            text = (
                f"weight {weight} has no effect: the only backend of a rule gets all of its traffic"
            )
            yield Finding(place, text).fixed_by(delete(place))
