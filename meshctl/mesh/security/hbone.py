"""Connections by HBONE, mutual TLS with the mesh's certificates, and what they carry.

ztunnel speaks HBONE to what is in ambient mode, and to sidecars that take it; to anything else it
passes plaintext on. It reads no DestinationRules. Sidecars and gateways send HBONE to what takes it
as well, whatever a DestinationRule says: istiod's PILOT_ENABLE_SENDING_HBONE follows
PILOT_ENABLE_AMBIENT, and each upstream matches HBONE first (applyHBONETransportSocketMatches,
pilot/pkg/networking/core/cluster_tls.go; buildEnvoyLbEndpoint, pilot/pkg/xds/endpoints, Istio 1.31).
"""

from typing import Protocol

from meshctl.istio.ambient import MANAGED_WAYPOINT, speaks_hbone
from meshctl.istio.labels import GATEWAY_MANAGED
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.security.peer_authentication import EffectiveMode
from meshctl.mesh.security.tls_connection import (
    ClientKind,
    ClientTls,
    ClientTlsCause,
    Connection,
    Endpoint,
    Result,
    ServerMode,
    Upstream,
)
from meshctl.mesh.workloads.membership import Membership, is_live
from meshctl.resources import Workload

_SIDECARS_TAKE_IT = "ISTIO_META_ENABLE_HBONE"
_ENVOYS = frozenset({ClientKind.SIDECAR, ClientKind.GATEWAY})
_OWN_TLS = frozenset({ClientTls.SIMPLE, ClientTls.MUTUAL})


class Ztunnel(Protocol):
    """Who tells what ztunnel takes for a pod."""

    def demand(self, workload: Workload, port: int) -> EffectiveMode:
        """Say whether it takes plaintext on a container port, and which object decides it."""
        ...


def is_waypoint(workload: Workload) -> bool:
    """Is this the pod of a waypoint, which takes HBONE alone?"""
    return workload.pod_labels.get(GATEWAY_MANAGED) == MANAGED_WAYPOINT


def sent_to(*, is_external: bool) -> tuple[ClientTls, ClientTlsCause]:
    """What ztunnel sends to a host: it decides for each endpoint of the mesh."""
    if is_external:
        return ClientTls.PLAINTEXT, ClientTlsCause.ZTUNNEL_PASSES_ON
    return ClientTls.AUTO, ClientTlsCause.ZTUNNEL


def is_sent(
    upstream: Upstream, server: Endpoint, membership: Membership, *, keeps_address: bool
) -> bool:
    """Does a client with an Envoy of its own send HBONE to a workload?

    Where the client keeps the address it dialled, nothing tells its proxy what the pod takes.
    """
    if upstream.client.proxy not in _ENVOYS or upstream.cause is ClientTlsCause.PAST_SIDECAR:
        return False
    if keeps_address:
        return False
    return membership is Membership.AMBIENT or is_waypoint(server.workload)


def by_hbone(upstream: Upstream, server: Endpoint) -> Connection:
    """Judge a connection by HBONE; TLS that a DestinationRule asks for goes inside of it."""
    if upstream.tls in _OWN_TLS:
        reason = "sent inside HBONE: the application itself must speak TLS"
        return Connection(upstream, server, server.mode, None, Result.TLS, reason)
    endpoint_mtls = False if upstream.tls is ClientTls.AUTO else None
    reason = "by HBONE, which the pod takes"
    return Connection(upstream, server, server.mode, endpoint_mtls, Result.MTLS, reason)


def past_tunnel(upstream: Upstream, server: Endpoint) -> Connection | None:
    """Judge TLS that a client sends straight to a pod in ambient mode; ``None`` for plaintext.

    ztunnel takes for plaintext what doesn't come by HBONE, and passes it on as it is.
    """
    if upstream.tls is ClientTls.ISTIO_MUTUAL:
        reason = "the client sends the mesh's mutual TLS outside HBONE, where nothing takes it"
        return Connection(upstream, server, server.mode, None, Result.CONFLICT, reason)
    if upstream.tls not in _OWN_TLS:
        return None
    if server.mode is ServerMode.STRICT:
        reason = "ztunnel demands HBONE, the client sends other TLS"
        return Connection(upstream, server, server.mode, None, Result.CONFLICT, reason)
    reason = "passed through: the application itself must speak TLS"
    return Connection(upstream, server, server.mode, None, Result.TLS, reason)


def from_ztunnel(
    upstream: Upstream, server: Endpoint, membership: Membership, config: MeshConfig
) -> Connection:
    """Judge a connection that a pod in ambient mode opens to a workload."""
    takes = takes_hbone(server, membership, config)
    result, reason = Result.PLAINTEXT, ""
    if takes is None:
        result, reason = Result.UNKNOWN, "whether this sidecar takes HBONE is not in the input"
    elif takes:
        result = Result.MTLS
    elif server.mode is ServerMode.STRICT:
        result = Result.CONFLICT
        reason = "the server demands mutual TLS, and its sidecar takes no HBONE from ztunnel"
    return Connection(upstream, server, server.mode, takes, result, reason)


def told(workload: Workload) -> tuple[bool, bool, bool]:
    """What a workload itself tells of HBONE, and whether it runs."""
    return is_waypoint(workload), speaks_hbone(workload.pod_labels), is_live(workload)


def takes_hbone(server: Endpoint, membership: Membership, config: MeshConfig) -> bool | None:
    """Does a workload take HBONE? Of a running sidecar its label tells (the injector writes it)."""
    workload = server.workload
    if membership is Membership.AMBIENT or is_waypoint(workload):
        return True
    if membership is Membership.NONE or server.bypass is not None:
        return False
    if speaks_hbone(workload.pod_labels):
        return True
    if is_live(workload):
        return False
    defaults = config.raw.get("defaultConfig")
    metadata = defaults.get("proxyMetadata") if isinstance(defaults, dict) else None
    if not config.is_known or membership is Membership.UNKNOWN:
        return None
    return isinstance(metadata, dict) and metadata.get(_SIDECARS_TAKE_IT) == "true"
