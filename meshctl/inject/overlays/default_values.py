"""The values of istiod's chart when its user sets none.

manifests/charts/istio-control/istio-discovery/values.yaml, as far as injection reads it: what the
ConfigMap istio-sidecar-injector keeps of it as ``values``.
"""

from typing import Any

from meshctl.inject.overlays.versions import Feature, Version
from meshctl.istio.names import ISTIO_NAMESPACE

Values = dict[str, Any]

FREE = frozenset({"resources"})
"""Mappings that may hold other names than those of their defaults, as empty ones may."""


def default_values(version: Version) -> Values:
    """The chart's values of a version; an empty mapping in them may hold anything."""
    return {
        "global": _global(version),
        "gateways": {"securityContext": {}, "seccompProfile": {}},
        "pilot": {
            "cni": {"enabled": False, "provider": "default"},
            "crlConfigMapName": "",
            "env": {},
        },
        "revision": "",
        "sidecarInjectorWebhook": {
            "alwaysInjectSelector": [],
            "defaultTemplates": [],
            "enableNamespacesByDefault": False,
            "injectedAnnotations": {},
            "neverInjectSelector": [],
            "reinvocationPolicy": "Never",
            "rewriteAppHTTPProbe": True,
            "templates": {},
        },
        **({"istio_cni": {"enabled": False, "chained": True, "provider": "default"}}
           if version.has(Feature.ISTIO_CNI) else {}),
        "meshConfig": {},
    }  # fmt: skip


def _global(version: Version) -> Values:
    return {
        "caAddress": "",
        "caName": "",
        "hub": "docker.io/istio",
        "imagePullPolicy": "",
        "imagePullSecrets": [],
        "istioNamespace": ISTIO_NAMESPACE,
        "jwtPolicy": "third-party-jwt",
        "logAsJson": False,
        "logging": {"level": "default:info"},
        "meshID": "",
        "mountMtlsCerts": False,
        "multiCluster": {"clusterName": ""},
        "nativeNftables": False,
        "network": "",
        "pilotCertProvider": "istiod",
        "proxy": _proxy(version),
        "proxy_init": {"forceApplyIptables": False, "image": "proxyv2"},
        "sds": {"token": {"aud": "istio-ca"}},
        "sts": {"servicePort": 0},
        "tag": version.full,
        "tracer": {},
        "trustBundleName": "",
        "trustDomain": "",
        "variant": "",
    }


def _proxy(version: Version) -> Values:
    return {
        "autoInject": "enabled",
        "capNetBindService": "",
        "clusterDomain": "cluster.local",
        "componentLogLevel": "misc:error",
        "enableCoreDump": False,
        "excludeIPRanges": "",
        "excludeInboundPorts": "",
        "excludeOutboundPorts": "",
        "holdApplicationUntilProxyStarts": False,
        "image": "proxyv2",
        "includeIPRanges": "*",
        "includeInboundPorts": "*",
        "includeOutboundPorts": "",
        "lifecycle": {},
        "logLevel": "warning",
        "outlierLogPath": "",
        "privileged": False,
        "readinessFailureThreshold": 4,
        "readinessInitialDelaySeconds": 0,
        "readinessPeriodSeconds": 15,
        "resources": {
            "limits": {"cpu": "2000m", "memory": "1024Mi"},
            "requests": {"cpu": "100m", "memory": "128Mi"},
        },
        "seccompProfile": {},
        "startupProbe": {"enabled": True, "failureThreshold": 600},
        "statusPort": 15020,
        "tracer": "zipkin" if version.has(Feature.ZIPKIN) else "none",
        "variant": "",
    }
