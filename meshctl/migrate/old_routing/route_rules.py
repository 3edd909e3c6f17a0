"""Converts RouteRules: all of one destination become one VirtualService, by precedence.

As release-0.8 istioctl/pkg/convert/route.go, which ignores the namespace of a destination and drops
source and tcp matches.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from meshctl.migrate.drafts import Draft
from meshctl.migrate.kinds import VIRTUAL_SERVICE
from meshctl.migrate.known import Known
from meshctl.migrate.old_routing.destination_rules import DestinationRules
from meshctl.migrate.old_routing.hosts import Destination, destination_of, host_of
from meshctl.migrate.old_routing.route_actions import actions
from meshctl.resources import Resource, View
from meshctl.resources.view import as_number, views

_PARTS = frozenset({"uri", "method", "authority", "scheme"})
_FIELDS = frozenset({
    "destination", "precedence", "match", "route", "redirect", "rewrite", "websocketUpgrade",
    "httpReqTimeout", "httpReqRetries", "httpFault", "l4Fault", "mirror", "corsPolicy",
    "appendHeaders",
})  # fmt: skip
Several = Sequence[tuple[Resource, Draft]]


def convert_routes(several: Several, known: Known, rules: DestinationRules) -> None:
    """Convert all RouteRules."""
    of_host: dict[str, list[tuple[Resource, Draft]]] = {}
    for rule, draft in several:
        host = host_of(rule.spec.child("destination"), known)
        if not host:
            draft.lost("a RouteRule without destination did nothing", rule.spec.at(),
                       instead="name the destination")  # fmt: skip
            continue
        of_host.setdefault(host, []).append((rule, draft))
    for host, own in of_host.items():
        _virtual_service(host, sorted(own, key=_order), known, rules)


def _order(pair: tuple[Resource, Draft]) -> tuple[int, str]:
    return -_precedence(pair[0]), pair[0].name


def _precedence(rule: Resource) -> int:
    return as_number(rule.spec.data.get("precedence")) or 0


def _virtual_service(host: str, own: Several, known: Known, rules: DestinationRules) -> None:
    converted = [_Rule(rule, draft, known, rules) for rule, draft in own]
    spec: dict[str, Any] = {"hosts": [host]}
    for key in ("http", "tcp"):
        written = [route for one in converted for route in one.routes(key)]
        if written:
            spec[key] = written
    _tell_ties(own)
    if len(spec) == 1:
        return
    first, draft = own[0]
    name = host.partition(".")[0] if "*" not in host else first.name
    made = draft.make(VIRTUAL_SERVICE, name, spec)
    for rule, other in own[1:]:
        other.share([made])
        if rule.namespace != first.namespace:
            other.near(f"the VirtualService is in namespace {first.namespace}, that of the rule "
                       "which comes first")  # fmt: skip


def _tell_ties(own: Several) -> None:
    for (rule, _), (other, draft) in pairwise(own):
        if _precedence(rule) == _precedence(other):
            draft.near(
                f"{rule.name} has the same precedence, so that the order was by chance; it is by name "
                "now", other.spec.at("precedence"), instead="check which rule has to come first",
            )  # fmt: skip


class _Rule:
    """One RouteRule as http or tcp routes; none where it would take requests it did not."""

    def __init__(self, rule: Resource, draft: Draft, known: Known, rules: DestinationRules) -> None:
        self._spec, self._draft, self._known, self._rules = rule.spec, draft, known, rules
        self._is_http = not rule.spec.child("match").has("tcp")
        self._can_match = True
        self._source: dict[str, Any] = {}
        for key in rule.spec.names():
            if key not in _FIELDS:
                draft.lost(f"a RouteRule has no field {key}", rule.spec.at(key),
                           instead="correct the field")  # fmt: skip

    def routes(self, key: str) -> list[dict[str, Any]]:
        """Write it for ``http`` or ``tcp``; empty where it is of the other kind."""
        if (key == "http") is not self._is_http:
            return []
        self._read_source()
        matches = self._http_matches() if self._is_http else self._tcp_matches()
        if not self._can_match:
            return []
        found: dict[str, Any] = {"match": matches} if matches else {}
        if self._is_http:
            found |= actions(self._spec, self._draft, self._known)
        if "redirect" not in found:
            found["route"] = self._destinations()
        return [found]

    def _read_source(self) -> None:
        source = self._spec.child("match", "source")
        labels = source.labels_of("labels")
        if source.has("name"):
            service = self._known.service(source.text("name"), source.resource.namespace)
            if service is None or not service.selector:
                self._refuse("the pods of the source are not known, as its Service isn't in the "
                             "input", source, "add the Service, or match source.labels")  # fmt: skip
                return
            labels = {**service.selector, **labels}
            self._draft.near("the source is told by the labels of its pods, not by its Service",
                             source.at("name"))  # fmt: skip
        if labels:
            self._source["sourceLabels"] = labels
        if source.has("namespace"):
            self._source["sourceNamespace"] = source.text("namespace")

    def _refuse(self, what: str, place: View, instead: str) -> None:
        self._can_match = False
        self._draft.lost(f"{what}, so that this rule is left out", place.at(), instead=instead)

    def _http_matches(self) -> list[dict[str, Any]]:
        match = self._spec.child("match")
        found: dict[str, Any] = dict(self._source)
        headers = {}
        request = match.child("request", "headers")
        for name in request.names():
            text = dict(request.child(name).data)
            if name.lower() in _PARTS:
                found[name.lower()] = text
            else:
                headers[name.lower()] = text
        if headers:
            found["headers"] = headers
        if match.has("udp"):
            self._refuse("udp has nothing like it", match.child("udp"), "route UDP elsewhere")
        return [found] if found else []

    def _tcp_matches(self) -> list[dict[str, Any]]:
        tcp = self._spec.child("match", "tcp")
        found = {**self._source}
        destinations = tcp.texts("destinationSubnet")
        if destinations:
            found["destinationSubnets"] = list(destinations)
        sources = tcp.texts("sourceSubnet")
        if sources:
            return [{**found, "sourceSubnet": source} for source in sources]
        return [found] if found else []

    def _destinations(self) -> list[dict[str, Any]]:
        own = self._spec.child("destination")
        written = views(self._spec, "route", View)
        if not written:
            return [{"destination": destination_of(own, self._known, {}).form()}]
        total = sum(as_number(destination.data.get("weight")) or 0 for destination in written)
        if total == 0 and len(written) > 1:
            self._draft.near("none of several routes had a weight; each gets the same",
                             self._spec.at("route"))  # fmt: skip
        found = []
        for view in written:
            target = self._target(view, own)
            entry: dict[str, Any] = {"destination": target.form()}
            weight = as_number(view.data.get("weight")) or 0
            if len(written) > 1:
                entry["weight"] = weight if total else 1
            found.append(entry)
        return found

    def _target(self, view: View, own: View) -> Destination:
        named = view.child("destination")
        labels = view.labels_of("labels") or named.labels_of("labels")
        target = destination_of(named if named.data else own, self._known, labels)
        if target.labels:
            self._rules.use(target, self._draft)
        return target
