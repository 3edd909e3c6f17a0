"""What ztunnel makes of a connection, and what a pod in ambient mode takes.

ztunnel speaks HBONE, mutual TLS with the mesh's certificates, to what is in ambient mode, and to
sidecars that take it; to anything else it passes plaintext on. It reads no DestinationRules. Of
PeerAuthentications only STRICT has an effect: DISABLE acts as PERMISSIVE
(pilot/pkg/serviceregistry/kube/controller/ambient/policies.go and authorization.go, Istio 1.31).
"""

from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.security.peer_authentication import EffectiveMode, Mode
from meshctl.mesh.security.tls_connection import (
    ClientTls,
    ClientTlsCause,
    Connection,
    Endpoint,
    Result,
    ServerMode,
    Upstream,
)
from meshctl.mesh.workloads.membership import Membership

_SIDECARS_TAKE_IT = "ISTIO_META_ENABLE_HBONE"


def mode_of(demand: EffectiveMode) -> ServerMode:
    """What ztunnel takes for a pod, by the PeerAuthentication that holds for it."""
    return ServerMode.STRICT if demand.mode is Mode.STRICT else ServerMode.PERMISSIVE


def sent_to(*, is_external: bool) -> tuple[ClientTls, ClientTlsCause]:
    """What ztunnel sends to a host: it decides for each endpoint of the mesh."""
    if is_external:
        return ClientTls.PLAINTEXT, ClientTlsCause.ZTUNNEL_PASSES_ON
    return ClientTls.AUTO, ClientTlsCause.ZTUNNEL


def from_ztunnel(
    upstream: Upstream, server: Endpoint, membership: Membership, config: MeshConfig
) -> Connection:
    """Judge a connection that a pod in ambient mode opens to a workload."""
    takes_hbone = _takes_hbone(server, membership, config)
    result, reason = Result.PLAINTEXT, ""
    if takes_hbone is None:
        result, reason = Result.UNKNOWN, "whether this sidecar takes HBONE is not in the input"
    elif takes_hbone:
        result = Result.MTLS
    elif server.mode is ServerMode.STRICT:
        result = Result.CONFLICT
        reason = "the server demands mutual TLS, and its sidecar takes no HBONE from ztunnel"
    return Connection(upstream, server, server.mode, takes_hbone, result, reason)


def to_ztunnel(upstream: Upstream, server: Endpoint) -> Connection:
    """Judge a connection that a client outside ambient mode opens to a pod in it."""
    if upstream.tls is ClientTls.PLAINTEXT and upstream.cause is ClientTlsCause.NO_SIDECAR:
        if server.mode is ServerMode.STRICT:
            reason = "ztunnel demands mutual TLS, the client sends plaintext"
            return Connection(upstream, server, server.mode, None, Result.CONFLICT, reason)
        return Connection(upstream, server, server.mode, None, Result.PLAINTEXT, "")
    reason = "whether this client's proxy sends HBONE is not in the input"
    return Connection(upstream, server, server.mode, None, Result.UNKNOWN, reason)


def _takes_hbone(server: Endpoint, membership: Membership, config: MeshConfig) -> bool | None:
    if membership is Membership.AMBIENT:
        return True
    if membership is Membership.NONE or server.bypass is not None:
        return False
    defaults = config.raw.get("defaultConfig")
    metadata = defaults.get("proxyMetadata") if isinstance(defaults, dict) else None
    if not config.is_known or membership is Membership.UNKNOWN:
        return None
    return isinstance(metadata, dict) and metadata.get(_SIDECARS_TAKE_IT) == "true"
