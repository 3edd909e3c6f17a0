"""Collects nodes and edges of a graph, each once, with the TLS of every way."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from meshctl.inspect.graph.picture import Edge, EdgeKind, Kind, Node
from meshctl.mesh import Mesh
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.security.gateway_servers import GatewayServers
from meshctl.mesh.security.tls_connection import Client, ClientKind, Connection, Result
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.resources import Service, ServiceEntry, Workload
from meshctl.resources.cached_property import cached_property

_WORST = (
    Result.CONFLICT, Result.PLAINTEXT, Result.UNKNOWN, Result.NO_ENDPOINT, Result.TLS, Result.MTLS,
)  # fmt: skip


class Sketch:
    """Nodes and edges as they are found."""

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh
        self.nodes: dict[str, Node] = {}
        self.edges: dict[tuple[str, str, EdgeKind], Edge] = {}
        self._connections: dict[tuple[str, RegisteredHost], list[Connection]] = {}

    def node(self, found: Node) -> str:
        """Add a node, or the facts and objects of one to a known one; give its id."""
        known = self.nodes.get(found.id)
        if known is not None:
            found = replace(
                known,
                facts=_joined(known.facts, found.facts),
                objects=_joined(known.objects, found.objects),
            )
        self.nodes[found.id] = found
        return found.id

    def edge(self, found: Edge) -> None:
        """Add an edge, or what another way between the same nodes says to a known one."""
        key = found.source, found.target, found.kind
        known = self.edges.get(key)
        if known is not None:
            labels = _joined(known.label.split(", "), (found.label,))
            found = replace(
                known,
                label=", ".join(one for one in labels if one),
                weights=tuple(sorted({*known.weights, *found.weights})),
                tls=worst((known.tls, found.tls)),
                objects=_joined(known.objects, found.objects),
            )
        self.edges[key] = found

    def host(self, host: RegisteredHost) -> str:
        """Add a host of the registry, with the rule and the pods behind it."""
        id_ = f"service:{host.host}"
        if id_ in self.nodes:
            return id_
        served = self._served.get(host.source)
        if served is not None:
            return self.gateway(served)
        kind: Kind = "external" if host.is_external else "service"
        name = host.source.name if isinstance(host.source, Service) else host.host
        behind = () if host.is_external else self.mesh.workloads.behind(host)
        rule = self.mesh.traffic.destination_rules.effective(host, host.namespace, {})
        rules = rule.rules if rule is not None else ()
        ports = ", ".join(f"{port.number} {port.protocol.value}" for port in host.ports)
        objects = tuple(one.title for one in (host.source, *rules, *behind))
        fact = f"{host.host}: {ports or 'no port'}"
        return self.node(Node(id_, kind, host.namespace, name, (fact,), objects))

    def named(self, name: str, namespace: str) -> str:
        """Add the host that a full name means in a namespace, known or not."""
        found = self.mesh.registry.find(name, namespace)
        if found is None:
            found = next(iter(self.mesh.registry.at(name)), None)
        if found is not None:
            return self.host(found)
        fact = "the input declares no such host"
        return self.node(Node(f"service:{name}", "unknown", "", name, (fact,)))

    def subset(self, name: str, namespace: str, subset: str) -> str:
        """Add a subset of a host."""
        parent = self.nodes[self.named(name, namespace)]
        rules = tuple(one for one in parent.objects if one.startswith("DestinationRule "))
        id_, fact = f"subset:{name}|{subset}", f"subset {subset} of {name}"
        home, title = parent.namespace, f"{parent.name} {subset}"
        pods = self._pods(name, namespace, subset) if id_ not in self.nodes else ()
        return self.node(Node(id_, "subset", home, title, (fact,), (*rules, *pods)))

    def _pods(self, name: str, namespace: str, subset: str) -> Iterator[str]:
        """Name the workloads of a subset, if a rule for clients of the namespace has it."""
        host = self.mesh.registry.find(name, namespace)
        if host is not None:
            rule = self.mesh.traffic.destination_rules.effective(host, namespace, {})
            found = rule.subsets.get(subset) if rule is not None else None
            if found is not None:
                for workload in self.mesh.workloads.of_subset(host, found.labels):
                    yield workload.title

    def gateway(self, gateway: EffectiveGateway) -> str:
        """Add the workload of a gateway, with what it listens on."""
        workload = gateway.workload
        namespace, _, name = workload.name.rpartition("/")
        facts = tuple(
            f"{one.bind}:{one.port} {one.chains[0].server.server.protocol}"
            for one in gateway.listeners
            if one.chains
        )
        own = (*((workload.workload,) if workload.workload else ()), *workload.services)
        objects = tuple(one.title for one in (*own, *gateway.gateways))
        home = namespace or workload.namespace or ""
        return self.node(Node(f"gateway:{workload.name}", "gateway", home, name, facts, objects))

    def client(self, workload: Workload) -> str:
        """Add a workload as a client: the Service in front of it, else the workload itself."""
        if is_gateway(workload):
            served = self.mesh.merged_gateways.for_workload(workload.key_name)
            if served is not None:
                return self.gateway(served)
        hosts = self.mesh.workloads.container_ports.hosts(workload)
        services = [one for one in hosts if isinstance(one.source, Service)]
        if services and not is_gateway(workload):
            return self.host(min(services, key=lambda one: one.host))
        id_ = f"workload:{workload.key_name}"
        home, name = workload.namespace, workload.name
        return self.node(Node(id_, "workload", home, name, (), (workload.title,)))

    def gateway_client(self, gateway: EffectiveGateway) -> Client:
        """Describe a gateway as a client; one whose pods aren't in the input is one all the same."""
        workload = gateway.workload
        if workload.workload is not None:
            return self.mesh.security.mtls.client(workload.workload)
        home = workload.namespace or ""
        return Client(workload.name, home, ClientKind.GATEWAY, workload.labels)

    def tls(
        self, client: Client, name: str, subset: str = "", port: int | None = None
    ) -> str | None:
        """Say which TLS a client uses to a host or subset; the worst of its ports and servers."""
        host = self.mesh.registry.find(name, client.namespace)
        if host is None:
            return None
        key = client.name, host
        if key not in self._connections:
            found = self.mesh.security.mtls.connections_to(client, host)
            self._connections[key] = [self._judged(one) for one in found]
        return worst(
            one.result.value
            for one in self._connections[key]
            if (one.upstream.subset.name if one.upstream.subset is not None else "") == subset
            and port in {None, one.upstream.port.number}
        )

    def _judged(self, connection: Connection) -> Connection:
        return self._gateway_servers.judged(connection)

    @cached_property
    def _served(self) -> dict[Service | ServiceEntry, EffectiveGateway]:
        """The gateway behind a Service, which stands for both."""
        return {
            service: gateway
            for gateway in self.mesh.merged_gateways
            for service in gateway.workload.services
        }

    @cached_property
    def _gateway_servers(self) -> GatewayServers:
        return GatewayServers(self.mesh.merged_gateways)


def _joined(some: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*some, *others)))


def worst(results: Iterable[str | None]) -> str | None:
    """Pick the worst of several results of TLS."""
    found = {one for one in results if one is not None}
    return next((one.value for one in _WORST if one.value in found), None)
