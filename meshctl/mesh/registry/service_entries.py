"""ServiceEntries that declare the same host and port for the same clients."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from meshctl.istio.labels import AUTO_ALLOCATE_IP
from meshctl.istio.names import DNS_CAPTURE
from meshctl.mesh.core.export_to import visibility
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.core.precedence import age
from meshctl.resources import ServiceEntry, View
from meshctl.resources.cached_property import cached_property
from meshctl.resources.istio.service_entry import EntryPort
from meshctl.words import quoted

# Protocols whose traffic doesn't name its host (pkg/config/protocol, IsTCP without TLS).
_BY_ADDRESS = frozenset({"", "TCP", "MONGO", "MYSQL", "REDIS"})
_PortsOfHost = dict[int, dict[str, dict[str, list[EntryPort]]]]
"""The ports of a host by number, then protocol, then namespace that sees them; "" files all of them."""


class DuplicateEntryPort(NamedTuple):
    """A port of one entry that another entry declares too."""

    host: str
    port: EntryPort
    other: EntryPort
    is_first: bool
    """Is this port of the older entry, or of the first by name?"""
    is_override: bool
    """Is one of them for its own namespace alone, whose clients prefer it?"""

    @property
    def protocol(self) -> str:
        """The protocol of this port in capitals."""
        return _protocol(self.port)

    @property
    def other_protocol(self) -> str:
        """The protocol of the other port in capitals."""
        return _protocol(self.other)

    @property
    def differing(self) -> str:
        """The first of resolution and location that the two entries say differently."""
        first, other = self.port.entry, self.other.entry
        if first.resolution != other.resolution:
            return f"resolution {first.resolution} here and {other.resolution} there"
        if first.is_external is not other.is_external:
            here, there = ("outside", "inside") if first.is_external else ("inside", "outside")
            return f"{here} the mesh here and {there} there"
        return ""

    @property
    def same_protocol(self) -> bool:
        """Do both say the same?"""
        return self.protocol == self.other_protocol


class ServiceEntries:
    """The ports of all ServiceEntries by host and number."""

    def __init__(self, entries: Iterable[ServiceEntry], config: MeshConfig) -> None:
        self._ports: dict[str, _PortsOfHost] = {}
        self._by_host: dict[str, list[ServiceEntry]] = {}
        self._listeners: dict[str, dict[int, list[EntryPort]]] = {}
        self._order: dict[View, int] = {}
        self._config = config
        self._entries = sorted(entries, key=age)
        for entry in filter(self.visible, self._entries):
            for port in entry.ports:
                self._order[port] = len(self._order)
            for host in _hosts(entry):
                self._by_host.setdefault(host, []).append(entry)

    def __iter__(self) -> Iterator[ServiceEntry]:
        """Walk the entries from the oldest to the youngest."""
        return iter(self._entries)

    def twins(self, entry: ServiceEntry) -> Iterator[DuplicateEntryPort]:
        """Walk the ports of an entry that others declare for a client that sees both.

        For each port: the oldest other one of each protocol.
        """
        visible = self.visible(entry)
        repeats = len({port.port for port in entry.ports}) < len(entry.ports)
        for host in _hosts(entry) if visible else ():
            if not repeats and len(self._by_host[host]) == 1:
                continue
            for port in entry.ports:
                for scopes in self._ports_of(host).get(port.port, {}).values():
                    other = self._first_other(port, scopes, visible)
                    if other is not None:
                        is_first = self._order[port] < self._order[other]
                        yield DuplicateEntryPort(
                            host, port, other, is_first, self._overrides(entry, other)
                        )

    def _ports_of(self, host: str) -> _PortsOfHost:
        if host not in self._ports:
            found = self._ports[host] = {}
            for entry in self._by_host[host]:
                scopes_of_entry = ("", *self.visible(entry))
                for port in entry.ports:
                    scopes = found.setdefault(port.port, {}).setdefault(_protocol(port), {})
                    for scope in scopes_of_entry:
                        scopes.setdefault(scope, []).append(port)
        return self._ports[host]

    def _first_other(
        self, port: EntryPort, scopes: Mapping[str, Sequence[EntryPort]], visible: frozenset[str]
    ) -> EntryPort | None:
        """Find the first other port that a client of this one sees too."""
        # A public entry meets every other one that anybody sees; each list holds this port once.
        wanted = {""} if "*" in visible else {"*", *visible}
        found = [other for scope in wanted for other in scopes.get(scope, ())[:2]]
        others = [other for other in found if other is not port]
        return min(others, key=self._order.__getitem__, default=None)

    def _overrides(self, entry: ServiceEntry, other: EntryPort) -> bool:
        apart = entry.namespace != other.entry.namespace
        return apart and any(
            self.visible(service_entry) == {service_entry.namespace}
            for service_entry in (entry, other.entry)
        )

    def sharing(self, entry: ServiceEntry) -> Iterator[tuple[int, EntryPort, EntryPort]]:
        """Walk the addresses of an entry, by number, and its TCP ports that have the same listener for some client.

        Each comes with the port of the oldest earlier entry.
        """
        visible = self.visible(entry)
        ports = [port for port in entry.ports if is_told_by_address(port)]
        for index, address in enumerate(entry.addresses):
            for port in ports if len(self._by_address[address]) > 1 else ():
                for other in self._ports_at(address).get(port.port, ())[:2]:
                    if other.entry is entry:
                        break
                    theirs = self.visible(other.entry)
                    if "*" in visible or "*" in theirs or visible & theirs:
                        yield index, port, other
                        break

    @cached_property
    def _by_address(self) -> dict[str, dict[ServiceEntry, None]]:
        found: dict[str, dict[ServiceEntry, None]] = {}
        for entry in self._entries:
            for address in entry.addresses:
                found.setdefault(address, {})[entry] = None
        return found

    def _ports_at(self, address: str) -> dict[int, list[EntryPort]]:
        """The TCP ports of an address by number, the oldest first."""
        if address not in self._listeners:
            found = self._listeners[address] = {}
            for entry in self._by_address[address]:
                for port in filter(is_told_by_address, entry.ports):
                    found.setdefault(port.port, []).append(port)
        return self._listeners[address]

    def visible(self, entry: ServiceEntry) -> frozenset[str]:
        """The namespaces that see an entry, ``*`` for all."""
        return visibility(entry.export_to, entry.namespace, self._config.service_export_to)


def _hosts(entry: ServiceEntry) -> Iterable[str]:
    return dict.fromkeys(name.lower() for name in entry.hosts if name)


def unused_targets(entry: ServiceEntry) -> Iterator[tuple[EntryPort, str]]:
    """Walk the ports whose ``targetPort`` no sidecar dials, each with why, as a clause.

    The port of an endpoint counts before the target (convertEndpoint, pilot/pkg/serviceregistry/serviceentry,
    Istio 1.31). With NONE the target takes the place of the port that the client dialled
    (PassthroughTargetPorts, pilot/pkg/networking/core/cluster_builder.go).
    """
    for port in entry.ports:
        if not port.has("targetPort") or port.target == port.port or entry.resolution == "NONE":
            continue
        if entry.endpoints and all(port.name in endpoint.ports for endpoint in entry.endpoints):
            yield port, f"each endpoint has a port of its own for {quoted(port.name)}"


def is_told_by_address(port: EntryPort) -> bool:
    """Can a sidecar tell this port's traffic only by its destination address?"""
    return _protocol(port, "") in _BY_ADDRESS


