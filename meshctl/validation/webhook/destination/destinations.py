"""Checks destinations and their weights.

Mirrors validateDestination and validateRouteDestinations, pkg/config/validation/validation.go,
Istio 1.31.
"""

from collections.abc import Iterator

from meshctl.resources.istio.virtual_service import Route
from meshctl.resources.view import View
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse
from meshctl.validation.webhook.fields.hosts import is_label, why_not_host
from meshctl.validation.webhook.fields.ports import check_number
from meshctl.words import quoted


def why_not_subset_name(name: str) -> str | None:
    """Say why a text cannot name a subset."""
    if not name:
        return "the name of a subset cannot be empty"
    if is_label(name):
        return None
    return f"{quoted(name)} cannot name a subset; allowed: letters, digits and inner dashes, 63 at most"


def check_destination(destination: View) -> Iterator[Fault]:
    """Check host, subset and port of a destination."""
    host, subset = destination.text("host"), destination.text("subset")
    why = "a destination is one host; * is not" if host == "*" else why_not_host(host)
    if why:
        yield refuse(destination.at("host"), why)
    if subset and (why := why_not_subset_name(subset)):
        yield refuse(destination.at("subset"), why)
    if destination.has("port"):
        yield from check_number(destination.child("port"))


def check_routes(owner: Route, *, converted: bool) -> Iterator[Fault]:
    """Check the destinations of a route and their weights.

    ``converted``: istiod made the route from one of the Gateway API, whose destinations it checks.
    """
    routes = owner.routes
    for route in routes:
        if not converted:
            yield from check_destination(route.destination)
        if (weight := route.number("weight") or 0) < 0:
            yield refuse(route.at("weight"), f"the weight {weight} is negative")
    if len(routes) > 1 and sum(route.number("weight") or 0 for route in routes) == 0:
        yield refuse(
            owner.at("route"), "the weights sum up to 0, so no destination gets any traffic"
        )
