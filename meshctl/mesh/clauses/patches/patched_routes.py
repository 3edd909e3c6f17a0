"""The virtual hosts, routes and route tables that EnvoyFilters look for by name.

Mirrors routeConfigurationMatch, virtualHostMatch and routeMatch (pilot/pkg/networking/core/envoyfilter/
rc_patch.go, Istio 1.31): names are compared letter by letter. Virtual hosts are called ``host:port``, at
the server of a port ``inbound|http|`` and the port of the Service (httproute.go).
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.resources import ConfigPatch, EnvoyFilter, Ref

_INBOUND = "inbound|http|"
_OF_EVERYBODY = frozenset({"allow_any", "block_all"})


class MissingRoute(NamedTuple):
    """A name that no proxy has: where it is asked for, what it is, and the names there are."""

    place: Ref
    what: str
    known: tuple[str, ...]


class PatchedRoutes:
    """Answers for the patches of EnvoyFilters."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def missing(self, envoy_filter: EnvoyFilter, patch: ConfigPatch) -> MissingRoute | None:
        """Say which name a patch asks for that surely nothing has."""
        asked = patch.child("match", "routeConfiguration")
        name = asked.child("vhost").text("name")
        listener = patch.child("match", "listener")
        if patch.context == "GATEWAY" and listener.text("name"):
            names = {one.name for gate in self._gateways(envoy_filter) for one in gate.listeners}
            if names and listener.text("name") not in names:
                return MissingRoute(listener.at("name"), "listener", tuple(sorted(names)))
        if not asked.data or patch.operation == "ADD":
            return None
        if patch.context == "GATEWAY":
            return self._at_gateway(envoy_filter, patch)
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

    def _at_gateway(self, envoy_filter: EnvoyFilter, patch: ConfigPatch) -> MissingRoute | None:
        gateways = [*self._gateways(envoy_filter)]
        if not gateways or not self._parts.knows.everywhere("VirtualService"):
            return None
        asked = patch.child("match", "routeConfiguration")
        vhost = asked.child("vhost")
        tables = {name for gateway in gateways for name in gateway.route_configs}
        if asked.text("name") and tables and asked.text("name") not in tables:
            return MissingRoute(asked.at("name"), "route table", tuple(sorted(tables)))
        hosts = [
            host
            for gateway in gateways
            for several in gateway.route_configs.values()
            for host in several
        ]
        name = vhost.text("name")
        if name and hosts and not any(host.name == name for host in hosts):
            known = tuple(sorted({host.name for host in hosts}))
            return MissingRoute(vhost.at("name"), "virtual host", known)
        routes = {
            route.name for host in hosts if not name or host.name == name for route in host.routes
        }
        wanted = vhost.child("route").text("name")
        if wanted and routes and wanted not in routes:
            named = tuple(sorted(one for one in routes if one))
            return MissingRoute(vhost.child("route").at("name"), "route", named)
        return None

    def _gateways(self, envoy_filter: EnvoyFilter) -> Iterator[EffectiveGateway]:
        for workload in self._parts.workloads.envoy_filters.reached(envoy_filter):
            if is_gateway(workload):
                found = self._parts.gateways.for_workload(workload.key_name)
                if found is not None:
                    yield found

    def _inbound(self, envoy_filter: EnvoyFilter) -> tuple[str, ...]:
        """The virtual hosts of the servers that it is for; none where one has no Service."""
        ports: set[int] = set()
        for workload in self._parts.workloads.envoy_filters.reached(envoy_filter):
            if not is_gateway(workload):
                found = {
                    port.number
                    for port, _ in self._parts.workloads.container_ports.in_front_of(workload)
                }
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
