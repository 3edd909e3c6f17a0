"""The registry: hosts and ports of the mesh, and who may see them.

Services and ServiceEntries become hosts; mirrors pilot/pkg/serviceregistry/kube/conversion.go and
pilot/pkg/serviceregistry/serviceentry/conversion.go of Istio 1.31 (addresses: GetAddressForProxy).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from meshctl.istio.protocols import Protocol, parse_protocol
from meshctl.mesh.core.export_to import PUBLIC, is_visible_to, visibility
from meshctl.mesh.core.hosts import HostIndex, fqdn, in_cluster, is_wildcard
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.resources import Service, ServiceEntry, View
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.registry.declarations import Declarations, ManyDeclarations

NO_ADDRESS = "0.0.0.0"  # noqa: S104 - what istiod calls a service without an address
_FEW = 8
"""So many declarations of one host are looked through each time."""


class HostPort(NamedTuple):
    """A port of a registered host: what clients dial and where it lands.

    ``target`` is the container port; a text is the name of a port of the pod. A pod behind a ServiceEntry
    whose port has the very name of the entry's port takes it there instead, ``by_name``.
    """

    number: int
    name: str
    protocol: Protocol
    target: int | str
    view: View
    by_name: bool = False


@dataclass(frozen=True, eq=False)
class RegisteredHost:
    """One host of the registry, with the object that declares it."""

    host: str
    source: Service | ServiceEntry
    ports: tuple[HostPort, ...]
    visible: frozenset[str]

    @property
    def namespace(self) -> str:
        """The namespace of the declaring object."""
        return self.source.namespace

    @property
    def is_headless(self) -> bool:
        """Do clients reach its pods directly, without a virtual address?"""
        return isinstance(self.source, Service) and self.source.is_headless

    @property
    def is_passthrough(self) -> bool:
        """Do clients keep the address they dialled, instead of choosing an endpoint?"""
        source = self.source
        return self.is_headless if isinstance(source, Service) else source.resolution == "NONE"

    @property
    def is_external(self) -> bool:
        """Is it outside the mesh?"""
        return isinstance(self.source, ServiceEntry) and self.source.is_external

    @property
    def alias(self) -> str:
        """The host that an ExternalName Service stands for; empty for anything else."""
        return self.source.external_name if isinstance(self.source, Service) else ""

    def port(self, number: int) -> HostPort | None:
        """Find a port by the number clients dial."""
        return next(iter(self.asked_ports(number)), None)

    def asked_ports(self, number: int | None) -> Sequence[HostPort]:
        """List the ports of a number that a reference names; all of them where it names none."""
        return self.ports if number is None else self._by_number.get(number, ())

    @cached_property
    def has_tls(self) -> bool:
        """Has it a port on which the server speaks TLS?"""
        return any(port.protocol.is_tls for port in self.ports)

    @cached_property
    def _by_number(self) -> dict[int, list[HostPort]]:
        found: dict[int, list[HostPort]] = {}
        for port in self.ports:
            found.setdefault(port.number, []).append(port)
        return found


def _many(declared: Sequence[RegisteredHost]) -> "ManyDeclarations":
    from meshctl.mesh.registry.declarations import ManyDeclarations  # noqa: PLC0415 - few hosts have many

    return ManyDeclarations(declared)


def _together(declared: Sequence[RegisteredHost]) -> "Declarations":
    from meshctl.mesh.registry.declarations import Declarations  # noqa: PLC0415 - as above

    return Declarations(declared)


class Registry:
    """All hosts, found by name."""

    def __init__(
        self, services: Iterable[Service], entries: Iterable[ServiceEntry], config: MeshConfig
    ) -> None:
        self._config = config
        self._hosts: HostIndex[RegisteredHost] = HostIndex()
        self._all: list[RegisteredHost] = []
        self._homes: dict[str, frozenset[str] | None] = {}
        self._of_many = IdentityCache(_many)
        self._parts: dict[tuple[str, tuple[int, ...]], Sequence[RegisteredHost]] = {}
        self._together = IdentityCache(_together)
        for service in services:
            self._add(_from_service(service, config))
        for entry in entries:
            for registered in _from_entry(entry, config):
                self._add(registered)

    def __iter__(self) -> Iterator[RegisteredHost]:
        return iter(self._all)

    def at(self, host: str) -> list[RegisteredHost]:
        """Find the declarations of exactly this host (or wildcard), in input order."""
        return self._hosts.at(host)

    def seen_by(self, host: str, viewers: frozenset[str]) -> Sequence[RegisteredHost]:
        """Find those of exactly this host that clients of one of some namespaces see."""
        declared = self.at(host)
        if len(declared) > _FEW:
            return self._some(host, self._of_many.of(declared).seen_by(viewers))
        asking = frozenset({"*", *viewers}) if viewers else viewers
        several = enumerate(declared)
        return self._some(host, (n for n, one in several if not asking.isdisjoint(one.visible)))

    def at_home(self, host: str, namespace: str) -> Sequence[RegisteredHost]:
        """Find those of exactly this host that a namespace declares."""
        several = enumerate(self.at(host))
        return self._some(host, (number for number, one in several if one.namespace == namespace))

    def _some(self, host: str, numbers: Iterable[int]) -> Sequence[RegisteredHost]:
        """Give some declarations of a host by their place; the same ones are always one sequence."""
        declared, chosen = self.at(host), tuple(numbers)
        if len(chosen) == len(declared):
            return declared
        key = host, chosen
        if key not in self._parts:
            self._parts[key] = [declared[number] for number in chosen]
        return self._parts[key]

    def together(self, declared: Sequence[RegisteredHost]) -> "Declarations":
        """Tell what some declarations of a host say together, read once for each sequence of them."""
        return self._together.of(declared) if declared else _together(declared)

    def services_at(self, host: str) -> Sequence[tuple[Service, frozenset[str]]]:
        """Find the Services with exactly this host, each with the namespaces that see it."""
        return self._services.get(host, ())

    @cached_property
    def _services(self) -> dict[str, list[tuple[Service, frozenset[str]]]]:
        found: dict[str, list[tuple[Service, frozenset[str]]]] = {}
        for one in self._all:
            if isinstance(one.source, Service):
                found.setdefault(one.host, []).append((one.source, one.visible))
        return found

    def of(self, source: Service | ServiceEntry) -> list[RegisteredHost]:
        """List the hosts that one object declares."""
        return self._by_source.get(source, [])

    @cached_property
    def _by_source(self) -> dict[Service | ServiceEntry, list[RegisteredHost]]:
        found: dict[Service | ServiceEntry, list[RegisteredHost]] = {}
        for host in self._all:
            found.setdefault(host.source, []).append(host)
        return found

    def has(self, host: str) -> bool:
        """Does anything declare an exact host, by itself or by a wildcard, for whomever?"""
        return any(self._hosts.covering(host))

    def find(self, host: str, namespace: str) -> RegisteredHost | None:
        """Find the host a client of a namespace reaches by a full name, wildcards included.

        Among several declarations the client's own namespace comes first.
        """
        for declared in self._hosts.covering(host):
            found = self._chosen(declared, namespace)
            if found is not None:
                return found
        return None

    def _chosen(self, declared: Sequence[RegisteredHost], namespace: str) -> RegisteredHost | None:
        """Choose among declarations of one host; many are looked through once."""
        if len(declared) <= _FEW:
            return _first_seen(declared, namespace)
        return self._of_many.of(declared).seen_from(namespace)

    def telling_apart(self, host: str) -> frozenset[str]:
        """The namespaces of which clients may find another host by a full name than most others."""
        found: set[str] = set()
        for declared in self._hosts.covering(host):
            if len(declared) > 1:
                found.update(one.namespace for one in declared)
            found.update(name for one in declared for name in one.visible)
            if any(one.visible >= PUBLIC for one in declared):
                break  # everybody finds one of these
        return frozenset(found)

    def tells_apart(self, namespace: str) -> bool:
        """May clients of a namespace find other hosts than those of most others do?"""
        return namespace in self._apart

    def hosts_apart(self, namespace: str) -> Iterable[str]:
        """The hosts that clients of a namespace may find otherwise than those of most others do."""
        return self._apart.get(namespace, ())

    @cached_property
    def _apart(self) -> dict[str, dict[str, None]]:
        found: dict[str, dict[str, None]] = {}
        declared: dict[str, list[RegisteredHost]] = {}
        for one in self._all:
            declared.setdefault(one.host, []).append(one)
            here = () if one.visible >= PUBLIC else (one.namespace,)  # where routes lead to it
            for name in (*one.visible, *here):
                found.setdefault(name, {})[one.host] = None
        for host, several in declared.items():
            for one in several if len(several) > 1 else ():
                found.setdefault(one.namespace, {})[host] = None
        return found

    def resolve(self, host: str, namespace: str) -> RegisteredHost | None:
        """Find what a possibly short name means in an object of a namespace."""
        return self.find(self.fqdn(host, namespace), namespace)

    def fqdn(self, host: str, namespace: str) -> str:
        """Complete a short name with this mesh's domain."""
        return fqdn(host, namespace, self._config.domain)

    def unshortened(self, host: str, namespace: str) -> str:
        """Complete what clients of a namespace shorten, if it is a host then.

        Proxies have these forms as domains of a Service's virtual host (generateVirtualHostDomains,
        pilot/pkg/networking/core/httproute.go, Istio 1.31).
        """
        full = self.spelled_out(host, namespace)
        return full if self._hosts.at(full) else host

    def spelled_out(self, host: str, namespace: str) -> str:
        """Complete ``name``, ``name.ns`` and ``name.ns.svc``, whether there is such a host or not."""
        stem = host.removesuffix(".svc")
        name, dot, home = stem.partition(".")
        if is_wildcard(host) or "." in home or (stem != host and not dot):
            return host
        return f"{name}.{home or namespace}.svc.{self._config.domain}"

    def covered_by(self, host: str) -> Iterator[RegisteredHost]:
        """Walk the hosts that an exact host or wildcard stands for."""
        return self._hosts.covered_by(host)

    def covering(self, host: str) -> Iterator[list[RegisteredHost]]:
        """Walk the declared hosts that stand for a host, the most specific first."""
        return self._hosts.covering(host)

    @cached_property
    def namespaces_with_services(self) -> frozenset[str]:
        """Namespaces of which the input holds at least one Service."""
        return frozenset(host.namespace for host in self._all if isinstance(host.source, Service))

    def of_namespace(self, namespace: str) -> Sequence[RegisteredHost]:
        """The hosts that a namespace declares, in input order."""
        return self._by_namespace.get(namespace, ())

    @cached_property
    def _by_namespace(self) -> dict[str, list[RegisteredHost]]:
        found: dict[str, list[RegisteredHost]] = {}
        for host in self._all:
            found.setdefault(host.namespace, []).append(host)
        return found

    def home(self, host: str) -> str | None:
        """Name the namespace that a cluster-local full name belongs to."""
        parts = in_cluster(host, self._config.domain)
        return parts[1] if parts else None

    def homes(self, host: str) -> frozenset[str] | None:
        """Name the namespaces of the services that a full name or wildcard stands for.

        ``None`` is unknown: a host outside the cluster that the input doesn't declare.
        """
        if host not in self._homes:
            self._homes[host] = self._find_homes(host)
        return self._homes[host]

    def _find_homes(self, host: str) -> frozenset[str] | None:
        stem = host.removesuffix(f".svc.{self._config.domain}")
        namespace = stem.rpartition(".")[2]
        if stem != host and is_wildcard(host) and namespace != "*":
            return frozenset({namespace})
        known = frozenset(registered_host.namespace for registered_host in self.covered_by(host))
        if stem != host:
            known |= {namespace} - {"*", ""}
        return known or None

    def _add(self, registered: RegisteredHost) -> None:
        self._all.append(registered)
        self._hosts.add(registered.host, registered)


