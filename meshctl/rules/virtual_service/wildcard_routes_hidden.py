"""A VirtualService for one host hides the routes of another one for a wildcard host.

At a gateway a request is routed by the closest host alone. Where that one has no rule for a
request, the answer is 404: the rules for `*.example.com` are not asked any more, though they took
these requests before the host got a VirtualService of its own.

Fix: add a rule for the rest to this VirtualService, if the rest should still be answered.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.INFO, since="0.1.0", holds=("gateways",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report hosts without a default route below a wildcard that has routes."""
    for hidden_wildcard in mesh.gateways.hidden_wildcards.of(service):
        other = hidden_wildcard.hidden.service
        yield Finding(
            service.spec.key("hosts"),
            f"requests for {hidden_wildcard.host} that no rule here takes get 404 and are not routed by "
            f"{other.title} for {hidden_wildcard.wildcard}",
        ).also(
            hidden_wildcard.hidden.place,
            f"{hidden_wildcard.hidden.title} is not asked for {hidden_wildcard.host}",
        )
