"""Judges something once before anybody asks, so that the first review takes no longer than others.

What the rules import, compile and read when they are asked for the first time is there afterwards.
"""

from typing import Any

from meshctl.cluster.snapshot import document_of
from meshctl.gate.changes import Change
from meshctl.gate.decision import Judge
from meshctl.resources import Resource, make_resource

_NAME = "meshctl-warm-up"
_HOME = {"name": _NAME, "namespace": _NAME}
_ISTIO, _SECURITY = "networking.istio.io/v1", "security.istio.io/v1"
_PODS = {
    "selector": {"matchLabels": {"app": _NAME}},
    "template": {
        "metadata": {"labels": {"app": _NAME}},
        "spec": {"containers": [{"name": "main", "image": "none"}]},
    },
}
_SPECS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("v1", "Service", {"selector": {"app": _NAME}, "ports": [{"name": "http", "port": 80}]}),
    ("apps/v1", "Deployment", _PODS),
    (_ISTIO, "VirtualService", {
        "hosts": [_NAME],
        "http": [{"route": [{"destination": {"host": _NAME, "subset": "v1"}}]}],
    }),
    (_ISTIO, "DestinationRule", {"host": _NAME, "trafficPolicy": {"tls": {"mode": "DISABLE"}}}),
    (_ISTIO, "Gateway", {
        "selector": {"app": _NAME},
        "servers": [{"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}],
    }),
    (_ISTIO, "ServiceEntry", {
        "hosts": ["warm-up.example.com"],
        "ports": [{"number": 443, "name": "tls", "protocol": "TLS"}],
    }),
    (_ISTIO, "Sidecar", {"egress": [{"hosts": ["./*"]}]}),
    (_SECURITY, "PeerAuthentication", {"mtls": {"mode": "STRICT"}}),
    (_SECURITY, "AuthorizationPolicy", {"selector": {"matchLabels": {"app": _NAME}}}),
)  # fmt: skip


def warm_up(judge: Judge) -> None:
    """Judge a new object of each common kind, and one that is there no more."""
    for resource in map(_made, _SPECS):
        judge.judge(Change(None, resource))
        judge.judge(Change(resource, None))


def _made(given: tuple[str, str, dict[str, Any]]) -> Resource:
    version, kind, spec = given
    data = {"apiVersion": version, "kind": kind, "metadata": dict(_HOME), "spec": spec}
    document = document_of("live", data)
    return make_resource(document, document.data, (), _NAME)
