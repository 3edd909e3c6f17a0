"""A DestinationRule is for a Service of ambient mode that uses no waypoint.

Clients in ambient mode go through ztunnel, which reads no DestinationRules: load balancing, limits
and outlier detection happen for clients with a sidecar alone, and at gateways.

Fix: label the Service or its namespace `istio.io/use-waypoint: <name>` and deploy that waypoint.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.ambient import ambient_service, proxy_setting
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, rule

_CODES = ("KIA0210", "KIA0211")


@rule(on=DestinationRule, severity=Severity.WARNING, equivalents=_CODES, since="0.1.0")
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report settings for Services that only ztunnel carries, unless a gateway routes there."""
    service = ambient_service(destination_rule, mesh.registry, mesh.ambient)
    place = proxy_setting(destination_rule)
    if service is None or place is None or mesh.ambient.waypoint_use(service) is not None:
        return
    if not mesh.traffic.destinations.comes_from_gateway(
        mesh.traffic.destination_rules.host_of(destination_rule)
    ):
        yield Finding(
            place,
            f"{service.title} is in ambient mode and uses no waypoint, so clients in ambient mode "
            "don't follow this setting",
        ).also(service.at("metadata", "name"), "has no label istio.io/use-waypoint")
