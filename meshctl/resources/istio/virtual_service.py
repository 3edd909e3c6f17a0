"""A view of VirtualService."""

from collections.abc import Iterator
from typing import ClassVar, Final, Literal, NamedTuple

from meshctl.resources.resource import Resource
from meshctl.resources.view import View, as_number, cached_property, views

_FIELDS = ("uri", "scheme", "method", "authority")
_MAPPINGS = ("headers", "withoutHeaders", "queryParams")
WrittenKind = Literal["exact", "prefix", "regex"]
WRITTEN_KINDS: Final[tuple[WrittenKind, ...]] = ("exact", "prefix", "regex")
"""The kinds of a condition on a text, a StringMatch, as they are written."""


class Destination(View):
    """Where a route sends its requests: a host, perhaps a subset and a port."""

    @cached_property
    def host(self) -> str:
        """The host as written."""
        return self.text("host")

    @cached_property
    def subset(self) -> str:
        """The subset, empty for none."""
        return self.text("subset")

    @cached_property
    def port(self) -> int | None:
        """The port number, ``None`` when it is left to the mesh."""
        port = self.data.get("port")
        return as_number(port.get("number")) if isinstance(port, dict) else None


class WeightedRoute(View):
    """One entry of ``route``: a destination and its share."""

    @cached_property
    def destination(self) -> Destination:
        """The destination."""
        return Destination(self.resource, (*self.path, "destination"), self.data.get("destination"))

    @property
    def weight(self) -> int | None:
        """The weight as written."""
        return self.number("weight")


class Match(View):
    """One entry of ``match``; its requests are modelled by ``mesh.matches``."""

    @property
    def name(self) -> str:
        """The name of the match."""
        return self.text("name")

    @property
    def port(self) -> int | None:
        """The listener port the match is limited to."""
        return self.number("port")

    @cached_property
    def gateways(self) -> tuple[str, ...]:
        """Gateways the match is limited to, as written; empty inherits the VirtualService's."""
        return self.texts("gateways")


class Condition(NamedTuple):
    """One condition of a match on a text: a StringMatch, as written."""

    match: Match
    field: str
    """``uri``, ``scheme``, ``method``, ``authority``, ``headers``, ``withoutHeaders`` or ``queryParams``."""
    name: str
    """The header or parameter; empty for a field that is one condition."""
    view: View
    texts: tuple[tuple[WrittenKind, str], ...]
    """What is asked for, each with its kind: ``exact``, ``prefix`` or ``regex``."""


class Fault(View):
    """A ``delay`` or ``abort`` that a route injects."""

    @property
    def percentage(self) -> float:
        """The part of the requests that it hits, up to 100; none without a percentage.

        istiod passes an absent one on, which Envoy reads as 0 (TranslateFault, route.go, 1.31).
        """
        written = self.child("percentage").data.get("value")
        if not self.has("percentage"):
            return float(self.number("percent") or 0)
        return float(written) if isinstance(written, int | float) else 0.0


class Route(View):
    """One routing rule: of ``http``, ``tls`` or ``tcp`` (``kind``)."""

    @property
    def virtual_service(self) -> "VirtualService":
        """The VirtualService that declares this route."""
        assert isinstance(self.resource, VirtualService)  # noqa: S101 - narrows the type
        return self.resource

    @property
    def kind(self) -> str:
        """``http``, ``tls`` or ``tcp``."""
        return str(self.path[-2])

    @property
    def index(self) -> int:
        """The place in its list, from 0."""
        return int(self.path[-1])

    @property
    def name(self) -> str:
        """The name of the route."""
        return self.text("name")

    @cached_property
    def matches(self) -> tuple[Match, ...]:
        """The alternatives; empty means that every request is taken."""
        return views(self, "match", Match)

    @cached_property
    def routes(self) -> tuple[WeightedRoute, ...]:
        """The weighted destinations."""
        return views(self, "route", WeightedRoute)

    @cached_property
    def mirrors(self) -> tuple[Destination, ...]:
        """Destinations that get a copy of the requests."""
        found = []
        if self.has("mirror"):
            found.append(Destination(self.resource, (*self.path, "mirror"), self.data["mirror"]))
        for index, item in self.items("mirrors"):
            path = (*self.path, "mirrors", index, "destination")
            found.append(Destination(self.resource, path, item.get("destination")))
        return tuple(found)

    @property
    def abort(self) -> Fault:
        """The errors it injects, empty for none."""
        return self._fault("abort")

    @property
    def delay(self) -> Fault:
        """The delays it injects, empty for none."""
        return self._fault("delay")

    def _fault(self, kind: str) -> Fault:
        written = self.child("fault", kind)
        return Fault(self.resource, written.path, written.data)

    @cached_property
    def delegate(self) -> View:
        """The VirtualService that routes on, empty for none."""
        return self.child("delegate")

    @cached_property
    def destinations(self) -> tuple[Destination, ...]:
        """Every destination: weighted ones first, then mirrors."""
        return (*[entry.destination for entry in self.routes], *self.mirrors)


class VirtualService(Resource):
    """A VirtualService: routes for hosts, at gateways or inside the mesh."""

    is_generated: ClassVar[bool] = False
    """Did istiod make it of routes of the Gateway API? Then their meaning of a prefix counts."""

    @property
    def origin_kind(self) -> str:
        """The kind of the object that somebody wrote for it."""
        return self.kind

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """The hosts as written; a delegate has none."""
        return self.spec.texts("hosts")

    @cached_property
    def gateways(self) -> tuple[str, ...]:
        """The gateways as written; empty means the mesh alone."""
        return self.spec.texts("gateways")

    @cached_property
    def export_to(self) -> tuple[str, ...]:
        """Namespaces it is visible to, as written."""
        return self.spec.texts("exportTo")

    @cached_property
    def http(self) -> tuple[Route, ...]:
        """The HTTP routes in order."""
        return views(self.spec, "http", Route)

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions on texts of all its http matches, in the order of matches."""
        return tuple(
            condition
            for route in self.http
            for match in route.matches
            for condition in _conditions(match)
        )

    @cached_property
    def tls(self) -> tuple[Route, ...]:
        """The TLS routes in order."""
        return views(self.spec, "tls", Route)

    @cached_property
    def tcp(self) -> tuple[Route, ...]:
        """The TCP routes in order."""
        return views(self.spec, "tcp", Route)

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """All routes: http, tls, tcp."""
        return self.http + self.tls + self.tcp


def _conditions(match: Match) -> Iterator[Condition]:
    for field in _FIELDS:
        if field in match.data:
            yield _condition(match, field, "", match.child(field))
    for field in _MAPPINGS:
        if field in match.data:
            mapping = match.child(field)
            for name in mapping.names():
                yield _condition(match, field, name, mapping.child(name))


def _condition(match: Match, field: str, name: str, view: View) -> Condition:
    texts = ((kind, view.text(kind)) for kind in WRITTEN_KINDS)
    return Condition(match, field, name, view, tuple(pair for pair in texts if pair[1]))
