"""Collects nodes and edges of a graph, each once, with the TLS of every way."""

from collections.abc import Sequence

from meshctl.inspect.graph.gathering import Nodes, Ways, worst
from meshctl.inspect.graph.picture import Kind, Node
from meshctl.inspect.graph.shared import ListedPods, SharedGateways, SharedPods
from meshctl.mesh import Mesh
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.security.gateway_servers import GatewayServers
from meshctl.mesh.security.tls_connection import Client, ClientKind
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.resources import KubernetesGateway, Service, ServiceEntry, Workload
from meshctl.resources.cached_property import cached_property

_Results = dict[tuple[str, int], set[str]]
"""The results of TLS by subset (empty: none) and port."""


class Sketch:
    """Nodes and edges as they are found."""

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh
        self.nodes = Nodes()
        self.ways = Ways()
        self.pods = SharedPods()
        self.stand_ins: dict[Workload, Workload] = {}
        """For workloads that one node stands for: the one that names it."""
        self.gateways = SharedGateways(
            mesh.merged_gateways, lambda gateway: self._alike(self.gateway_client(gateway))
        )
        self._named: dict[tuple[str, str], str] = {}
        self._rules: dict[str, tuple[str, ...]] = {}
        self._results: dict[tuple[object, str], _Results] = {}
        self._shared_results: dict[object, tuple[Sequence[Workload], _Results]] = {}

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
        behind = self.pods_of(host)
        rule = self.mesh.traffic.destination_rules.effective(host, host.namespace, {})
        rules = rule.rules if rule is not None else ()
        ports = ", ".join(f"{port.number} {port.protocol.value}" for port in host.ports)
        facts: tuple[str, ...] = (f"{host.host}: {ports or 'no port'}",)
        waypoint = self._waypoint(host)
        if waypoint is not None:
            facts = (*facts, f"requests pass the waypoint {waypoint.key_name}")
        facts = (*facts, *behind.facts())
        before = (waypoint,) if waypoint is not None else ()
        objects = tuple(one.title for one in (host.source, *rules, *behind.pods, *before))
        self._rules[id_] = tuple(destination_rule.title for destination_rule in rules)
        return self.nodes.add(Node(id_, kind, host.namespace, name, facts, objects))

    def pods_of(self, host: RegisteredHost) -> ListedPods:
        """List the pods behind a host that its node names."""
        behind = () if host.is_external else self.mesh.security.mtls.behind(host)
        return self.pods.of(f"service:{host.host}", behind)

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
        return self.nodes.add(Node(f"service:{name}", "unknown", "", name, (fact,)))

    def subset(self, name: str, namespace: str, subset: str) -> str:
        """Add a subset of a host."""
        id_ = f"subset:{name}|{subset}"
        if id_ in self.nodes:
            return id_
        parent = self.nodes[self.named(name, namespace)]
        rules = self._rules.get(parent.id, ())
        fact = f"subset {subset} of {name}"
        home, title = parent.namespace, f"{parent.name} {subset}"
        pods = self.pods.of(id_, self._pods(name, namespace, subset))
        objects = (*rules, *(pod.title for pod in pods.pods))
        return self.nodes.add(Node(id_, "subset", home, title, (fact, *pods.facts()), objects))

    def _pods(self, name: str, namespace: str, subset: str) -> Sequence[Workload]:
        """Find the workloads of a subset, if a rule for clients of the namespace has it."""
        host = self.mesh.registry.find(name, namespace)
        if host is not None:
            rule = self.mesh.traffic.destination_rules.effective(host, namespace, {})
            found = rule.subsets.get(subset) if rule is not None else None
            if found is not None:
                return self.mesh.workloads.of_subset(host, found.labels)
        return ()

    def gateway(self, gateway: EffectiveGateway) -> str:
        """Add the workload of a gateway, or of many that are sent the same, with what it listens on."""
        gateway = self.gateways.first(gateway)
        workload = gateway.workload
        id_ = f"gateway:{workload.name}"
        if id_ in self.nodes:
            return id_
        namespace, _, name = workload.name.rpartition("/")
        facts = tuple(
            f"{listener.bind}:{listener.port} {listener.chains[0].server.server.protocol}"
            for listener in gateway.listeners
            if listener.chains
        )
        facts = (*facts, *self.gateways.facts(gateway))
        objects = tuple(resource.title for resource in self.gateways.objects(gateway))
        home = namespace or workload.namespace or ""
        return self.nodes.add(Node(id_, "gateway", home, name, facts, objects))

    def client(self, workload: Workload) -> str:
        """Add a workload as a client: the Service in front of it, else the workload itself."""
        if is_gateway(workload):
            served = self.mesh.merged_gateways.for_workload(workload.key_name)
            if served is not None:
                return self.gateway(served)
        hosts = self.mesh.workloads.container_ports.hosts(workload)
        services = [host for host in hosts if isinstance(host.source, Service)]
        if services and not is_gateway(workload):
            return self.host(min(services, key=lambda registered_host: registered_host.host))
        first = self.stand_ins.get(workload, workload)
        home, name = first.namespace, first.name
        id_ = f"workload:{first.key_name}"
        return self.nodes.add(Node(id_, "workload", home, name, (), (workload.title,)))

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
            results = self._results[key] = self._results_of(client, name)
        if port is not None:
            return worst(results.get((subset, port), ()))
        return worst(one for at, several in results.items() if at[0] == subset for one in several)

    def _alike(self, client: Client) -> object:
        """What clients share that get the same TLS everywhere."""
        tells = self.mesh.traffic.destination_rules.tell_apart(client.namespace)
        labels = tuple(sorted(client.labels.items())) if tells else ()
        return client.namespace, client.proxy, client.past_sidecar, labels

    def _results_of(self, client: Client, name: str) -> _Results:
        """Find the results of every subset (empty: none) and port of a host, for a client."""
        host = self.mesh.registry.find(name, client.namespace)
        if host is None:
            return {}
        key = self._alike(client), self._alike_as_server(client, host)
        if key not in self._shared_results:
            pods = self.mesh.security.mtls.behind(host)
            self._shared_results[key] = pods, self._read_results(client, host)
        return self._shared_results[key][1]

    def _alike_as_server(self, client: Client, host: RegisteredHost) -> object:
        """What hosts share that clients without a rule meet with the same TLS."""
        rule = self.mesh.traffic.destination_rules.effective(host, client.namespace, client.labels)
        source, pods = host.source, self.mesh.security.mtls.behind(host)
        if rule is not None or not pods or not isinstance(source, Service):
            return host.host
        behind = self.mesh.workloads.container_ports.pods_behind(source)
        if behind is None or behind.has_gateway:
            return host.host
        ports = tuple((port.number, port.protocol, port.target) for port in host.ports)
        return id(pods), host.namespace, host.is_passthrough, ports

    def _read_results(self, client: Client, host: RegisteredHost) -> _Results:
        found: _Results = {}
        for connection in self.mesh.security.mtls.connections_to(client, host, one_of_each=True):
            upstream = connection.upstream
            at = upstream.subset.name if upstream.subset is not None else "", upstream.port.number
            found.setdefault(at, set()).add(self._gateway_servers.judged(connection).result.value)
        return found

    @cached_property
    def _served(self) -> dict[Service | ServiceEntry, EffectiveGateway]:
        """The gateway behind a Service, which stands for both."""
        return self.gateways.serving()

    @cached_property
    def _gateway_servers(self) -> GatewayServers:
        return GatewayServers(self.mesh.merged_gateways)
