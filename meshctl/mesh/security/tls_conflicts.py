"""Clients and servers that TLS keeps apart, by the object that decides it.

A conflict is filed once under the place that somebody would edit, with all connections it breaks.
Clients are asked by namespace, and only the namespaces that the rules of a host tell apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from meshctl.istio.annotation_names import EXCLUDE_INBOUND_PORTS, INCLUDE_INBOUND_PORTS
from meshctl.mesh.core.export_to import is_visible_to
from meshctl.mesh.core.hosts import covers
from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.registry.services import RegisteredHost, Registry
from meshctl.mesh.security.client_tls import mode_of
from meshctl.mesh.security.mtls import Mtls
from meshctl.mesh.security.peer_authentication import EffectiveMode, Mode, PeerAuthentications
from meshctl.mesh.security.tls_compatibility import TlsCompatibility
from meshctl.mesh.security.tls_connection import Client, ClientKind, Connection, Result
from meshctl.mesh.traffic.destination_rule_merge import selector_of
from meshctl.mesh.traffic.destination_rules import DestinationRules
from meshctl.mesh.traffic.destinations import Destinations
from meshctl.mesh.workloads.membership import Membership, is_control_plane
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import DestinationRule, Ref, Resource, Workload
from meshctl.resources.cached_property import cached_property

ANY_OTHER = ""
"""Stands for every namespace that no rule of a host names."""


@dataclass(frozen=True, slots=True, eq=False)
class TlsConflict:
    """Connections that fail in the same way, with the place that decides it.

    Of pods behind one host that take the same there is the first by name.
    """

    place: Ref
    connections: Sequence[Connection]

    @property
    def first(self) -> Connection:
        """The connection to name as the example."""
        return self.connections[0]

    @property
    def demand(self) -> Ref | None:
        """The place that decides what the first server takes; ``None`` for Istio's default."""
        server = self.first.server
        return server.demand.ref if server is not None and server.demand is not None else None

    @property
    def server(self) -> str:
        """The ``namespace/name`` of the workload to name as the example."""
        server = self.first.server
        return server.workload.key_name if server is not None else ""

    @property
    def is_certain(self) -> bool:
        """Is it known that the servers have sidecars, and which object is the oldest?"""
        return self.first.order_known and not self.first.is_assumed

    @property
    def doubt(self) -> str:
        """What makes it uncertain, as the end of a sentence; empty when nothing does."""
        if self.first.is_assumed:
            return " (if its pods have sidecars: the input lacks their Namespace)"
        return (
            "" if self.is_certain else " (if this object is the one that counts: ages are unknown)"
        )

    @property
    def where(self) -> str:
        """The ``host:port`` that can't be reached, the first by name and the others by number."""
        ends = (connection.upstream for connection in self.connections)
        ports = list(dict.fromkeys(f"{end.host.host}:{end.port.number}" for end in ends))
        return ports[0] if len(ports) == 1 else f"{ports[0]} and {len(ports) - 1} more"

    @property
    def who(self) -> str:
        """The clients that can't reach it."""
        names = dict.fromkeys(
            connection.upstream.client.namespace for connection in self.connections
        )
        if ANY_OTHER in names:
            return "clients in every namespace without a rule of its own"
        return f"clients in {', '.join(names)}"


class UnseenConflict(NamedTuple):
    """A setting that doesn't fit what servers demand, of which the input shows no pod.

    ``is_near`` says that the demand is for those servers: not for the whole mesh, nor set aside by
    a policy that may select them.
    """

    place: Ref
    demand: Ref
    is_near: bool


