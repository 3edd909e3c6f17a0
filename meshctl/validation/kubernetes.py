"""Schemas of Kubernetes' and Gateway API's kinds, as far as Istio reads them.

Of Kubernetes' kinds they have types and bounds of the fields that Istio depends on; what is missing is
not complained about, since many inputs are patches or parts (Kubernetes 1.34). Those of the Gateway API
have all fields, the experimental ones as well: ``gateway_api/schemas.json`` has the types, bounds and required
fields of the CRDs of 1.6 and 1.4, what either of them takes.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from meshctl.validation.metadata import OBJECT_META

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
PORT: Schema = {"type": "integer", "minimum": 1, "maximum": 65535}
PORT_OR_NAME: Schema = {"type": ["integer", "string"]}
TEXTS: Schema = {"type": "object", "additionalProperties": TEXT}
PROTOCOL: Schema = {"type": "string", "enum": ["TCP", "UDP", "SCTP"]}


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_SELECTOR = _object(matchLabels=TEXTS, matchExpressions=_list(_object(key=TEXT, operator=TEXT)))
_PROBE = _object(
    httpGet=_object(port=PORT_OR_NAME, path=TEXT, scheme=TEXT),
    tcpSocket=_object(port=PORT_OR_NAME),
    grpc=_object(port=PORT),
)
_CONTAINER = _object(
    name=TEXT, image=TEXT, args=_list(TEXT), command=_list(TEXT), restartPolicy=TEXT,
    env=_list(_object(name=TEXT, value=TEXT)),
    ports=_list(
        _object(containerPort=PORT, name=TEXT, protocol=PROTOCOL, hostPort=COUNT)
    ),
    livenessProbe=_PROBE, readinessProbe=_PROBE, startupProbe=_PROBE,
)  # fmt: skip
_POD_SPEC = _object(
    containers=_list(_CONTAINER), initContainers=_list(_CONTAINER), hostNetwork=FLAG,
    serviceAccountName=TEXT, nodeSelector=TEXTS,
    volumes=_list(_object(name=TEXT)),
)  # fmt: skip
_TEMPLATE = _object(metadata=OBJECT_META, spec=_POD_SPEC)
_WORKLOAD = _object(selector=_SELECTOR, template=_TEMPLATE, replicas=COUNT)
_JOB = _object(template=_TEMPLATE)

_SERVICE = _object(
    selector=TEXTS,
    ports=_list(
        _object(port=PORT, name=TEXT, protocol=PROTOCOL, appProtocol=TEXT,
                targetPort=PORT_OR_NAME, nodePort=COUNT)
    ),
    clusterIP=TEXT, externalName=TEXT, externalIPs=_list(TEXT),
    type={"type": "string", "enum": ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]},
)  # fmt: skip

_GATEWAY_API = "gateway.networking.k8s.io"
_SPECS: dict[tuple[str, str], Schema] = {
    ("", "Service"): _SERVICE,
    ("", "Pod"): _POD_SPEC,
    ("", "ReplicationController"): _object(selector=TEXTS, template=_TEMPLATE, replicas=COUNT),
    ("apps", "Deployment"): _WORKLOAD,
    ("apps", "StatefulSet"): _WORKLOAD,
    ("apps", "DaemonSet"): _WORKLOAD,
    ("apps", "ReplicaSet"): _object(selector=_SELECTOR, template=_TEMPLATE,
                                    replicas=COUNT),
    ("batch", "Job"): _JOB,
    ("batch", "CronJob"): _object(schedule=TEXT,
                                  jobTemplate=_object(metadata=OBJECT_META, spec=_JOB)),
}  # fmt: skip
_OTHERS: dict[tuple[str, str], Schema] = {
    ("", "Namespace"): {},
    ("", "ServiceAccount"): {},
    ("", "ConfigMap"): {"data": TEXTS, "binaryData": TEXTS, "immutable": FLAG},
    ("", "Secret"): {
        "data": TEXTS,
        "stringData": TEXTS, "type": TEXT, "immutable": FLAG,
    },
}  # fmt: skip


def kubernetes_schema(group: str, kind: str) -> Schema | None:
    """Give the schema of a kind, whatever its version; ``None`` for one Istio does not read."""
    if group == _GATEWAY_API:
        spec = _gateway_api().get(kind)
        return _object(metadata=OBJECT_META, spec=spec) if spec is not None else None
    if (group, kind) in _SPECS:
        parts = {"spec": _SPECS[group, kind]}
    elif (group, kind) in _OTHERS:
        parts = _OTHERS[group, kind]
    else:
        return None
    return _object(metadata=OBJECT_META, **parts)


@cache
def _gateway_api() -> dict[str, Schema]:
    """Read the schema of the ``spec`` of each kind of the Gateway API."""
    text = (Path(__file__).with_name("gateway_api") / "schemas.json").read_text(encoding="utf-8")
    kinds: dict[str, Schema] = json.loads(text)
    return kinds
