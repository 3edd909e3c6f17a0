"""The virtual hosts, routes and route tables that EnvoyFilters look for by name.

Mirrors routeConfigurationMatch, virtualHostMatch and routeMatch (pilot/pkg/networking/core/envoyfilter/
rc_patch.go, Istio 1.31): names are compared letter by letter. Virtual hosts are called ``host:port``, at
the server of a port ``inbound|http|`` and the port of the Service (httproute.go).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.workloads.envoy_patches import operation_done
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.resources import ConfigPatch, EnvoyFilter, KubernetesGateway, Ref, View, Workload
from meshctl.resources.cached_property import cached_property

_INBOUND = "inbound|http|"
_DOTS = 4
"""As many are in the name of a table for HTTPS: ``https.443.<port name>.<Gateway>.<namespace>``."""
_INBOUND_LISTENERS = frozenset({"virtualInbound", "main_internal", "connect_terminate"})
"""Names of the listeners for what comes in to a sidecar, unless a Sidecar writes some, and iptables lead to it
(pilot/pkg/model/listener.go, pilot/pkg/networking/core/waypoint.go)."""
_OF_EVERYBODY = frozenset({"allow_any", "block_all"})


class MissingRoute(NamedTuple):
    """A name that no proxy has: where it is asked for, what it is, and the names there are."""

    place: Ref
    what: str
    known: tuple[str, ...]


class PatchedRoute(NamedTuple):
    """A route of a gateway with its table and virtual host, by their names."""

    workload: str
    table: str
    host: str
    route: str

    @property
    def port_name(self) -> str:
        """The name of the server's port; only tables for HTTPS have it."""
        return self.table.split(".")[2] if self._is_of_one_gateway else ""

    @property
    def gateway(self) -> str:
        """The Gateway as ``namespace/name``; only tables for HTTPS have it."""
        parts = self.table.split(".")
        return f"{parts[4]}/{parts[3]}" if self._is_of_one_gateway else ""

    @property
    def _is_of_one_gateway(self) -> bool:
        return self.table.startswith("https.") and self.table.count(".") == _DOTS


class _Field(NamedTuple):
    """A field of the match: below what it stands, its key, what it names, and the name that counts."""

    below: tuple[str, ...]
    key: str
    what: str
    value: Callable[[PatchedRoute], str]

    def of(self, asked: View) -> View:
        """Find what it stands below."""
        return asked.child(*self.below)


_OF_TABLES = (
    _Field((), "name", "route table", lambda one: one.table),
    _Field((), "portName", "port of a route table for HTTPS", lambda one: one.port_name),
    _Field((), "gateway", "Gateway with a route table for HTTPS", lambda one: one.gateway),
)
_OF_HOSTS = _Field(("vhost",), "name", "virtual host", lambda one: one.host)
_OF_ROUTES = _Field(("vhost", "route"), "name", "route", lambda one: one.route)


def _fields_read(patch: ConfigPatch) -> tuple[_Field, ...]:
    """List the fields that istiod reads for what a patch applies to."""
    if patch.apply_to == "ROUTE_CONFIGURATION":
        return _OF_TABLES
    is_added = operation_done(patch) == "ADD"
    if patch.apply_to == "VIRTUAL_HOST":
        return _OF_TABLES if is_added else (*_OF_TABLES, _OF_HOSTS)
    return (*_OF_TABLES, _OF_HOSTS) if is_added else (*_OF_TABLES, _OF_HOSTS, _OF_ROUTES)


def _routes_of(gateway: EffectiveGateway) -> Iterator[PatchedRoute]:
    for table, hosts in gateway.route_configs.items():
        for host in hosts:
            for route in host.routes or (None,):
                name = route.name if route is not None else ""
                yield PatchedRoute(gateway.workload.name, table, host.name, name)


class _Found:
    """Routes that some fields of a match find, filed by what further fields may ask for."""

    def __init__(self, routes: Sequence[PatchedRoute]) -> None:
        self.routes = routes
        self._filed: dict[_Field, dict[str, _Found]] = {}
        self._names: dict[_Field, tuple[str, ...]] = {}

    def by(self, field: _Field) -> "Mapping[str, _Found]":
        """File the routes by a name."""
        if field not in self._filed:
            several: dict[str, list[PatchedRoute]] = {}
            for one in self.routes:
                several.setdefault(field.value(one), []).append(one)
            self._filed[field] = {name: _Found(routes) for name, routes in several.items()}
        return self._filed[field]

    def names(self, field: _Field) -> tuple[str, ...]:
        """List the names there are, in order."""
        if field not in self._names:
            self._names[field] = tuple(sorted(name for name in self.by(field) if name))
        return self._names[field]


def _served(gateways: Sequence[EffectiveGateway]) -> _Found:
    return _Found([one for gateway in gateways for one in _routes_of(gateway)])


def _listener_names(gateways: Sequence[EffectiveGateway], port: int | None) -> frozenset[str]:
    several = [one for gateway in gateways for one in gateway.listeners]
    on_port = frozenset(one.name for one in several if one.port == port)
    return on_port or frozenset(one.name for one in several)


