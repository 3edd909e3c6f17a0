"""A path of an Ingress never gets a request, since another one takes them all before.

The paths of all Ingresses for a host are put in one order: the longer first, of equal ones the exact one, then that of the
older Ingress.

Fix: remove one of the two paths, or let them differ.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import order_is_known
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Resource, severity=Severity.WARNING, since="0.1.0", holds=("Ingress",))
def check(ingress: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report paths that one of the same host, of this or another Ingress, covers."""
    if not mesh.gateways.ingresses.has(ingress):
        return
    for taken in mesh.gateways.ingress_routes.taken(ingress):
        other = taken.first.ingress
        whose = "another path" if other is ingress else other.title
        known = other is ingress or order_is_known((ingress, other))
        doubt = "" if known else ", if that is the older one; files don't say which is"
        text = f"for host {taken.host} {whose} takes all requests of this path{doubt}"
        severity = Severity.INFO if taken.is_same else None
        yield Finding(taken.place, text, severity).also(taken.first.view.at(), "takes the requests")
