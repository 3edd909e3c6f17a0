"""The parts of a TLS connection: client, upstream, endpoint, result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from meshctl.istio.names import CONFIG_MAP_CREDENTIAL, INVALID_CREDENTIAL
from meshctl.mesh.registry.services import HostPort, RegisteredHost
from meshctl.mesh.security.client_tls import (
    DISABLE,
    ISTIO_MUTUAL,
    SIMPLE,
    ClientTlsSetting,
    tls_setting,
)
from meshctl.mesh.security.peer_authentication import EffectiveMode, Mode
from meshctl.mesh.traffic.destination_rule_merge import selector_of
from meshctl.mesh.traffic.destination_rules import EffectiveDestinationRule
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.resources import BackendTlsPolicy, DestinationRule, Ref, Subset, View, Workload

if TYPE_CHECKING:
    from meshctl.mesh.workloads.traffic_capture import BypassedPorts

_DECIDING = (DestinationRule, BackendTlsPolicy)


class ClientKind(StrEnum):
    """What sends the requests of a client."""

    SIDECAR = "sidecar"
    GATEWAY = "gateway"
    ZTUNNEL = "ztunnel"
    """Ambient mode: no DestinationRule is read."""
    NONE = "none"
    UNKNOWN = "unknown"
    """Perhaps none, perhaps ztunnel: whether DestinationRules apply can't be told."""


class ClientTls(StrEnum):
    """What the upstream of a client does; AUTO decides for each endpoint."""

    PLAINTEXT = "plaintext"
    AUTO = "auto"
    ISTIO_MUTUAL = "istio-mutual"
    SIMPLE = "simple"
    MUTUAL = "mutual"
    UNKNOWN = "unknown"


class ClientTlsCause(StrEnum):
    """Why an upstream does what it does; the values are the words of ``tls-check``."""

    RULE = "a DestinationRule says so"
    POLICY = "a BackendTLSPolicy says so"
    AUTHORITY_MISSING = "the authority that a BackendTLSPolicy names can't be had"
    AUTHORITY_DROPPED = (
        "a sidecar passes over a BackendTLSPolicy whose authority can't be had, and sends plaintext"
    )
    CREDENTIAL_DROPPED = "a sidecar takes credentialName only from a rule with workloadSelector"
    AUTO_MTLS = "auto mTLS"
    AUTO_MTLS_OFF = "enableAutoMtls is false and no DestinationRule sets tls"
    ALL_OR_NOTHING = "auto mTLS to a host without load balancing: the same for all of its pods"
    PODS_WITHOUT_SIDECAR = (
        "auto mTLS is off where a host without load balancing has a pod without sidecar"
    )
    NAMESPACE_DISABLED = "the PeerAuthentication of the namespace says DISABLE"
    EXTERNAL = "the host is outside the mesh and no DestinationRule sets tls"
    NO_SIDECAR = "the client has no sidecar"
    PAST_SIDECAR = "the client calls this port past its sidecar (excludeOutboundPorts, includeOutboundIPRanges)"
    ZTUNNEL = "ztunnel sends HBONE to what takes it, and plaintext to the rest"
    ZTUNNEL_PASSES_ON = "ztunnel passes on what goes outside the mesh, and reads no DestinationRule"
    UNKNOWN = "whether there is a sidecar is unknown: the input lacks a Namespace, or it is ambient"


DROPPED = (ClientTlsCause.CREDENTIAL_DROPPED, ClientTlsCause.AUTHORITY_DROPPED)
"""Why a sidecar sends plaintext though a ``tls`` block says something else."""


class ServerMode(StrEnum):
    """What a server takes; NONE is a pod, or a port of it, without a sidecar.

    TLS and PASSTHROUGH are of gateways alone: TLS with a certificate of its own, and TLS that goes
    through unopened.
    """

    STRICT = "strict"
    PERMISSIVE = "permissive"
    DISABLE = "disable"
    NONE = "none"
    TLS = "tls"
    PASSTHROUGH = "passthrough"
    EXTERNAL = "external"
    UNKNOWN = "unknown"


