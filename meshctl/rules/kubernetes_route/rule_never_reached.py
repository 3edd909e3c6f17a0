"""A rule never gets a request, since another one takes them all before.

Rules of all routes for one host name of a listener are put in order: exact paths, prefixes, regular
expressions (however long), no path. What comes after a prefix `/` without conditions is not even
sent to Envoy. Rules of a route without host names are not among them: they are asked by the age of
the routes alone, so that an older prefix, or one that asks for headers alone, hides closer paths of a younger route.
Rules of HTTPRoutes and GRPCRoutes are put in one order, too. Rules of TCPRoutes and TLSRoutes have
no matches: the first one gets all connections.

Fix: give the other rule a closer match, or both routes the same host names; put the backends of a TCPRoute or TLSRoute
into one rule, with weights.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import order_is_known
from meshctl.mesh.gateway_api import RuleOrder
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=KubernetesRoute, severity=Severity.WARNING, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report matches that come after one that takes their requests, and rules after one for all connections."""
    for rule_behind, first in mesh.gateway_api.connections.behind_first(route):
        text = "the first rule gets all connections of this route, so that this one never does"
        yield Finding(rule_behind.at(), text).also(first.at(), "gets the connections")
    told = {asked.ref for asked, *_ in mesh.gateway_api.competing_routes.same_asked(route)}
    for dead in mesh.gateway_api.unserved.rules(route):
        if dead.match in told:
            continue  # kubernetes-route/duplicate-match speaks of it
        other = dead.first.resource
        whose = "another rule" if other is route else other.title
        if dead.order is RuleOrder.CUT_OFF:
            taker = "a rule for all calls" if other.kind == "GRPCRoute" else "the prefix /"
            text = f"for {dead.host} {taker} of {whose} comes first and takes every request"
        elif dead.order is RuleOrder.RANK:
            text = (
                f"for {dead.host} a wider match of {whose} is asked first and takes these requests"
            )
        elif order_is_known((route, other)):
            text = f"for {dead.host} {whose}, which is older, takes these requests first"
        else:
            text = (
                f"for {dead.host} {whose} takes these requests first, if that route is older; files don't "
                "say which is"
            )
        yield Finding(dead.match, text).also(dead.first, "takes the requests")