def has_addresses(entry: ServiceEntry, config: MeshConfig) -> bool:
    """Has an entry addresses of any source that clients use?"""
    if entry.addresses or entry.child("status").has("addresses"):
        return True
    return allocates_addresses(entry, config)


def allocates_addresses(entry: ServiceEntry, config: MeshConfig) -> bool:
    """Do clients use addresses that istiod allocates for this entry?

    istiod does so unless the entry resolves to what was dialled or its label forbids it
    (ShouldV2AutoAllocateIP, pilot/pkg/networking/serviceentry/ip_autoallocation.go), and proxies that answer DNS
    queries use them (nodeUsesAutoallocatedIPs, pilot/pkg/model/service.go, Istio 1.31).
    """
    is_asked = entry.labels.get(AUTO_ALLOCATE_IP) == "true"
    return is_asked or (captures_dns(config) and _may_be_allocated(entry))


def is_given_addresses(entry: ServiceEntry) -> bool:
    """Has an entry addresses, written or allocated, for those who use what istiod allocates, such as ztunnel?"""
    written = bool(entry.addresses) or entry.child("status").has("addresses")
    return written or _may_be_allocated(entry)


def _may_be_allocated(entry: ServiceEntry) -> bool:
    refused = entry.labels.get(AUTO_ALLOCATE_IP, "").lower() == "false"
    return entry.resolution != "NONE" and not refused


def captures_dns(config: MeshConfig) -> bool:
    """Do the proxies of the mesh answer their applications' DNS queries?"""
    return _is_true(_metadata(config), DNS_CAPTURE)


def _metadata(config: MeshConfig) -> dict[str, object]:
    defaults = config.raw.get("defaultConfig")
    metadata = defaults.get("proxyMetadata") if isinstance(defaults, dict) else None
    return metadata if isinstance(metadata, dict) else {}


def _is_true(metadata: dict[str, object], name: str) -> bool:
    return str(metadata.get(name)).lower() == "true"


def _protocol(port: EntryPort, default: str = "TCP") -> str:
    return port.protocol.upper() or default
