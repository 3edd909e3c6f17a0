"""Matches what a client sends against the filter chains of a server.

The chains are those of pilot/pkg/networking/core/listener_inbound.go (Istio 1.31).
"""

from meshctl.istio.protocols import Protocol
from meshctl.mesh.security.tls_connection import ClientTls, Result, ServerMode


def judge(tls: ClientTls, mode: ServerMode, protocol: Protocol) -> tuple[Result, str]:
    """Say what becomes of a connection, and why; the reason is empty where nothing is odd."""
    if mode is ServerMode.UNKNOWN:
        return Result.UNKNOWN, "what the server takes is unknown"
    if tls in (ClientTls.UNKNOWN, ClientTls.AUTO):
        return Result.UNKNOWN, ""
    if tls is ClientTls.PLAINTEXT:
        if mode is ServerMode.STRICT:
            return Result.CONFLICT, "the server demands mutual TLS, the client sends plaintext"
        return Result.PLAINTEXT, ""
    if tls is ClientTls.ISTIO_MUTUAL:
        if mode is ServerMode.NONE:
            return (
                Result.CONFLICT,
                "the client sends the mesh's mutual TLS where no sidecar takes it",
            )
        if mode is ServerMode.DISABLE:
            return Result.CONFLICT, "the server takes plaintext alone, the client sends mutual TLS"
        return Result.MTLS, ""
    if mode is ServerMode.STRICT:
        return Result.CONFLICT, "the server demands a certificate of the mesh"
    if mode is ServerMode.DISABLE:
        return Result.CONFLICT, "the server takes plaintext alone, the client sends TLS"
    if mode is ServerMode.PERMISSIVE and protocol.is_http:
        return Result.CONFLICT, "no filter chain of a permissive HTTP port takes foreign TLS"
    return Result.TLS, "passed through: the application itself must speak TLS"