class Result(StrEnum):
    """What comes of a connection; TLS means that the application itself must speak it."""

    MTLS = "mtls"
    PLAINTEXT = "plaintext"
    TLS = "tls"
    CONFLICT = "conflict"
    NO_ENDPOINT = "no-endpoint"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Client:
    """Proxies that no DestinationRule tells apart.

    ``name`` is ``namespace/workload``, or words for any client of a kind.
    """

    name: str
    namespace: str
    proxy: ClientKind = ClientKind.SIDECAR
    labels: Mapping[str, str] = field(default_factory=dict)
    past_sidecar: "BypassedPorts | frozenset[int]" = frozenset()
    """Ports of others that it calls without its sidecar."""


UpstreamHead = tuple[
    Client, RegisteredHost, HostPort, Subset | None, EffectiveDestinationRule | None,
    ClientTlsSetting,
]  # fmt: skip
"""What an upstream is of: all of it but what is sent."""


@dataclass(frozen=True, slots=True, eq=False)
class Upstream:
    """What a client does on the way to one port of a host or subset.

    ``ref`` is the place that decides, ``None`` where it is Istio's default.
    """

    client: Client
    host: RegisteredHost
    port: HostPort
    subset: Subset | None
    rule: EffectiveDestinationRule | None
    setting: ClientTlsSetting
    tls: ClientTls
    cause: ClientTlsCause
    sni: str | None = None
    ref: Ref | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Endpoint:
    """One workload behind an upstream: its container port and what it takes there.

    ``bypass`` is the annotation that leads connections past its sidecar, if there is one;
    ``decided_by`` the server of a Gateway that says what a gateway takes.
    """

    workload: Workload
    port: int
    mode: ServerMode
    demand: EffectiveMode | None = None
    bypass: Ref | None = None
    decided_by: Ref | None = None

    @property
    def why_unknown(self) -> str:
        """What would tell which TLS it takes, where that is unknown."""
        workload = self.workload
        if self.demand is not None and self.demand.mode is Mode.UNKNOWN:
            return (
                "the cluster doesn't show all PeerAuthentications, one of which may decide what "
                f"{workload.key_name} takes"
            )
        if is_gateway(workload):
            return (
                f"{workload.key_name} is a gateway, where no PeerAuthentication decides but the "
                "servers of its Gateways: `meshctl routes` shows them"
            )
        return (
            f"whether {workload.key_name} has a sidecar is unknown: the Namespace "
            f"{workload.namespace}, whose labels decide, is not in the input"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Connection:
    """An upstream and one of its servers; there may be none, or one outside the mesh.

    ``endpoint_mtls`` tells for AUTO whether this endpoint gets mutual TLS.
    """

    upstream: Upstream
    server: Endpoint | None
    mode: ServerMode | None
    endpoint_mtls: bool | None
    result: Result
    reason: str
    is_assumed: bool = False
    """Is it only assumed that the server has a sidecar?"""

    @property
    def rule_place(self) -> Ref | None:
        """The place in a DestinationRule or BackendTLSPolicy that decides what the client sends, if any.

        A port entry without ``tls`` decides too, by what it leaves out.
        """
        upstream = self.upstream
        if upstream.ref is not None and isinstance(upstream.ref.resource, _DECIDING):
            return upstream.ref
        entry = upstream.setting.wiped_by
        return (
            entry.at("port", "number")
            if entry is not None and upstream.setting.endpoint_mode
            else None
        )

    @property
    def order_known(self) -> bool:
        """Would the result be the same for any creation times?"""
        rule = self.upstream.rule
        demand = self.server.demand if self.server is not None else None
        return (rule is None or rule.order_known) and (demand is None or demand.order_known)


def by_setting(head: UpstreamHead, tls: View, name: str) -> Upstream:
    """Tell what a client sends by a ``tls`` block; ``name`` is the SNI that Istio gives its own TLS.

    A sidecar gets no ``credentialName`` of a rule for all of a namespace, unless it is a ConfigMap, and
    then sends plaintext (buildUpstreamClusterTLSContext, pilot/pkg/networking/core/cluster_tls.go,
    Istio 1.31).
    """
    client, rule = head[0], head[4]
    mode, credential = head[5].mode, tls.text("credentialName")
    place = _place(tls, "mode")
    cause = ClientTlsCause.POLICY if _is_of_policy(tls) else ClientTlsCause.RULE
    if mode == DISABLE:
        return Upstream(*head, ClientTls.PLAINTEXT, cause, None, place)
    if mode == ISTIO_MUTUAL:
        return Upstream(*head, ClientTls.ISTIO_MUTUAL, cause, tls.text("sni") or name, place)
    if (
        _is_for_all(client, rule)
        and credential
        and not credential.startswith(CONFIG_MAP_CREDENTIAL)
    ):
        dropped = ClientTlsCause.CREDENTIAL_DROPPED
        if credential == INVALID_CREDENTIAL:
            dropped = ClientTlsCause.AUTHORITY_DROPPED
        return Upstream(*head, ClientTls.PLAINTEXT, dropped, None, _place(tls, "credentialName"))
    if credential == INVALID_CREDENTIAL:
        cause, place = ClientTlsCause.AUTHORITY_MISSING, _place(tls, "credentialName")
    sent = ClientTls.SIMPLE if mode == SIMPLE else ClientTls.MUTUAL
    return Upstream(*head, sent, cause, tls.text("sni") or None, place)


def _is_for_all(client: Client, rule: EffectiveDestinationRule | None) -> bool:
    """Is it a sidecar, by a rule that no ``workloadSelector`` limits to some?"""
    if client.proxy is not ClientKind.SIDECAR or rule is None:
        return False
    return selector_of(rule.rules[0]) is None


def _place(tls: View, key: str) -> Ref:
    """Name the place that decides, in the object that somebody applied."""
    place, rule = tls.at(key), tls.resource
    is_generated = isinstance(rule, DestinationRule) and rule.is_generated
    return rule.origin(place) if is_generated else place


def _is_of_policy(tls: View) -> bool:
    return _place(tls, "mode").resource.kind == "BackendTLSPolicy"


def past_sidecar(client: Client, host: RegisteredHost, port: HostPort) -> Upstream:
    """What a client sends to a port that it calls without its sidecar."""
    none = tls_setting(None, port.number, None)
    tls, cause = ClientTls.PLAINTEXT, ClientTlsCause.PAST_SIDECAR
    return Upstream(client, host, port, None, None, none, tls, cause)


def unchecked(upstream: Upstream, server: Endpoint | None) -> Connection:
    """What comes of an upstream that lacks what it would check the server by: no connection."""
    mode = server.mode if server is not None else ServerMode.EXTERNAL
    reason = "without it the client connects to no server"
    return Connection(upstream, server, mode, None, Result.CONFLICT, reason)


def to_external(upstream: Upstream) -> Connection:
    """What comes of an upstream outside the mesh."""
    if upstream.cause is ClientTlsCause.AUTHORITY_MISSING:
        return unchecked(upstream, None)
    results = {
        ClientTls.PLAINTEXT: Result.PLAINTEXT,
        ClientTls.ISTIO_MUTUAL: Result.MTLS,
        ClientTls.UNKNOWN: Result.UNKNOWN,
    }
    result = results.get(upstream.tls, Result.TLS)
    reason = "the server is outside the mesh: only what the client sends is known"
    return Connection(upstream, None, ServerMode.EXTERNAL, None, result, reason)


def balances_by_address(rule: EffectiveDestinationRule | None, subset: Subset | None) -> bool:
    """Does a rule send to the address that was called (loadBalancer PASSTHROUGH)?"""
    policy = subset.policy if subset is not None else rule.policy if rule is not None else None
    return policy is not None and policy.child("loadBalancer").text("simple") == "PASSTHROUGH"


def keeps_address(
    client: Client,
    host: RegisteredHost,
    rule: EffectiveDestinationRule | None,
    subset: Subset | None,
) -> bool:
    """Is the upstream an ORIGINAL_DST cluster, which neither chooses pods nor balances?

    Gateways have no address to keep, so they balance over headless services like over others.
    """
    headless = host.is_passthrough and client.proxy is not ClientKind.GATEWAY
    return headless or balances_by_address(rule, subset)
