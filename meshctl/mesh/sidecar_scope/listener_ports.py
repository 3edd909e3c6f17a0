"""What the listeners that a Sidecar writes with a port are for.

An egress listener with a port shows the Services with that port, and reads what comes in its own
protocol (buildSidecarOutboundListeners, pilot/pkg/networking/core/listener.go); an ingress listener
takes what arrives at its port of the pod (buildInboundChainConfigs, listener_inbound.go, Istio 1.31).
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from meshctl.istio.protocols import Protocol, parse_protocol
from meshctl.mesh.registry.services import HostPort, RegisteredHost, Registry
from meshctl.mesh.sidecar_scope.egress_hosts import EgressEntry, egress_entries
from meshctl.mesh.sidecar_scope.egress_listeners import EgressScope, egress_scopes
from meshctl.mesh.sidecar_scope.scope import SidecarScopes
from meshctl.mesh.workloads.container_ports import ContainerPorts
from meshctl.resources import Ref, Sidecar, View, Workload
from meshctl.resources.cached_property import cached_property
from meshctl.resources.view import views
from meshctl.words import whole_number

_ByPort = dict[int, dict[Protocol, RegisteredHost]]
_NO_PORT = 0
"""Where a host stands that has none: no listener asks for it."""


class OtherProtocol(NamedTuple):
    """A listener that reads another protocol than the ports it is for: both, and the first port."""

    place: Ref
    read: Protocol
    port: HostPort


class EntryWithoutPort(NamedTuple):
    """An egress host that lacks the port of its listener, with the ports that it has."""

    entry: EgressEntry
    port: int
    instead: tuple[int, ...]


class UnusedPort(NamedTuple):
    """An ingress listener to whose port no Service leads, with the ports they lead to instead."""

    place: Ref
    number: int
    instead: tuple[int, ...]


class ListenerPorts:
    """Answers for the listeners of a Sidecar."""

    def __init__(
        self, registry: Registry, scopes: SidecarScopes, container_ports: ContainerPorts
    ) -> None:
        self._registry = registry
        self._scopes = scopes
        self._container_ports = container_ports
        self._imported: dict[tuple[str, str], _ByPort] = {}

    def without_host(self, sidecar: Sidecar) -> Iterator[EgressScope]:
        """Walk the egress listeners that import hosts, none of which has their port."""
        for scope in egress_scopes(sidecar, sidecar.namespace) if sidecar.egress else ():
            port = scope.port
            if port is None or scope.is_http_proxy or not any(self._behind(scope)):
                continue
            if not any(self._behind(scope, port)):
                yield scope

    def entries_without_port(self, sidecar: Sidecar) -> Iterator[EntryWithoutPort]:
        """Walk the whole hosts of egress listeners that are there without the listener's port.

        Listeners none of whose hosts has it are ``without_host``.
        """
        empty = {scope.written for scope in self.without_host(sidecar)}
        by_listener: dict[object, list[EgressEntry]] = {}
        for entry in egress_entries(sidecar):
            by_listener.setdefault(entry.ref.path[:-2], []).append(entry)
        for scope in egress_scopes(sidecar, sidecar.namespace) if sidecar.egress else ():
            written = scope.written
            if written is None or scope.port is None or scope.is_http_proxy or written in empty:
                continue
            for entry in by_listener.get(written.path, ()):
                hosts = self._registry.at(entry.host)
                known = [host for host in hosts if entry.namespace in {"*", host.namespace}]
                if known and not any(registered_host.port(scope.port) for registered_host in known):
                    ports = sorted(
                        {port.number for registered_host in known for port in registered_host.ports}
                    )
                    yield EntryWithoutPort(entry, scope.port, tuple(ports))

    def in_other_protocol(self, sidecar: Sidecar) -> Iterator[OtherProtocol]:
        """Walk the listeners that take HTTP for bytes, or bytes for HTTP, of all their ports."""
        for scope in egress_scopes(sidecar, sidecar.namespace) if sidecar.egress else ():
            number = scope.port
            if number is not None and scope.written is not None and not scope.is_http_proxy:
                ports = [host.port(number) for host in self._behind(scope, number)]
                yield from _compared(scope.written.child("port"), ports)
        leading = self._leading_to(sidecar)
        for listener in views(sidecar.spec, "ingress", View):
            port = listener.child("port")
            ports = leading.get(port.number("number") or 0, [])
            yield from _compared(port, ports)

    def unused(self, sidecar: Sidecar) -> Iterator[UnusedPort]:
        """Walk the ingress listeners at ports where nothing arrives that Services send."""
        leading = self._leading_to(sidecar)
        instead = tuple(sorted(leading))
        declared = _declared_by_any(self._scopes.reached(sidecar)) if leading else set()
        for listener in views(sidecar.spec, "ingress", View) if leading else ():
            port = listener.child("port")
            number = port.number("number")
            if number and number not in leading and number not in declared:
                yield UnusedPort(port.at("number"), number, instead)

    def undeclared_endpoints(self, sidecar: Sidecar) -> Iterator[tuple[Ref, int]]:
        """Walk the endpoints of ingress listeners at ports that no container lists, with the port.

        Only where all pods list some.
        """
        reached = [*self._scopes.reached(sidecar)]
        if not reached or not all(map(_declared, reached)):
            return
        declared = _declared_by_any(reached)
        for listener in views(sidecar.spec, "ingress", View):
            number = whole_number(listener.text("defaultEndpoint").rpartition(":")[2])
            if number is not None and number not in declared:
                yield listener.at("defaultEndpoint"), number

    def _leading_to(self, sidecar: Sidecar) -> dict[int, list[HostPort | None]]:
        """The Service ports by the container port that they lead to, at the pods of a Sidecar."""
        found: dict[int, list[HostPort | None]] = {}
        lists = map(self._container_ports.all_in_front_of, self._scopes.reached(sidecar))
        for several in {id(each): each for each in lists}.values():
            for port, target in several:
                found.setdefault(target, []).append(port)
        return found

    def _behind(self, scope: EgressScope, port: int | None = None) -> Iterator[RegisteredHost]:
        """Walk hosts, those that have a port, that a listener imports: of whole namespaces some."""
        for namespace, hosts in scope.hosts.items():
            for host in hosts:
                by_port = self._ports_at(namespace, host)
                several = by_port.values() if port is None else [by_port.get(port, {})]
                yield from (
                    registered_host for each in several for registered_host in each.values()
                )

    def _ports_at(self, namespace: str, host: str) -> _ByPort:
        """A host for each port and protocol of those that an egress host imports; asked once."""
        if host == "*":
            return self._by_port.get(namespace, {})
        key = namespace, host
        if key not in self._imported:
            covering = chain.from_iterable(self._registry.covering(host))
            several = chain(self._registry.covered_by(host), covering)
            found = self._imported[key] = {}
            for one in several:
                if namespace in {"*", one.namespace}:
                    _add(found, one)
                    if not one.ports:
                        found.setdefault(_NO_PORT, {}).setdefault(Protocol.AUTO, one)
        return self._imported[key]

    @cached_property
    def _by_port(self) -> dict[str, _ByPort]:
        """Of each namespace, and of all (``*``), a host for each port and protocol that hosts have."""
        found: dict[str, _ByPort] = {}
        for host in self._registry:
            for namespace in ("*", host.namespace):
                _add(found.setdefault(namespace, {}), host)
        return found


def _add(by_port: _ByPort, host: RegisteredHost) -> None:
    first = {port.number: port.protocol for port in reversed(host.ports)}
    for number, protocol in first.items():
        by_port.setdefault(number, {}).setdefault(protocol, host)


def _compared(port: View, ports: Iterable[HostPort | None]) -> Iterator[OtherProtocol]:
    read, known = (
        parse_protocol(port.text("protocol")),
        [host_port for host_port in ports if host_port is not None],
    )
    if read is None or not known or any(host_port.protocol is Protocol.AUTO for host_port in known):
        return
    if not any(host_port.protocol.is_http == read.is_http for host_port in known):
        yield OtherProtocol(port.at("protocol"), read, known[0])


def _declared_by_any(workloads: Iterable[Workload]) -> set[int]:
    return set[int]().union(*map(_declared, workloads))


def _declared(workload: Workload) -> set[int]:
    numbers = (
        port.number("containerPort")
        for container in workload.containers
        for port in container.ports
    )
    return {number for number in numbers if number}