class PatchedRoutes:
    """Answers for the patches of EnvoyFilters."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._at = IdentityCache(self._gateways_of)
        self._servers = IdentityCache(self._inbound_of)
        self._listeners = IdentityCache(_listener_names)
        self._served = IdentityCache(_served)

    def missing(self, envoy_filter: EnvoyFilter, patch: ConfigPatch) -> MissingRoute | None:
        """Say which name a patch asks for that surely nothing has."""
        asked = patch.child("match", "routeConfiguration")
        name = asked.child("vhost").text("name")
        listener = patch.child("match", "listener")
        if listener.text("name"):
            names = self._listener_names(envoy_filter, patch)
            if names and listener.text("name") not in names:
                return MissingRoute(listener.at("name"), "listener", tuple(sorted(names)))
        if not asked.data:
            return None
        if patch.context == "GATEWAY":
            return self._at_gateway(envoy_filter, patch)
        if _OF_HOSTS not in _fields_read(patch):
            return None
        place = asked.child("vhost").at("name")
        if name and patch.context == "SIDECAR_INBOUND":
            known = self._inbound(envoy_filter)
            if known and name not in known:
                return MissingRoute(place, "virtual host", known)
        if name and patch.context == "SIDECAR_OUTBOUND" and name not in _OF_EVERYBODY:
            known = self._outbound(name, envoy_filter.namespace)
            if known and name not in known:
                return MissingRoute(place, "virtual host", known)
        return None

    def _listener_names(self, envoy_filter: EnvoyFilter, patch: ConfigPatch) -> frozenset[str]:
        """The listeners of a context; none where there may be others."""
        if patch.context == "GATEWAY":
            return self._listeners.of(self._gateways(envoy_filter), patch.listener_port)
        is_inbound = patch.context == "SIDECAR_INBOUND"
        return frozenset() if not is_inbound or self._has_other_listeners else _INBOUND_LISTENERS

    @cached_property
    def _has_other_listeners(self) -> bool:
        """May sidecars, or waypoints, have listeners of their own for what comes in?"""
        brought = (
            patch.apply_to == "LISTENER" and operation_done(patch) != "REMOVE"
            for envoy_filter in self._parts.of(EnvoyFilter)
            for patch in envoy_filter.patches
            if patch.child("patch", "value").has("name")
        )
        has_waypoints = bool(self._parts.of(KubernetesGateway))
        return has_waypoints or self._parts.clauses.patched_ports.has_own_listeners or any(brought)

    def _at_gateway(self, envoy_filter: EnvoyFilter, patch: ConfigPatch) -> MissingRoute | None:
        if not self._parts.knows.everywhere("VirtualService"):
            return None
        found = self.narrowed(envoy_filter, patch)
        return found if isinstance(found, MissingRoute) else None

    def narrowed(
        self, envoy_filter: EnvoyFilter, patch: ConfigPatch
    ) -> "Sequence[PatchedRoute] | MissingRoute":
        """List what a patch of gateways finds, or say which field of its match finds nothing first.

        The ports of its match aside. What isn't served at all is not missing.
        """
        found = self._served.of(self._gateways(envoy_filter))
        asked = patch.child("match", "routeConfiguration")
        for field in _fields_read(patch):
            view, wanted = field.of(asked), field.of(asked).text(field.key)
            if wanted and found.routes:
                if wanted not in found.by(field):
                    return MissingRoute(view.at(field.key), field.what, found.names(field))
                found = found.by(field)[wanted]
        return found.routes

    def _gateways(self, envoy_filter: EnvoyFilter) -> Sequence[EffectiveGateway]:
        return self._at.of(self._parts.workloads.envoy_filters.reached(envoy_filter))

    def _gateways_of(self, reached: Sequence[Workload]) -> Sequence[EffectiveGateway]:
        several = (one.key_name for one in reached if is_gateway(one))
        found = map(self._parts.gateways.for_workload, several)
        return [gateway for gateway in found if gateway is not None]

    def _inbound(self, envoy_filter: EnvoyFilter) -> tuple[str, ...]:
        """The virtual hosts of the servers that it is for; none where one has no Service."""
        return self._servers.of(self._parts.workloads.envoy_filters.reached(envoy_filter))

    def _inbound_of(self, reached: Sequence[Workload]) -> tuple[str, ...]:
        ports: set[int] = set()
        container_ports = self._parts.workloads.container_ports
        for workload in reached:
            if not is_gateway(workload):
                found = {port.number for port, _ in container_ports.in_front_of(workload)}
                if not found:
                    return ()
                ports |= found
        return tuple(f"{_INBOUND}{port}" for port in sorted(ports))

    def _outbound(self, name: str, namespace: str) -> tuple[str, ...]:
        """The virtual hosts of the Service that a name means; none where it may be another host's."""
        registry = self._parts.registry
        host, colon, port = name.rpartition(":")
        if not colon or not port.isdigit():
            host = name
        full = registry.fqdn(host, namespace)
        full = full if registry.at(full) else registry.unshortened(host, namespace)
        ports = {
            each.number for registered_host in registry.at(full) for each in registered_host.ports
        }
        return tuple(f"{full}:{port}" for port in sorted(ports))
