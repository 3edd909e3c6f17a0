"""What istiods of several releases answer to ``/debug/syncz``, made up."""

import json
from typing import Any

from meshctl.cluster.istiod import IstiodAnswer

URLS = {
    "CDS": "type.googleapis.com/envoy.config.cluster.v3.Cluster",
    "LDS": "type.googleapis.com/envoy.config.listener.v3.Listener",
    "EDS": "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
    "RDS": "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
    "SDS": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret",
    "ECDS": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
    "NDS": "type.googleapis.com/istio.networking.nds.v1.NameTable",
    "WDS": "type.googleapis.com/istio.workload.Address",
    "WADS": "type.googleapis.com/istio.security.Authorization",
}
NONCE = "2026-03-01T10:00:00Z/7d85a890b-3a15-452f-8f96-c911790bf065"
OTHER = "2026-03-01T09:00:00Z/6aaaaaaaa-3a15-452f-8f96-c911790bf065"
SENT = "2026-03-01T10:00:01.5Z"


def synced(since: str = SENT) -> dict[str, str]:
    return {"sent": NONCE, "acked": NONCE, "sentTime": since}


def stale(acked: str = OTHER) -> dict[str, str]:
    return {"sent": NONCE, "acked": acked, "sentTime": SENT}


def rejected(reason: str = "duplicate listener 0.0.0.0_80") -> dict[str, str]:
    return {"sent": NONCE, "acked": OTHER, "sentTime": SENT, "lastError": reason}


def not_sent() -> dict[str, str]:
    return {"sentTime": "0001-01-01T00:00:00Z"}


def entry(name: str, version: str = "1.31.0", kind: str = "sidecar", **types: Any) -> dict:
    given = types or {"CDS": synced(), "LDS": synced()}
    return {
        "cluster_id": "Kubernetes",
        "proxy": name,
        "proxy_type": kind,
        "istio_version": version,
        "resources": {URLS.get(short, short): state for short, state in given.items()},
    }


def answer(*entries: Any, istiod: str = "istiod-a", version: str = "1.31.0") -> IstiodAnswer:
    return IstiodAnswer(istiod, "default", version, json.dumps(entries).encode())
