"""The TLS between clients and servers: what is sent, what is taken, whether the two fit.

Mirrors buildUpstreamTLSSettings (pilot/pkg/networking/core/cluster_tls.go),
BestEffortInferServiceMTLSMode (pilot/pkg/model/push_context.go), checkMtlsEnabled
(pilot/pkg/xds/endpoints/mtls_checker.go) and the inbound filter chains
(pilot/pkg/networking/core/listener_inbound.go) of Istio 1.31.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from meshctl.istio.ambient import HBONE_PORT
from meshctl.istio.labels import TLS_MODE
from meshctl.istio.protocols import Protocol
from meshctl.mesh.core.known_objects import KnownObjects
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.registry.services import HostPort, RegisteredHost, Registry
from meshctl.mesh.security import hbone
from meshctl.mesh.security.client_tls import ISTIO_MUTUAL, ClientTlsSetting, tls_setting
from meshctl.mesh.security.hbone import Ztunnel
from meshctl.mesh.security.peer_authentication import Mode, PeerAuthentications
from meshctl.mesh.security.tls_connection import (
    Client,
    ClientKind,
    ClientTls,
    ClientTlsCause,
    Connection,
    Endpoint,
    Result,
    ServerMode,
    Upstream,
    balances_by_address,
    by_setting,
    keeps_address,
    past_sidecar,
    to_external,
    unchecked,
)
from meshctl.mesh.security.tls_match import AlikePods, PodKinds, judge
from meshctl.mesh.traffic.destination_rules import DestinationRules, EffectiveDestinationRule, Step
from meshctl.mesh.workloads.facade import WorkloadsFacade
from meshctl.mesh.workloads.membership import Membership, is_control_plane, is_gateway
from meshctl.mesh.workloads.traffic_capture import BypassedPorts, TrafficCapture
from meshctl.resources import Ref, Service, ServiceEntry, Subset, Workload

_WITHOUT_ENVOY = {Membership.NONE: ClientKind.NONE, Membership.AMBIENT: ClientKind.ZTUNNEL}
"""What sends the requests of workloads that read no DestinationRules."""


class Mtls:
    """All answers about TLS between clients and servers."""

    def __init__(
        self, registry: Registry, workloads: WorkloadsFacade, rules: DestinationRules,
        policies: PeerAuthentications, config: MeshConfig, *, knows: KnownObjects,
        ambient: Callable[[], Ztunnel],
    ) -> None:  # fmt: skip
        """``ambient`` is asked for when a pod in ambient mode is met."""
        self._ambient = ambient
        self._registry = registry
        self._workloads = workloads
        self._rules = rules
        self._policies = policies
        self._config = config
        self._knows = knows
        self._behind: dict[RegisteredHost, Sequence[Workload]] = {}
        self._servers: dict[tuple[Workload, int], Endpoint] = {}
        self._kinds = PodKinds(workloads, self.alike, self._takes)
        self._labels = IdentityCache(lambda pods: frozenset(map(self._has_mtls_label, pods)))

    def client(self, workload: Workload) -> Client:
        """Describe a workload as a client."""
        membership = self._workloads.membership(workload)
        proxy = ClientKind.UNKNOWN
        if membership is Membership.SIDECAR:
            proxy = ClientKind.GATEWAY if is_gateway(workload) else ClientKind.SIDECAR
        elif membership in _WITHOUT_ENVOY:
            proxy = _WITHOUT_ENVOY[membership]
        past = BypassedPorts()
        if proxy is ClientKind.SIDECAR:
            past = TrafficCapture(workload).past_sidecar
        return Client(workload.key_name, workload.namespace, proxy, workload.pod_labels, past)

    def connections(
        self, client: Client, hosts: Iterable[RegisteredHost] | None = None
    ) -> Iterator[Connection]:
        """Walk everything a client can reach, in the order of the registry, or some hosts of it."""
        for host in self._registry if hosts is None else hosts:
            if self._reaches(client, host):
                yield from self.connections_to(client, host)

    def _reaches(self, client: Client, host: RegisteredHost) -> bool:
        """Has a client an upstream for a host? A name that stands for another one has none."""
        if isinstance(host.source, Service):
            if host.source.type == "ExternalName":
                return False
            if client.proxy is ClientKind.NONE:
                return True
        elif client.proxy is ClientKind.NONE:
            return False
        return self._registry.find(host.host, client.namespace) is host

    def upstreams_at(self, client: Client, name: str) -> Iterator[RegisteredHost]:
        """Walk the declarations of a host for which a client has an upstream."""
        if client.proxy is ClientKind.NONE:
            yield from (
                registered_host
                for registered_host in self._registry.at(name)
                if self._reaches(client, registered_host)
            )
            return
        found = self._registry.find(name, client.namespace)
        if found is not None and found.host == name and self._reaches(client, found):
            yield found

    def connections_to(
        self, client: Client, host: RegisteredHost, *, one_of_each: bool = False
    ) -> Iterator[Connection]:
        """Walk the connections of a client to one host: its ports, subsets and servers.

        ``one_of_each`` leaves out the pods of which another one, first by name, takes the same.
        """
        for upstream in self.upstreams(client, host):
            outside = self._past_pods(upstream)
            if outside is not None:
                yield outside
            else:
                yield from self.to_servers(upstream, one_of_each=one_of_each)

    def kinds_of_connections(
        self, client: Client, host: RegisteredHost
    ) -> Iterator[tuple[Connection, AlikePods]]:
        """Walk the connections of a client to one host, each with the pods that take the same."""
        for upstream in self.upstreams(client, host):
            outside = self._past_pods(upstream)
            chosen = self._chosen(upstream) if outside is None else ()
            if not chosen:
                yield outside or self._to_nothing(upstream), ()
            for pods in self._kinds.of(chosen, upstream.port).all if chosen else ():
                yield self.to_pod(upstream, pods[0][1]), pods

    def to_pod(self, upstream: Upstream, pod: Workload) -> Connection:
        """Judge the connection to one of the pods that serve a port of a host."""
        port = self._workloads.target_port(pod, upstream.port)
        assert port is not None  # noqa: S101 - others don't serve it
        return self._to_server(upstream, self.server(pod, port))

    def to_client(self, connection: Connection, client: Client) -> Connection:
        """The same connection of another client, whose own rule says the same of TLS."""
        upstream = connection.upstream
        host, rule, subset = upstream.host, upstream.rule, upstream.subset
        if rule is None or rule.step is not Step.CLIENT:
            return connection
        own = self._rules.at_home(host.host, client.namespace, client.labels)
        if own is rule or own is None:
            return connection
        subset = own.subsets[subset.name] if subset is not None else None
        return replace(connection, upstream=self.upstream(client, host, upstream.port, subset, own))

    def _past_pods(self, upstream: Upstream) -> Connection | None:
        """The connection to a host that stands for no pods; ``None`` for all others."""
        if self._is_empty_entry(upstream.host):
            auto = False if upstream.tls is ClientTls.AUTO else None
            return Connection(upstream, None, None, auto, Result.NO_ENDPOINT, "it has no endpoint")
        return to_external(upstream) if upstream.host.is_external else None

    def upstreams(self, client: Client, host: RegisteredHost) -> Iterator[Upstream]:
        """Walk what a client sends to each port and subset of a host."""
        rule = None
        if client.proxy not in _WITHOUT_ENVOY.values():
            rule = self._rules.effective(host, client.namespace, client.labels)
        subsets: list[Subset | None] = [None, *(rule.subsets.values() if rule else ())]
        for port in host.ports:
            if port.protocol is Protocol.UDP:
                continue
            if port.number in client.past_sidecar:
                yield past_sidecar(client, host, port)
            else:
                for subset in subsets:
                    yield self.upstream(client, host, port, subset, rule)

    def assume_sidecar(self, connection: Connection) -> Connection:
        """Judge again as if a server had a sidecar, where that is unknown but probable.

        A PeerAuthentication in the server's own namespace is the sign that it has.
        """
        server = connection.server
        if server is None or server.mode is not ServerMode.UNKNOWN or server.demand is None:
            return connection
        ref = server.demand.ref
        if ref is None or ref.resource.namespace != server.workload.namespace:
            return connection
        mode = ServerMode(server.demand.mode)
        assumed = Endpoint(server.workload, server.port, mode, server.demand)
        return replace(self._to_server(connection.upstream, assumed), is_assumed=True)

    def behind(self, host: RegisteredHost) -> Sequence[Workload]:
        """Find the workloads that serve a host."""
        if host not in self._behind:
            self._behind[host] = self._workloads.behind(host)
        return self._behind[host]

    def without_sidecar(self, host: RegisteredHost) -> list[Workload]:
        """Find the workloads behind a host that take no mutual TLS, for sure."""
        return [pod for pod in self.behind(host) if self._has_mtls_label(pod) is False]

    def server(self, workload: Workload, port: int) -> Endpoint:
        """Find what a workload takes on a container port."""
        if (workload, port) not in self._servers:
            self._servers[workload, port] = self._make_server(workload, port)
        return self._servers[workload, port]

    def _make_server(self, workload: Workload, port: int) -> Endpoint:
        membership = self._workloads.membership(workload)
        if membership is Membership.NONE:
            return Endpoint(workload, port, ServerMode.NONE)
        if hbone.is_waypoint(workload) and port == HBONE_PORT:
            return Endpoint(workload, port, ServerMode.STRICT)
        if is_gateway(workload):
            return Endpoint(workload, port, ServerMode.UNKNOWN)
        if membership is Membership.AMBIENT:
            demand = self._ambient().demand(workload, port)
            return Endpoint(workload, port, ServerMode(demand.mode), demand)
        bypass = TrafficCapture(workload).bypass(port)
        if bypass is not None:
            return Endpoint(workload, port, ServerMode.NONE, None, bypass)
        demand = self._policies.of_port(workload, port)
        known = membership is Membership.SIDECAR
        mode = ServerMode(demand.mode) if known else ServerMode.UNKNOWN
        return Endpoint(workload, port, mode, demand)

    def takes_mtls(self, upstream: Upstream, workload: Workload, port: int) -> bool | None:
        """Does auto mTLS send mutual TLS to a port of a pod? ``None`` is unknown."""
        return self._endpoint_mtls(upstream.setting, self.server(workload, port))

    def sends_hbone(self, upstream: Upstream, workload: Workload, port: int) -> bool:
        """Does the Envoy of a client send HBONE to a pod?"""
        membership = self._workloads.membership(workload)
        if membership is not Membership.AMBIENT and not hbone.is_waypoint(workload):
            return False
        return hbone.is_sent(
            upstream, self.server(workload, port), membership,
            keeps_address=self.keeps_address(upstream),
        )  # fmt: skip

    def takes_hbone(self, workload: Workload, port: int) -> bool | None:
        """Does a pod take HBONE from ztunnel? ``None`` is unknown."""
        membership = self._workloads.membership(workload)
        return hbone.takes_hbone(self.server(workload, port), membership, self._config)

    def keeps_address(self, upstream: Upstream) -> bool:
        """Does the client send to the address it called, instead of choosing an endpoint?"""
        return keeps_address(upstream.client, upstream.host, upstream.rule, upstream.subset)

    def upstream(
        self, client: Client, host: RegisteredHost, port: HostPort, subset: Subset | None,
        rule: EffectiveDestinationRule | None,
    ) -> Upstream:  # fmt: skip
        """Tell what a client sends to a port of a host or subset, by the rule that it follows."""
        name = subset.name if subset is not None else ""
        setting = tls_setting(rule, port.number, subset)
        head = (client, host, port, subset, rule, setting)
        if client.proxy is ClientKind.NONE:
            return Upstream(*head, ClientTls.PLAINTEXT, ClientTlsCause.NO_SIDECAR)
        if client.proxy is ClientKind.UNKNOWN:
            return Upstream(*head, ClientTls.UNKNOWN, ClientTlsCause.UNKNOWN)
        if client.proxy is ClientKind.ZTUNNEL:
            return Upstream(*head, *hbone.sent_to(is_external=host.is_external))
        sni = f"outbound_.{port.number}_.{name}_.{host.host}"
        if setting.tls is None:
            tls, cause, ref = self._without_setting(client, host, rule, subset)
            sends_sni = tls in (ClientTls.AUTO, ClientTls.ISTIO_MUTUAL)
            return Upstream(*head, tls, cause, sni if sends_sni else None, ref)
        return by_setting(head, setting.tls, sni)

    def _without_setting(
        self,
        client: Client,
        host: RegisteredHost,
        rule: EffectiveDestinationRule | None,
        subset: Subset | None,
    ) -> tuple[ClientTls, ClientTlsCause, Ref | None]:
        """Decide as auto mTLS does where no DestinationRule says anything."""
        if host.is_external:
            return ClientTls.PLAINTEXT, ClientTlsCause.EXTERNAL, None
        if not self._config.auto_mtls:
            return ClientTls.PLAINTEXT, ClientTlsCause.AUTO_MTLS_OFF, None
        if host.is_passthrough or balances_by_address(rule, subset):
            tells = self._labels.of(self.behind(host))
            if not tells or False in tells:
                return ClientTls.PLAINTEXT, ClientTlsCause.PODS_WITHOUT_SIDECAR, None
            if None in tells:
                return ClientTls.UNKNOWN, ClientTlsCause.UNKNOWN, None
        demand = self._policies.of_namespace(host.namespace)
        if demand.mode is Mode.DISABLE:
            return ClientTls.PLAINTEXT, ClientTlsCause.NAMESPACE_DISABLED, demand.ref
        if keeps_address(client, host, rule, subset):
            return ClientTls.ISTIO_MUTUAL, ClientTlsCause.ALL_OR_NOTHING, None
        return ClientTls.AUTO, ClientTlsCause.AUTO_MTLS, None

    def _has_mtls_label(self, workload: Workload) -> bool | None:
        """Is this pod known to clients as one that takes mutual TLS? ``None`` is unknown."""
        label = workload.pod_labels.get(TLS_MODE)
        if label is not None:
            return label == "istio"
        membership = self._workloads.membership(workload)
        if membership is Membership.SIDECAR:
            return not is_gateway(workload)
        return None if membership is Membership.UNKNOWN else False

    def _chosen(self, upstream: Upstream) -> Sequence[Workload]:
        """The pods among which a client balances: those of a host, or of a subset of it."""
        if upstream.subset is None or self.keeps_address(upstream):
            return self.behind(upstream.host)
        return self._workloads.of_subset(upstream.host, upstream.subset.labels)

    def to_servers(self, upstream: Upstream, *, one_of_each: bool) -> Iterator[Connection]:
        """Walk the connections to the pods that a client chooses, or to one each of those that take the same."""
        chosen = self._chosen(upstream)
        if not chosen:
            yield self._to_nothing(upstream)
        for workload in self._kinds.of(chosen, upstream.port).firsts if one_of_each else chosen:
            port = self._workloads.target_port(workload, upstream.port)
            if port is not None:
                yield self._to_server(upstream, self.server(workload, port))

    def alike(self, workload: Workload) -> object:
        """What workloads share that take the same on each container port."""
        membership = self._workloads.membership(workload)
        if is_gateway(workload) or membership is Membership.AMBIENT:
            return workload
        return (
            membership, self._policies.alike(workload), TrafficCapture(workload).inbound,
            hbone.told(workload), self._has_mtls_label(workload), is_control_plane(workload),
        )  # fmt: skip

    def _takes(self, workload: Workload, port: int) -> object:
        """What tells apart the pods that the same client gets something else of."""
        server = self.server(workload, port)
        if server.bypass is not None or is_gateway(workload):
            return workload
        return (
            port, server.mode, server.demand, self._workloads.membership(workload),
            self._has_mtls_label(workload), hbone.is_waypoint(workload),
            self.takes_hbone(workload, port), is_control_plane(workload),
        )  # fmt: skip

    def _to_nothing(self, upstream: Upstream) -> Connection:
        host = upstream.host
        auto = False if upstream.tls is ClientTls.AUTO else None
        if self._knows_pods_of(host):
            return Connection(upstream, None, None, auto, Result.NO_ENDPOINT, "it selects no pod")
        reason = f"the input doesn't show the pods behind {host.host}"
        return Connection(upstream, None, ServerMode.UNKNOWN, auto, Result.UNKNOWN, reason)

    def _is_empty_entry(self, host: RegisteredHost) -> bool:
        """Is it sure that a ServiceEntry has no endpoint, by its list or its selector?"""
        if not isinstance(host.source, ServiceEntry) or host.source.resolution != "STATIC":
            return False
        return self._workloads.endpoints.is_empty(host) is True

    def _knows_pods_of(self, host: RegisteredHost) -> bool:
        source = host.source
        if isinstance(source, ServiceEntry):
            return False
        return bool(source.selector) and bool(self._knows.all_of("Pod", host.namespace))

    def _to_server(self, upstream: Upstream, server: Endpoint) -> Connection:
        tls = upstream.tls
        if upstream.cause is ClientTlsCause.AUTHORITY_MISSING:
            return unchecked(upstream, server)
        membership = self._workloads.membership(server.workload)
        if upstream.client.proxy is ClientKind.ZTUNNEL:
            return hbone.from_ztunnel(upstream, server, membership, self._config)
        keeps_address = self.keeps_address(upstream)
        if hbone.is_sent(upstream, server, membership, keeps_address=keeps_address):
            return hbone.by_hbone(upstream, server)
        if membership is Membership.AMBIENT:
            refused = hbone.past_tunnel(upstream, server)
            if refused is not None:
                return refused
        endpoint_mtls = None
        if tls is ClientTls.AUTO:
            endpoint_mtls = self._endpoint_mtls(upstream.setting, server)
            if endpoint_mtls is not None:
                tls = ClientTls.ISTIO_MUTUAL if endpoint_mtls else ClientTls.PLAINTEXT
        result, reason = judge(tls, server.mode, upstream.port.protocol)
        if server.mode is ServerMode.UNKNOWN:
            reason = server.why_unknown
        return Connection(upstream, server, server.mode, endpoint_mtls, result, reason)

    def _endpoint_mtls(self, setting: ClientTlsSetting, server: Endpoint) -> bool | None:
        if setting.endpoint_mode:
            return setting.endpoint_mode == ISTIO_MUTUAL
        labelled = self._has_mtls_label(server.workload)
        if not labelled:
            return labelled
        mode = self._policies.of_port(server.workload, server.port).mode
        return None if mode is Mode.UNKNOWN else mode is not Mode.DISABLE
