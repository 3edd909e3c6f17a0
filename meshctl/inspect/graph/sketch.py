"""Collects nodes and edges of a graph, each once, with the TLS of every way."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from meshctl.inspect.graph.picture import Edge, EdgeKind, Kind, Node
from meshctl.mesh import Mesh
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.security.gateway_servers import GatewayServers
from meshctl.mesh.security.tls_connection import Client, ClientKind, Result
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.resources import KubernetesGateway, Service, ServiceEntry, Workload
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
        self._named: dict[tuple[str, str], str] = {}
        self._results: dict[tuple[object, str], dict[tuple[str, int], list[str]]] = {}

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
        if known is None or found == known:
            self.edges[key] = found
            return
        labels = _joined(known.label.split(", "), (found.label,))
        self.edges[key] = replace(
            known,
            label=", ".join(one for one in labels if one),
            weights=tuple(sorted({*known.weights, *found.weights})),
            tls=known.tls if found.tls == known.tls else worst((known.tls, found.tls)),
            objects=_joined(known.objects, found.objects),
        )

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
        facts: tuple[str, ...] = (f"{host.host}: {ports or 'no port'}",)
        waypoint = self._waypoint(host)
        if waypoint is not None:
            facts = (*facts, f"requests pass the waypoint {waypoint.key_name}")
        before = (waypoint,) if waypoint is not None else ()
        objects = tuple(one.title for one in (host.source, *rules, *behind, *before))
        return self.node(Node(id_, kind, host.namespace, name, facts, objects))

    def _waypoint(self, host: RegisteredHost) -> KubernetesGateway | None:
        """The waypoint that requests to a Service pass, if the input has it."""
        if not self.mesh.of(KubernetesGateway) or not isinstance(host.source, Service):
            return None
        use = self.mesh.ambient.waypoint_use(host.source)
        return self.mesh.ambient.waypoint(use) if use is not None else None

    def named(self, name: str, namespace: str) -> str:
        """Add the host that a full name means in a namespace, known or not."""
        id_ = self._named.get((name, namespace))
        if id_ is None:
            id_ = self._named[name, namespace] = self._add_named(name, namespace)
        return id_

    def _add_named(self, name: str, namespace: str) -> str:
        found = self.mesh.registry.find(name, namespace)
        if found is None:
            found = next(iter(self.mesh.registry.at(name)), None)
        if found is not None:
            return self.host(found)
        fact = "the input declares no such host"
        return self.node(Node(f"service:{name}", "unknown", "", name, (fact,)))

    def subset(self, name: str, namespace: str, subset: str) -> str:
        """Add a subset of a host."""
        id_ = f"subset:{name}|{subset}"
        if id_ in self.nodes:
            return id_
        parent = self.nodes[self.named(name, namespace)]
        rules = tuple(one for one in parent.objects if one.startswith("DestinationRule "))
        fact = f"subset {subset} of {name}"
        home, title = parent.namespace, f"{parent.name} {subset}"
        pods = self._pods(name, namespace, subset)
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
        key = self._alike(client), name
        results = self._results.get(key)
        if results is None:
            results = self._results[key] = self._read_results(client, name)
        if port is not None:
            return worst(results.get((subset, port), ()))
        return worst(one for at, several in results.items() if at[0] == subset for one in several)

    def _alike(self, client: Client) -> object:
        """What clients share that get the same TLS everywhere."""
        tells = self.mesh.traffic.destination_rules.tell_apart(client.namespace)
        labels = tuple(sorted(client.labels.items())) if tells else ()
        return client.namespace, client.proxy, client.past_sidecar, labels

    def _read_results(self, client: Client, name: str) -> dict[tuple[str, int], list[str]]:
        """Find the results of every subset (empty: none) and port of a host, for a client."""
        found: dict[tuple[str, int], list[str]] = {}
        host = self.mesh.registry.find(name, client.namespace)
        for one in self.mesh.security.mtls.connections_to(client, host) if host is not None else ():
            upstream = one.upstream
            at = upstream.subset.name if upstream.subset is not None else "", upstream.port.number
            found.setdefault(at, []).append(self._gateway_servers.judged(one).result.value)
        return found

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