def _ports_of_service(service: Service) -> tuple[HostPort, ...]:
    return tuple(
        HostPort(port.port, port.name, port.protocol, port.target, port) for port in service.ports
    )


def _ports_of_entry(entry: ServiceEntry) -> tuple[HostPort, ...]:
    return tuple(
        HostPort(
            port.port,
            port.name,
            parse_protocol(port.protocol) or Protocol.AUTO,
            port.target,
            port,
            by_name=True,
        )
        for port in entry.ports
    )


def _from_service(service: Service, config: MeshConfig) -> RegisteredHost:
    ports = service.once(_ports_of_service)
    visible = visibility(service.export_to, service.namespace, config.service_export_to)
    host = f"{service.name}.{service.namespace}.svc.{config.domain}"
    return RegisteredHost(host, service, ports, visible)


def _from_entry(entry: ServiceEntry, config: MeshConfig) -> Iterator[RegisteredHost]:
    ports = entry.once(_ports_of_entry)
    visible = visibility(entry.export_to, entry.namespace, config.service_export_to)
    for host in entry.hosts:
        if host:
            yield RegisteredHost(host, entry, ports, visible)


def addresses_of(host: RegisteredHost) -> Sequence[str]:
    """List the addresses that listeners of a host get, one for a Service."""
    source = host.source
    if isinstance(source, Service):
        if source.is_headless or source.type == "ExternalName":
            return (NO_ADDRESS,)
        return (source.spec.text("clusterIP") or f"{source.namespace}/{source.name}",)
    written = (_address(one) for one in source.addresses)
    return [one for one in written if one] or [NO_ADDRESS]


def _address(written: str) -> str:
    """Read an address or block; a block of one address is that address."""
    # Most inputs are read without a question about addresses.
    from ipaddress import ip_address, ip_network  # noqa: PLC0415

    try:
        if "/" not in written:
            return str(ip_address(written))
        network = ip_network(written, strict=False)
    except ValueError:
        return ""
    single = network.prefixlen == network.max_prefixlen
    return str(network.network_address) if single else written


def is_outside(blocks: Sequence[str], address: str) -> bool:
    """Is an address that a listener has for itself surely in none of some blocks?

    Nothing is sure of all addresses, of a block, whose listener is for all of them, of a name for
    what the cluster assigns, and of the other version of IP.
    """
    from ipaddress import ip_address, ip_network  # noqa: PLC0415 - as above

    try:
        asked = ip_address(address)
        several = [ip_network(one, strict=False) for one in blocks]
    except ValueError:
        return False
    return address != NO_ADDRESS and not any(
        one.version != asked.version or asked in one for one in several
    )


def _first_seen(declared: Sequence[RegisteredHost], namespace: str) -> RegisteredHost | None:
    seen = [one for one in declared if is_visible_to(one.visible, namespace)]
    return next((one for one in seen if one.namespace == namespace), seen[0] if seen else None)
