"""A listener allows a kind of routes that its protocol can't have.

HTTP and HTTPS listeners take HTTPRoutes and GRPCRoutes, TCP ones TCPRoutes, TLS ones TLSRoutes, and
TCPRoutes where they open TLS. Routes of the other kinds are refused; the status of the listener
says InvalidRouteKinds, and the kinds that fit work all the same.

Fix: remove the kind from the listener's `allowedRoutes.kinds`, or change the listener's `protocol`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesGateway, Ref
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule
from meshctl.words import quoted


@rule(on=KubernetesGateway, severity=Severity.ERROR, since="0.1.0")
def check(gateway: KubernetesGateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report each listener with a kind that it can't take."""
    read = mesh.gateway_api.gateway(gateway)
    for listener in read.all_listeners if read is not None else ():
        resolved = listener.conditions.get("ResolvedRefs")
        if resolved is not None and resolved.reason == "InvalidRouteKinds" and resolved.ref:
            text = f"listener {quoted(listener.listener.name)}: {resolved.text}"
            kinds = [kind for _, kind in listener.listener.child("allowedRoutes").items("kinds")]
            # an empty list would allow all kinds, and beside a group the kind may be right
            is_idle = len(kinds) > 1 and not any("group" in kind for kind in kinds)
            entry = Ref(resolved.ref.resource, resolved.ref.path[:-1])
            edits = [delete(entry)] if is_idle else []
            yield Finding(resolved.ref, text).fixed_by(*edits)