class TlsConflicts:
    """All TLS conflicts of a mesh, by the object that decides them."""

    def __init__(
        self, inventory: Inventory, registry: Registry, workloads: Workloads, mtls: Mtls,
        policies: PeerAuthentications, rules: DestinationRules, destinations: Destinations,
    ) -> None:  # fmt: skip
        self._inventory = inventory
        self._config = inventory.config
        self._registry = registry
        self._workloads = workloads
        self._mtls = mtls
        self._policies = policies
        self._rules = rules
        self._destinations = destinations
        self._shown: dict[str, bool] = {}
        self._compatibility = TlsCompatibility(mtls, workloads)

    def of(self, resource: Resource) -> Sequence[TlsConflict]:
        """Find the conflicts that an object decides."""
        return self._by_object.get(resource, ())

    def unseen(self, rule: DestinationRule, sent: str, demanded: Mode) -> Iterator[UnseenConflict]:
        """Walk what a rule sends in a TLS mode where the input shows none of the servers' pods.

        They demand another mode. A policy of the very namespace is near, and for a rule that is
        for every service that of the mesh: a wider policy says little about pods that are perhaps
        outside the mesh.
        """
        host = self._rules.host_of(rule)
        if host not in self._shown:
            services = self._registry.covered_by(host)
            self._shown[host] = any(
                service.is_external or self._mtls.behind(service) for service in services
            )
        if self._shown[host]:
            return
        found = self._demand_in(host)
        if found is None or found[0].ref is None or found[0].mode is not demanded:
            return
        policy = rule.policy
        for view in (policy, *policy.ports):
            if view.has("tls") and mode_of(view.child("tls")) == sent:
                yield UnseenConflict(view.child("tls").at("mode"), found[0].ref, is_near=found[1])

    def _demand_in(self, host: str) -> tuple[EffectiveMode, bool] | None:
        """Find what holds in the namespace of a host, and whether that is said just for it."""
        policies, root = self._policies, self._config.root_namespace
        if covers(host, f"*.svc.{self._config.domain}"):
            return policies.of_namespace(root), bool(policies.for_mesh())
        homes = self._registry.homes(host) or ()
        if len(homes) != 1:
            return None
        (home,) = homes
        found = policies.of_namespace(home)
        is_near = bool(policies.for_namespace(home))
        return found, is_near and not policies.may_differ_unseen(home, found.mode)

    @cached_property
    def _by_object(self) -> dict[Resource, list[TlsConflict]]:
        groups: dict[tuple[object, ...], list[Connection]] = {}
        places: dict[tuple[object, ...], Ref] = {}
        for connection in self._walk():
            place = _place(connection)
            if place is not None:
                key = _kind(place, connection)
                groups.setdefault(key, []).append(connection)
                places[key] = place
        found: dict[Resource, list[TlsConflict]] = {}
        for key, connections in groups.items():
            place = places[key]
            conflict = TlsConflict(place, sorted(connections, key=_by_name))
            found.setdefault(place.resource, []).append(conflict)
        return found

    def _walk(self) -> Iterator[Connection]:
        """Walk every connection that fails, once for each client that differs."""
        distinct: dict[object, RegisteredHost] = {}
        for host in self._registry:
            distinct.setdefault(self._alike(host), host)
        for host in distinct.values():
            if host.is_external:
                continue
            lists = list(self._rules.lists_covering(host.host))
            is_suspect = self._is_suspect(host)
            says_tls = any(map(self._compatibility.says_tls, lists))
            if is_suspect or (says_tls and self._compatibility.can_fail(host, lists)):
                rules = [rule for several in lists for rule in several]
                for client in self._differing(host, rules):
                    for connection in self._mtls.connections_to(client, host, one_of_each=True):
                        judged = self._mtls.assume_sidecar(connection)
                        if judged.result is Result.CONFLICT and self._is_used(judged):
                            yield judged

    def _alike(self, host: RegisteredHost) -> object:
        """What declarations of one host share to which the same connections lead."""
        ports = tuple((port.number, port.protocol, port.target) for port in host.ports)
        pods = id(self._mtls.behind(host))  # those of equal selectors are one sequence
        kind = host.source.kind, host.is_external, host.is_passthrough
        return host.host, host.namespace, host.visible, pods, ports, kind

    def _differing(
        self, host: RegisteredHost, rules: Sequence[DestinationRule]
    ) -> Iterator[Client]:
        """Walk one client for each rule that clients of a host follow, and kind of proxy."""
        seen: set[tuple[object, ...]] = set()
        for client in self._clients(host, rules):
            rule = self._rules.effective(host, client.namespace, client.labels)
            rules_of = rule.rules if rule is not None else None
            key = rules_of, client.proxy, client.past_sidecar
            if key not in seen:
                seen.add(key)
                yield client

    def _is_suspect(self, host: RegisteredHost) -> bool:
        """Could clients of this host be wrong without any DestinationRule?"""
        if not self._config.auto_mtls or host.is_passthrough:
            return True
        if not self._bypassed.isdisjoint(self._mtls.behind(host) if self._bypassed else ()):
            return True
        return self._policies.of_namespace(host.namespace).mode is Mode.DISABLE

    @cached_property
    def _bypassed(self) -> frozenset[Workload]:
        """The workloads that lead some ports past their sidecar."""
        keys = {EXCLUDE_INBOUND_PORTS, INCLUDE_INBOUND_PORTS}
        workloads = self._workloads
        return frozenset(
            workload for workload in workloads if not keys.isdisjoint(workload.pod_annotations)
        )

    def _is_used(self, connection: Connection) -> bool:
        """Do applications send requests this way? A subset needs a route to it.

        A port that a workload serves and calls past its sidecar is for its own pods. Unknown clients
        of a pod in ambient mode are in it too, where the input shows no sidecar.
        """
        server = connection.server
        if (
            server is not None
            and connection.upstream.client.namespace == ANY_OTHER
            and connection.rule_place is None
            and self._workloads.membership(server.workload) is Membership.AMBIENT
            and not self._in_mesh
        ):
            return False
        if server is not None and is_control_plane(server.workload):
            return False
        if server is not None and server.bypass is not None and connection.rule_place is None:
            own = self._mtls.client(server.workload)
            if connection.upstream.port.number in own.past_sidecar:
                return False
        subset = connection.upstream.subset
        host = connection.upstream.host.host
        return subset is None or self._destinations.uses(host, subset.name)

    def _clients(self, host: RegisteredHost, rules: Sequence[DestinationRule]) -> Iterator[Client]:
        named = {rule.namespace for rule in rules}
        named.update(entry for rule in rules for entry in rule.export_to)
        named -= {"*", ".", "~", ""}
        others = not self._inventory.is_whole or self._in_mesh.keys() - named
        if others and is_visible_to(host.visible, ANY_OTHER):
            yield Client("any other namespace", ANY_OTHER)
        selective = {rule.namespace for rule in rules if selector_of(rule) is not None}
        for namespace in sorted(named):
            if is_visible_to(host.visible, namespace):
                if namespace in selective:
                    yield from self._in_mesh.get(namespace, ())
                else:
                    yield from self._of_namespace(namespace)

    def _of_namespace(self, namespace: str) -> Iterator[Client]:
        """One client for each kind of proxy; a namespace the input doesn't show has sidecars."""
        if not self._inventory.knows.all_of("Pod", namespace):
            yield Client(namespace, namespace)
            return
        for proxy in sorted({client.proxy for client in self._in_mesh.get(namespace, ())}):
            yield Client(namespace, namespace, proxy)

    @cached_property
    def _in_mesh(self) -> dict[str, list[Client]]:
        """The workloads with a proxy, by namespace; one that may have it counts as a sidecar."""
        found: dict[str, list[Client]] = {}
        for workload in self._workloads:
            client = self._mtls.client(workload)
            if client.proxy is ClientKind.UNKNOWN:
                client = replace(client, proxy=ClientKind.SIDECAR)
            if client.proxy not in {ClientKind.NONE, ClientKind.ZTUNNEL}:
                found.setdefault(client.namespace, []).append(client)
        return found


def _place(connection: Connection) -> Ref | None:
    """Name what to edit: the rule that decides for the client, else what the server says."""
    server = connection.server
    if connection.rule_place is not None or server is None:
        return connection.rule_place
    return server.demand.ref if server.demand is not None else server.bypass


def _kind(place: Ref, connection: Connection) -> tuple[object, ...]:
    """Tell apart what one finding can't say together; a rule may meet thousands of policies."""
    upstream = connection.upstream
    return (
        place.resource, place.path, connection.mode, upstream.tls, upstream.cause,
        connection.order_known, connection.is_assumed,
    )  # fmt: skip


def _by_name(connection: Connection) -> tuple[str, int, str, str]:
    """Order connections whatever the order of the input is."""
    upstream, server = connection.upstream, connection.server
    name = server.workload.key_name if server is not None else ""
    return upstream.host.host, upstream.port.number, name, upstream.client.name
