"""What may read the marks that policies of action AUDIT leave on requests.

Envoy sets ``access_log_hint`` in the metadata of a request (pilot/pkg/security/authz/builder/builder.go, Istio 1.31).
Programs that run in a proxy may read all metadata.
"""

from meshctl.mesh.clauses.parts import Parts
from meshctl.resources import EnvoyFilter, Telemetry, WasmPlugin

_READERS = (
    "access_log_hint", "stackdriver", "wasm", "filters.http.lua", "filters.http.ext_proc",
    "filters.http.golang", "filters.http.dynamic_modules",
)  # fmt: skip


def may_read_audits(parts: Parts) -> bool:
    """Is there anything in the input that may read them?"""
    if any(parts.of(WasmPlugin)):
        return True
    written = (
        parts.config.raw,
        *(one.data for one in parts.of(EnvoyFilter)),
        *(one.data for one in parts.of(Telemetry)),
    )
    return any(word in str(one) for one in written for word in _READERS)
