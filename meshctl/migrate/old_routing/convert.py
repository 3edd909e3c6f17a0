"""Converts RouteRules, DestinationPolicies and EgressRules of config.istio.io/v1alpha2."""

from collections.abc import Sequence

from meshctl.migrate.drafts import Draft
from meshctl.migrate.known import Known
from meshctl.migrate.old_routing.destination_rules import DestinationRules
from meshctl.migrate.old_routing.egress_rules import convert_egress
from meshctl.migrate.old_routing.route_rules import convert_routes
from meshctl.resources import Resource


def convert(several: Sequence[tuple[Resource, Draft]], known: Known) -> None:
    """Convert all of them; routes and policies of a host share its DestinationRule."""
    rules = DestinationRules(known)
    for resource, draft in several:
        if resource.kind == "DestinationPolicy":
            rules.add(resource, draft)
        elif resource.kind == "EgressRule":
            convert_egress(resource, draft, known)
    convert_routes([pair for pair in several if pair[0].kind == "RouteRule"], known, rules)
    rules.write()
