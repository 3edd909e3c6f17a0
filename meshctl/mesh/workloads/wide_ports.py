"""ServiceEntry ports that take all traffic of a port number, and who shares it.

A TCP port without an address of its own gets the listener ``0.0.0.0:port`` in every sidecar that
sees it. What else has that listener is merged into it: HTTP turns sniffing on, and of two TCP
ports the first one's filter chain stays (buildSidecarOutboundListener and mergeTCPFilterChains,
pilot/pkg/networking/core/listener.go, Istio 1.31).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.core.precedence import age
from meshctl.mesh.registry.service_entries import ServiceEntries, has_addresses, is_told_by_address
from meshctl.mesh.registry.services import HostPort, RegisteredHost, Registry
from meshctl.mesh.workloads.membership import is_control_plane, is_gateway
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import ServiceEntry
from meshctl.resources.cached_property import cached_property
from meshctl.resources.istio.service_entry import EntryPort

T = TypeVar("T")
_Key = tuple[int, str]
"""A port number and a namespace that sees it: ``*`` for all, empty for anybody."""


class WidePorts:
    """Ports without addresses by number, and the HTTP ports they meet."""

    def __init__(
        self, entries: ServiceEntries, registry: Registry, workloads: Workloads,
        config: MeshConfig,
    ) -> None:  # fmt: skip
        self._entries = entries
        self._registry = registry
        self._workloads = workloads
        self._config = config

    def of(self, entry: ServiceEntry) -> Iterator[EntryPort]:
        """Walk the ports of an entry that take all TCP traffic of their number."""
        if has_addresses(entry, self._config) or self._workloads.is_in_ambient_mode(
            entry.namespace
        ):
            return
        visible = self._entries.visible(entry)
        if "*" not in visible and all(map(self._has_gateways_alone, visible)):
            return  # their listeners come from servers alone
        yield from (port for port in entry.ports if is_told_by_address(port))

    def _has_gateways_alone(self, namespace: str) -> bool:
        found = self._workloads.in_mesh(namespace)
        is_known = bool(found) or namespace == self._config.root_namespace
        return is_known and all(
            is_gateway(workload) or is_control_plane(workload) for workload in found
        )

    def first(self, port: EntryPort) -> EntryPort | None:
        """Find the oldest other entry's port that has the same listener for some client."""
        found = self._find(self._wide, port)
        return next(
            (entry_port for entry_port in found if entry_port.entry is not port.entry), None
        )

    def is_older(self, service_entry: ServiceEntry, other: ServiceEntry) -> bool:
        """Does istiod file one entry before another?"""
        return age(service_entry) < age(other)

    def http(self, port: EntryPort) -> tuple[RegisteredHost, HostPort] | None:
        """Find a host that is HTTP on the same number for some client."""
        return next(iter(self._find(self._http, port)), None)

    def _find(self, index: Mapping[_Key, Sequence[T]], port: EntryPort) -> list[T]:
        visible = self._entries.visible(port.entry)
        scopes = ("",) if "*" in visible else ("*", *sorted(visible))
        return [one for scope in scopes for one in index.get((port.port, scope), ())[:3]]

    @cached_property
    def _wide(self) -> dict[_Key, list[EntryPort]]:
        found: dict[_Key, list[EntryPort]] = {}
        for entry in self._entries:
            for port in self.of(entry):
                for scope in ("", *self._entries.visible(entry)):
                    found.setdefault((port.port, scope), []).append(port)
        return found

    @cached_property
    def _http(self) -> dict[_Key, list[tuple[RegisteredHost, HostPort]]]:
        found: dict[_Key, list[tuple[RegisteredHost, HostPort]]] = {}
        for host in self._registry:
            for port in host.ports:
                if port.protocol.is_http:
                    for scope in ("", *host.visible):
                        found.setdefault((port.number, scope), []).append((host, port))
        return found
