"""Istio's validating webhook refuses an object.

The object fits its schema, but istiod can't make sense of it, so that `kubectl apply` fails with
"admission webhook denied the request". Where the webhook is not asked, as in a cluster without
istiod, the object is stored and istiod ignores it or a part of it.

Fix: give the field of the finding one of the values that its message allows; `meshctl validate FILE`
tells whether the webhook accepts the object then.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.validation.faults import fix_of


@rule(on=Resource, severity=Severity.ERROR, since="0.1.0", equivalents=("IST0106",))
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report what the webhook refuses."""
    for fault in mesh.verdict(resource).of("webhook"):
        yield Finding(fault.at(resource), fault.message, fix=fix_of(fault, resource))
