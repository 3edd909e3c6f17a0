"""The hops of a request: what one proxy does with it, and where it sends it next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from meshctl.mesh.authorization.arrival import HttpRequest
from meshctl.mesh.authorization.decision import Verdict
from meshctl.mesh.request_path.chains import ClusterTarget
from meshctl.mesh.request_path.client_clusters import ClientCluster, Wire
from meshctl.mesh.security.peer_authentication import EffectiveMode
from meshctl.mesh.security.tls_connection import ClientTlsCause
from meshctl.mesh.traffic.faults import NO_FAULTS, Faults
from meshctl.mesh.traffic.routes import EffectiveRoute
from meshctl.resources import Server, VirtualService, Workload


class Direction(StrEnum):
    """What kind of proxy a hop is at."""

    OUTBOUND = "outbound"
    GATEWAY = "gateway"
    INBOUND = "inbound"
    NONE = "none"
    """No proxy: the application itself, or a client without a sidecar."""
    AMBIENT = "ambient"
    """ztunnel on the node."""
    WAYPOINT = "waypoint"


class Outcome(StrEnum):
    """What becomes of a request at one hop."""

    FORWARD = "forward"
    PASSTHROUGH = "passthrough"
    BLACKHOLE = "blackhole"
    REDIRECT = "redirect"
    HTTPS_REDIRECT = "https-redirect"
    DIRECT_RESPONSE = "direct-response"
    NO_ROUTE = "no-route"
    NO_VIRTUAL_HOST = "no-virtual-host"
    NO_LISTENER = "no-listener"
    NO_FILTER_CHAIN = "no-filter-chain"
    TLS_REQUIRED = "tls-required"
    CLIENT_CERT_REQUIRED = "client-cert-required"
    SERVER_CERT_NOT_MESH = "server-cert-not-mesh"
    PROTOCOL_ERROR = "protocol-error"
    APP_GETS_MTLS = "app-gets-mtls"
    DENIED = "denied"
    DELIVERED = "delivered"
    LOOP = "loop"
    UNRESOLVED = "unresolved"
    """The name that is called has no address."""
    UNKNOWN = "unknown"


class Carried(NamedTuple):
    """What an application sends: bytes that are HTTP (``http``), or not; perhaps in its own TLS.

    ``is_h2`` is HTTP/2. ``source`` is the address of whoever opened the connection that is looked
    at, and ``workload`` who that is.
    """

    address: str
    port: int
    http: HttpRequest | None = None
    is_h2: bool = False
    has_tls: bool = False
    sni: str = ""
    source: str = ""


class Envelope(NamedTuple):
    """How a connection arrives: what TLS a proxy or client wraps the bytes in."""

    tls: str = "plaintext"
    sni: str = ""
    principal: str | None = None
    as_http: bool = False
    """Did the proxy that wrapped it read HTTP, so that it offers HTTP to the server?"""
    by_hbone: bool = False
    """Does it come through a tunnel of HBONE? ``tls`` is then what is inside of it."""


class Leg(NamedTuple):
    """One endpoint that a hop may send to; ``next`` is what happens there, if that is known."""

    wire: Wire
    has_application_tls: bool = False
    next: "Hop | None" = None


@dataclass(frozen=True, slots=True, eq=False)
class Sending:
    """One destination of a hop. ``name`` is set for clusters that stand for no service.

    Without ``cluster`` and ``name`` the proxy has no such cluster, and answers ``missing_code``.
    """

    target: ClusterTarget | None
    cluster: ClientCluster | None = None
    name: str = ""
    missing_code: int = 503
    by_kube_proxy: bool = False
    legs: tuple[Leg, ...] = ()

    @property
    def lacks_authority(self) -> bool:
        """Can the proxy not check any server, so that it connects to none?"""
        cause = self.cluster.upstream.cause if self.cluster is not None else None
        return cause is ClientTlsCause.AUTHORITY_MISSING


@dataclass(frozen=True, slots=True, eq=False)
class Hop:
    """What one proxy (or an application without one) does."""

    workload: Workload | None
    direction: Direction
    outcome: Outcome
    listener: str = ""
    chain: str = ""
    protocol: str = ""
    tls: str = ""
    route_config: str = ""
    virtual_host: str = ""
    domain: str = ""
    route_name: str = ""
    route_index: int | None = None
    route: EffectiveRoute | None = None
    tcp_service: VirtualService | None = None
    server: Server | None = None
    code: str = ""
    location: str = ""
    body: str = ""
    path: str = ""
    authority: str = ""
    cluster: str = ""
    verdict: Verdict | None = None
    demand: EffectiveMode | None = None
    sendings: tuple[Sending, ...] = ()
    unsure: tuple[EffectiveRoute, ...] = ()
    ambiguous_chains: int = 0
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    reason: str = ""
    faults: Faults = NO_FAULTS
    """What the route injects; ``outcome`` and what follows are those of requests that it spares."""

    @property
    def virtual_service(self) -> VirtualService | None:
        """The VirtualService whose route is taken."""
        return self.route.virtual_service if self.route is not None else self.tcp_service
