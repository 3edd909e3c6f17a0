"""Tells whether a gateway takes what sidecars open to it, with their TLS and SNI.

The sidecar's side is a DestinationRule for the gateway's Service; gateway pods don't carry the
label of mutual TLS, so that auto mTLS sends them plaintext (pilot/pkg/model/service.go). Without
``sni`` mutual TLS of the mesh names the upstream (pilot/pkg/networking/core/cluster_tls.go), Istio
1.31. The server's side is its protocol, its TLS mode and its hosts.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from meshctl.istio.labels import TLS_MODE
from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.core.hosts import covers
from meshctl.mesh.gateways.server_merge import MergedServer
from meshctl.mesh.reachability.egress_paths import EgressHop
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.security.client_tls import DISABLE, ISTIO_MUTUAL, ClientTlsSetting, tls_setting
from meshctl.mesh.traffic.destination_rules import Step
from meshctl.resources import Ref, Service
from meshctl.words import MOST_LISTED, shortened

_OWN_CERTIFICATE = frozenset({"SIMPLE", "OPTIONAL_MUTUAL"})
_ELSEWHERE = ""
"""Stands for a namespace of which the input has nothing."""


class RefusedHop(NamedTuple):
    """A first leg that no server of the gateway takes: why, by which server and setting."""

    why: str
    server: MergedServer
    setting: Ref | None


class EgressTls:
    """Answers for the first legs of egress."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def refused(self, hop: EgressHop) -> RefusedHop | None:
        """Say why a gateway refuses what sidecars send; ``None`` if it takes it, or may."""
        if not hop.servers:
            return None
        answers = [self._refused(hop, namespace) for namespace in self._clients(hop)]
        if answers:
            return next(filter(None, answers), None)
        others = [self._refused(hop, namespace) for namespace in self._others(hop)]
        return others[0] if all(others) and others else None

    def _refused(self, hop: EgressHop, namespace: str) -> RefusedHop | None:
        setting, sni = self._sent(hop, namespace)
        faults = [_fault(hop, server, setting, sni) for server in hop.servers]
        if not all(faults):
            return None
        ref = setting.tls.at() if setting.tls is not None else None
        return RefusedHop(str(faults[0]), hop.servers[0], ref)

    def _clients(self, hop: EgressHop) -> Iterator[str]:
        """Walk the namespaces that surely or plainly mean to follow the route, its own first.

        Their sidecars see it, and they are its own or have a DestinationRule of their own for the
        gateway's Service. Those of a namespace that has neither may never call the host.
        """
        service = hop.route.virtual_service
        homes = self._visible_homes(hop)
        own = [service.namespace] if service.namespace in homes else []
        rules = self._parts.traffic.destination_rules
        gateway = self._gateway_host(hop)
        for namespace in dict.fromkeys((*own, *homes)):
            rule = rules.effective(gateway, namespace, {})
            if namespace in own or (rule is not None and rule.step is Step.CLIENT):
                yield namespace

    def _others(self, hop: EgressHop) -> Sequence[str]:
        """The route's own namespace where its pods aren't shown, else all that see the route.

        One stands for those outside of the input where it has none.
        """
        service = hop.route.virtual_service
        if service.namespace not in self._parts.workloads.namespaces:
            return [service.namespace]
        is_visible = self._parts.traffic.routes.is_visible(service, _ELSEWHERE)
        return self._visible_homes(hop) or [_ELSEWHERE] * is_visible

    def _visible_homes(self, hop: EgressHop) -> Sequence[str]:
        service = hop.route.virtual_service
        is_visible = self._parts.traffic.routes.is_visible
        return [one for one in self._parts.workloads.sidecar_homes if is_visible(service, one)]

    def _gateway_host(self, hop: EgressHop) -> RegisteredHost:
        return next(
            registered_host
            for registered_host in self._parts.reachability.clusters.declared(hop.destination)
            if isinstance(registered_host.source, Service)
        )

    def _sent(self, hop: EgressHop, namespace: str) -> tuple[ClientTlsSetting, str]:
        declared = self._gateway_host(hop)
        number = hop.destination.port or declared.ports[0].number
        rule = self._parts.traffic.destination_rules.effective(declared, namespace, {})
        name = hop.destination.subset
        subset = rule.subsets.get(name) if rule is not None and name else None
        own = f"outbound_.{number}_.{name}_.{declared.host}"
        setting = tls_setting(rule, number, subset)
        written = setting.tls.text("sni") if setting.tls is not None else ""
        if setting.mode == ISTIO_MUTUAL:
            return setting, written or own
        # Other modes take the request's own Host for the SNI, where none is written.
        return setting, written or hop.host


def _fault(hop: EgressHop, server: MergedServer, setting: ClientTlsSetting, sni: str) -> str:
    """Say what keeps one server from taking the connection, empty for nothing."""
    mode = setting.mode or DISABLE
    workload = hop.gateway.workload
    if mode == DISABLE:
        auto = setting.tls is None and workload.labels.get(TLS_MODE) == "istio"
        return "" if auto or not workload.is_known else _plain_fault(hop, server)
    if server.is_http:
        return f"they open TLS ({mode}), and the server speaks plain HTTP"
    if not server.has_tls:
        return ""
    if server.is_passthrough:
        wraps = hop.route.kind == "tls" and server.server.tls_mode != "AUTO_PASSTHROUGH"
        text = f"they wrap it in TLS of their own ({mode}), which the gateway passes on unopened"
        return text if wraps else ""
    wanted = server.server.tls_mode
    if wanted == ISTIO_MUTUAL and mode != ISTIO_MUTUAL:
        return f"they open TLS in mode {mode}, and the server asks for certificates of the mesh"
    if mode == ISTIO_MUTUAL and wanted in _OWN_CERTIFICATE:
        return (
            f"they expect a certificate of the mesh, and the server has one of its own ({wanted})"
        )
    if not any(covers(host, sni) for host in server.sni_hosts):
        hosts = shortened(server.sni_hosts, MOST_LISTED)
        return f"their SNI is {sni}, and the server has only {hosts}"
    return ""


def _plain_fault(hop: EgressHop, server: MergedServer) -> str:
    """Say what keeps a server from bytes that the sidecar doesn't encrypt."""
    if server.is_http or not server.has_tls or hop.route.kind == "tls":
        terminates = hop.route.kind == "tls" and server.has_tls and not server.is_passthrough
        if terminates and server.server.tls_mode == ISTIO_MUTUAL:
            return "the application's own TLS arrives, and the server asks for certificates of the mesh"
        return ""
    if server.is_passthrough:
        return "they send plaintext, and the server passes TLS on by its SNI"
    return f"they send plaintext, and the server opens TLS ({server.server.tls_mode})"
