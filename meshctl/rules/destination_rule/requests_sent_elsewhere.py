"""A DestinationRule sets something for a host, and routes send all its requests to other hosts.

A VirtualService that leads `shop` to `shop-v1` and `shop-v2`, as Flagger and Argo Rollouts do it with
Services, makes proxies connect to these. Limits, outlier detection and TLS come from the
DestinationRules of the hosts they connect to; what is set for `shop` holds for no request.

Fix: write a DestinationRule for each of the hosts that the routes lead to; for a Canary,
`spec.service.trafficPolicy`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=DestinationRule, severity=Severity.WARNING, since="0.1.0")
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report policies of hosts that no route leads to, and that some VirtualService takes."""
    if not destination_rule.policy.data:
        return
    service = mesh.clauses.unrouted_hosts.taken_by(destination_rule)
    if service is None:
        return
    led = dict.fromkeys(
        destination.host for route in service.routes for destination in route.destinations
    )
    yield Finding(
        destination_rule.spec.key("trafficPolicy"),
        f"{service.title} sends all requests for {destination_rule.host} to {', '.join(list(led)[:3])}: "
        "this policy holds for none of them",
    ).also(service.spec.at("hosts"), "has the host")
