"""Schemas of Kubernetes' and Gateway API's kinds, as far as Istio reads them.

Types and bounds of the fields that Istio depends on. What is missing is not complained about, since
many inputs are patches or parts (Kubernetes 1.34, Gateway API 1.4).
"""

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
_HEADER = _object(name=TEXT, value=TEXT)
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

_PARENT = _object(name=TEXT, namespace=TEXT, kind=TEXT, group=TEXT, sectionName=TEXT, port=PORT)
_BACKEND = _object(name=TEXT, namespace=TEXT, kind=TEXT, group=TEXT, port=PORT, weight=COUNT)
_BACKENDS = _list(_BACKEND)
_MATCH = _object(
    path=_object(type=TEXT, value=TEXT),
    method=TEXT,
    headers=_list(_HEADER),
)
_HTTP_RULE = _object(
    matches=_list(_MATCH), filters=_list(_object(type=TEXT)), backendRefs=_BACKENDS
)
_GRPC_RULE = _object(
    matches=_list(_object(method=_object(type=TEXT, service=TEXT, method=TEXT))),
    filters=_list(_object(type=TEXT)),
    backendRefs=_BACKENDS,
)
_LISTENER = _object(
    name=TEXT, port=PORT, protocol=TEXT, hostname=TEXT,
    tls=_object(mode={"type": "string", "enum": ["Terminate", "Passthrough"]},
                certificateRefs=_list(_object(name=TEXT, namespace=TEXT))),
    allowedRoutes=_object(namespaces={"type": "object", "properties": {"from": TEXT}}),
)  # fmt: skip
_GATEWAY = _object(
    gatewayClassName=TEXT, listeners=_list(_LISTENER),
    addresses=_list(_object(type=TEXT, value=TEXT)),
)  # fmt: skip
_GRANT = _object(
    **{
        "from": _list(_object(group=TEXT, kind=TEXT, namespace=TEXT)),
        "to": _list(_object(group=TEXT, kind=TEXT, name=TEXT)),
    }
)


def _route(rule: Schema) -> Schema:
    return _object(parentRefs=_list(_PARENT), hostnames=_list(TEXT), rules=_list(rule))


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
    (_GATEWAY_API, "GatewayClass"): _object(controllerName=TEXT),
    (_GATEWAY_API, "Gateway"): _GATEWAY,
    (_GATEWAY_API, "HTTPRoute"): _route(_HTTP_RULE),
    (_GATEWAY_API, "GRPCRoute"): _route(_GRPC_RULE),
    (_GATEWAY_API, "TLSRoute"): _route(_object(backendRefs=_BACKENDS)),
    (_GATEWAY_API, "TCPRoute"): _route(_object(backendRefs=_BACKENDS)),
    (_GATEWAY_API, "ReferenceGrant"): _GRANT,
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
    if (group, kind) in _SPECS:
        parts = {"spec": _SPECS[group, kind]}
    elif (group, kind) in _OTHERS:
        parts = _OTHERS[group, kind]
    else:
        return None
    return _object(metadata=OBJECT_META, **parts)
