"""Describes the values of a service as a JSON Schema: ``schemas/service-values-v1.json``.

The chart carries the same as ``values.schema.json``, so helm refuses what ``generate service`` does.
What a schema can't say is in ``contradictions``.
"""

from typing import Any

Schema = dict[str, Any]

_NAME = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_LABEL = "([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?"
_SEGMENT = "/[A-Za-z0-9_~][A-Za-z0-9._~-]*"
_DURATION = "^[1-9][0-9]{0,5}(ms|s|m|h)$"
HTTP_PROTOCOLS = ("http", "http2", "grpc", "grpc-web")
OPAQUE_PROTOCOLS = ("tcp", "tls", "https")
MTLS_MODES = ("STRICT", "PERMISSIVE", "DISABLE")
CLIENTS = ("all", "some", "none")


def values_schema() -> Schema:
    """Describe the values of one service."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Values of meshctl generate service",
        **_closed(_PROPERTIES, "name", "ports"),
    }


def _closed(properties: Schema, *required: str, **more: Any) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
        **more,
    }


def _text(pattern: str, description: str, longest: int = 253) -> Schema:
    return {
        "type": "string", "pattern": pattern, "maxLength": longest, "description": description
    }  # fmt: skip


def _whole(least: int, most: int, description: str) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most, "description": description}


def _duration(description: str) -> Schema:
    return _text(_DURATION, f"{description}, such as 500ms, 5s or 1m.", 8)


_PORT = _closed(
    {
        "port": _whole(1, 65535, "The port that clients call."),
        "protocol": {
            "enum": [*HTTP_PROTOCOLS, *OPAQUE_PROTOCOLS], "type": "string",
            "description": "What is spoken on it; timeouts, retries and paths need one of HTTP.",
        },
        "targetPort": _whole(1, 65535, "The port of the container; the same where none is written."),
    },
    "port", "protocol",
)  # fmt: skip

_GATEWAY = _closed(
    {
        "name": _text(f"^{_NAME}$", "The Gateway of the platform.", 63),
        "namespace": _text(f"^{_NAME}$", "The namespace of that Gateway.", 63),
        "host": _text(rf"^{_NAME}(\.{_NAME})+$", "The name that users call, such as shop.example.com."),
        "paths": {
            "type": "array", "items": _text(f"^({_SEGMENT})+$", "Such as /cart."), "minItems": 1,
            "maxItems": 20, "x-kubernetes-list-type": "set",
            "description": "The paths that belong to this service, with all below them: /cart takes "
            "/cart and /cart/items, not /cartoons. All paths where none is written.",
        },
        "port": _whole(1, 65535, "The port that the gateway calls; the first one of HTTP where none "
                       "is written."),
        "serviceAccount": _text(
            f"^{_NAME}$", "The service account of the gateway's pods, needed with allowedCallers.", 63
        ),
        "serviceAccountNamespace": _text(
            f"^{_NAME}$", "The namespace of the gateway's pods; that of the Gateway where none is "
            "written.", 63,
        ),
    },
    "name", "namespace", "host",
    description="Where users outside the mesh come in.",
)  # fmt: skip

_CANARY = _closed(
    {
        "stable": _text(f"^{_LABEL}$", "The label `version` of the pods of today.", 63) | {
            "minLength": 1},
        "version": _text(f"^{_LABEL}$", "The label `version` of the pods on trial.", 63) | {
            "minLength": 1},
        "weight": _whole(0, 100, "So many of 100 requests go to the pods on trial."),
        "header": _closed(
            {
                "name": _text("^[a-z][a-z0-9-]*$", "Its name in lower case.", 60),
                "value": _text("^[A-Za-z0-9_-]+$", "Its value.", 60),
            },
            "name", "value",
            description="Requests with this header go to the pods on trial.",
        ),
        "cookie": _closed(
            {
                "name": _text("^[A-Za-z0-9_-]+$", "Its name.", 60),
                "value": _text("^[A-Za-z0-9_-]+$", "Its value.", 60),
            },
            "name", "value",
            description="Requests with this cookie go to the pods on trial.",
        ),
    },
    "stable", "version",
    description="Two versions of the pods, and who gets which: by weight, header or cookie.",
    oneOf=[{"required": ["weight"]}, {"required": ["header"]}, {"required": ["cookie"]}],
)  # fmt: skip

_OUTLIERS = _closed(
    {
        "consecutive5xxErrors": _whole(1, 1000, "Errors in a row after which a pod is left out."),
        "interval": _duration("How often pods are looked at"),
        "baseEjectionTime": _duration("How long a pod is left out the first time"),
        "maxEjectionPercent": _whole(1, 100, "So many of 100 pods may be left out."),
    },
    "consecutive5xxErrors", "maxEjectionPercent",
    description="Pods that answer with errors are left out for a while.",
)  # fmt: skip

_PROPERTIES: Schema = {
    "name": _text("^[a-z]([-a-z0-9]*[a-z0-9])?$", "The name of the Service.", 50),
    "namespace": _text(
        f"^{_NAME}$", "Its namespace; that of the command or the release where none is written.", 63
    ),
    "selector": {
        "type": "object", "minProperties": 1, "maxProperties": 10,
        "additionalProperties": _text(f"^{_LABEL}$", "A value of a label.", 63),
        "description": "The labels of its pods; `app: <name>` where none are written.",
    },
    "ports": {
        "type": "array", "items": _PORT, "minItems": 1, "maxItems": 20,
        "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["port"],
        "description": "What it listens to.",
    },
    "inMesh": _closed(
        {
            "server": {"type": "boolean", "description": "Its pods have sidecars; true where "
                       "nothing is written."},
            "clients": {"enum": [*CLIENTS], "type": "string",
                        "description": "How many of its clients in the cluster have sidecars; all "
                        "where nothing is written. A gateway is none of them."},
        },
        description="Which side of a call goes through proxies.",
    ),
    "gateway": _GATEWAY,
    "timeout": _duration("The longest time for a whole request"),
    "retries": _closed(
        {
            "attempts": _whole(0, 10, "How often a failed request is tried again."),
            "perTryTimeout": _duration("The longest time for one try"),
        },
        "attempts",
        description="Failed requests that surely were not carried out are tried again.",
    ),
    "canary": _CANARY,
    "outlierDetection": _OUTLIERS,
    "mtls": {
        "enum": [*MTLS_MODES], "type": "string",
        "description": "What its sidecars take: STRICT only mutual TLS, PERMISSIVE plaintext too, "
        "DISABLE only plaintext. STRICT where nothing is written, and PERMISSIVE where not all "
        "clients are in the mesh.",
    },
    "allowedCallers": {
        "type": "array", "minItems": 1, "maxItems": 100, "x-kubernetes-list-type": "set",
        "items": _text(
            rf"^{_NAME}/({_NAME}|\*)$", "As namespace/serviceaccount, or namespace/* for all of it."
        ),
        "description": "Who may call it; everybody where nothing is written.",
    },
    "global": {
        "type": "object", "description": "What helm hands to charts inside charts; not read."
    },
}  # fmt: skip
