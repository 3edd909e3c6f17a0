"""Lists the egress hosts that workloads of a namespace need, each with the reasons.

An entry brings in the services of its namespace, and the VirtualServices there for its host, with the
clusters that they lead to (selectServices, SelectVirtualServices and collectImportedServices,
pilot/pkg/model/sidecar.go and virtualservice.go, Istio 1.31).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from meshctl.engine.locations import locate
from meshctl.generate.dependencies.known_calls import KnownCall, destinations
from meshctl.lazy_pattern import lazy_pattern
from meshctl.mesh import Mesh
from meshctl.mesh.core.export_to import is_visible_to
from meshctl.mesh.core.hosts import is_wildcard
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.traffic.delegates import MESH
from meshctl.resources import EnvoyFilter
from meshctl.resources.cached_property import cached_property

_HTTP_PORT = 80
_CLUSTER = lazy_pattern(r"outbound\|\d+\|[^|\"]*\|([A-Za-z0-9.*-]+)")


class EgressEntry(NamedTuple):
    """One entry, and why it is needed: sentences, with the place where one is known."""

    host: str
    reasons: tuple[str, ...]


class EgressEntries:
    """Answers for calls of namespaces."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh

    def of(
        self, calls: Iterable[KnownCall], namespace: str, *, keeps_own: bool
    ) -> tuple[EgressEntry, ...]:
        """List the entries; ``keeps_own`` imports all of the namespace itself.

        The root namespace is always imported, which is where meshes keep what all proxies need.
        """
        root = self._mesh.config.root_namespace
        found: dict[str, dict[str, None]] = {}
        if keeps_own:
            found["./*"] = {"its own namespace": None}
        found[f"{root}/*"] = {"the root namespace": None}
        whole = {namespace, root} if keeps_own else {root}
        for call in (*calls, *self._of_proxies(namespace)):
            for home, host in self._needed(call, namespace):
                if home not in whole:
                    key = f"{'.' if home == namespace else home}/{host}"
                    found.setdefault(key, {})[_reason(call)] = None
        return tuple(EgressEntry(host, tuple(reasons)) for host, reasons in found.items())

    def _needed(self, call: KnownCall, namespace: str) -> Iterator[tuple[str, str]]:
        """Walk the namespaces of what a call needs: its service, and the routes for its name."""
        if call.host is not None:
            yield call.host.namespace, call.name
        bound = self._mesh.merged_routes.bound(MESH, namespace)
        if is_wildcard(call.name):
            routed = [bound_host.virtual_service for bound_host in bound.overlapping(call.name)]
        else:
            routed = bound.first(call.name)
        for service in routed:
            yield service.namespace, call.name
        if call.host is None:
            for host in self._listening(call, namespace):
                yield host.namespace, host.host

    def _listening(self, call: KnownCall, namespace: str) -> list[RegisteredHost]:
        """List services by which a port is listened on, for a name that is only routed.

        A listener of HTTP comes from services with the port alone (buildSidecarOutboundListeners,
        listener.go, Istio 1.31): from those that are routed to, else from any other.
        """
        port = call.port or _HTTP_PORT
        led = destinations(self._mesh, call, namespace)
        if any(_is_http(registered_host, port) for registered_host in led):
            return [*led]
        other = (
            registered_host
            for registered_host in self._by_http_port.get(port, ())
            if is_visible_to(registered_host.visible, namespace)
        )
        return [*led, *islice(other, 1)]

    @cached_property
    def _by_http_port(self) -> Mapping[int, list[RegisteredHost]]:
        found: dict[int, list[RegisteredHost]] = {}
        for host in self._mesh.registry:
            for port in host.ports:
                if port.protocol.is_http:
                    found.setdefault(port.number, []).append(host)
        return found

    def _of_proxies(self, namespace: str) -> Iterator[KnownCall]:
        """Walk what proxies call by themselves: providers of the mesh, clusters of EnvoyFilters."""
        for name, why in self._named_for_all.items():
            host = self._mesh.registry.find(name, namespace)
            if host is not None:
                yield KnownCall(host.host, host, None, why)

    @cached_property
    def _named_for_all(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        providers = self._mesh.extension_providers
        for name in providers.names:
            service = providers.settings(name).get("service")
            if isinstance(service, str):
                host = service.partition("/")[2] or service
                found.setdefault(host, f"the extension provider {name} of the mesh is there")
        for envoy_filter in self._mesh.of(EnvoyFilter):
            for cluster in _CLUSTER.finditer(json.dumps(envoy_filter.data, default=str)):
                found.setdefault(cluster[1], f"{envoy_filter.title} names its cluster")
        return found


def _is_http(host: RegisteredHost, number: int) -> bool:
    port = host.port(number)
    return port is not None and port.protocol.is_http


def _reason(call: KnownCall) -> str:
    if call.place is None:
        return call.why
    place = locate(call.place)
    return f"{call.why} ({place.file}:{place.line})"
