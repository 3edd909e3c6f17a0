"""The volumes of sidecars and gateways, and where they are mounted.

The templates of manifests/charts/istio-control/istio-discovery/files, Istio 1.31.
"""

from collections.abc import Iterator
from typing import Any

from meshctl.inject.overlays.api import Object, PodInjection
from meshctl.inject.overlays.versions import Feature, Version
from meshctl.istio.annotation_names import BOOTSTRAP_OVERRIDE

SECRETS = "/var/run/secrets"
ENVOY = "/etc/istio/proxy"
DATA = "/var/lib/istio/data"
_GKE = "GkeWorkloadCertificate"
_GKE_VOLUME = "gke-workload-certificate"


def mount(name: str, path: str, *, is_read_only: bool = False) -> Object:
    """Mount a volume."""
    return {"name": name, "mountPath": path} | ({"readOnly": True} if is_read_only else {})


def identity_mount(injection: PodInjection) -> Object:
    """Mount the certificates of the workload."""
    path = f"{SECRETS}/workload-spiffe-credentials"
    if injection.text("global.caName") == _GKE:
        return mount(_GKE_VOLUME, path, is_read_only=True)
    return mount("workload-certs", path)


def identity_volume(injection: PodInjection, empty: Object | None) -> Object:
    """Hold the certificates of the workload."""
    if injection.text("global.caName") == _GKE:
        driver = "workloadcertificates.security.cloud.google.com"
        return {"name": _GKE_VOLUME, "csi": {"driver": driver}}
    return {"name": "workload-certs", "emptyDir": empty}


def root_mount(injection: PodInjection) -> Iterator[Object]:
    """Mount the root certificate of istiod's own certificates."""
    if has_root(injection):
        yield mount("istiod-ca-cert", f"{SECRETS}/istio")


def has_root(injection: PodInjection) -> bool:
    """Does istiod sign certificates?"""
    return injection.text("global.pilotCertProvider") == "istiod"


def data_mounts(
    injection: PodInjection, version: Version, envoy: str, *, is_bootstrapped: bool = True
) -> Iterator[Object]:
    """Mount the working directories, the token and what the pod knows of itself."""
    yield mount("istio-data", DATA)
    if is_bootstrapped and BOOTSTRAP_OVERRIDE in injection.annotations:
        yield mount("custom-bootstrap-volume", "/etc/istio/custom-bootstrap")
    yield mount(envoy, ENVOY)
    if _has_token(injection, version):
        yield mount("istio-token", f"{SECRETS}/tokens")
    if injection.value("global.mountMtlsCerts"):
        yield mount("istio-certs", "/etc/certs/", is_read_only=True)
    yield mount("istio-podinfo", "/etc/istio/pod")


def _has_token(injection: PodInjection, version: Version) -> bool:
    is_chosen = version.has(Feature.JWT_POLICY)
    return not is_chosen or injection.text("global.jwtPolicy") == "third-party-jwt"


def data_volumes(injection: PodInjection, version: Version, envoy: str) -> Iterator[Object]:
    """Hold the working directories, the token and what the pod knows of itself."""
    if BOOTSTRAP_OVERRIDE in injection.annotations:
        name = injection.annotations[BOOTSTRAP_OVERRIDE]
        yield {"name": "custom-bootstrap-volume", "configMap": {"name": name}}
    yield {"name": envoy, "emptyDir": {"medium": "Memory"}}
    yield {"name": "istio-data", "emptyDir": {}}
    items = [
        {"path": name, "fieldRef": {"fieldPath": f"metadata.{name}"}}
        for name in ("labels", "annotations")
    ]
    yield {"name": "istio-podinfo", "downwardAPI": {"items": items}}
    if _has_token(injection, version):
        audience = injection.text("global.sds.token.aud")
        token = {"path": "istio-token", "expirationSeconds": 43200, "audience": audience}
        yield {"name": "istio-token", "projected": {"sources": [{"serviceAccountToken": token}]}}
    if has_root(injection):
        yield {"name": "istiod-ca-cert", **_root_source(injection, version)}


def _root_source(injection: PodInjection, version: Version) -> Object:
    name = injection.text("global.trustBundleName") if version.has(Feature.NAMED_BUNDLES) else ""
    is_bundle = injection.value("pilot.env.ENABLE_CLUSTER_TRUST_BUNDLE_API") is True
    if is_bundle and version.has(Feature.TRUST_BUNDLES):
        bundle = f"istio.io:istiod-ca:{name or 'root-cert'}"
        source: Any = {"clusterTrustBundle": {"name": bundle, "path": "root-cert.pem"}}
        return {"projected": {"sources": [source]}}
    return {"configMap": {"name": name or "istio-ca-root-cert"}}


def revocation_volume(injection: PodInjection, version: Version) -> Iterator[Object]:
    """Hold the list of revoked certificates."""
    if version.has(Feature.REVOCATIONS):
        is_named = version.has(Feature.NAMED_REVOCATIONS)
        name = injection.text("pilot.crlConfigMapName") if is_named else ""
        source = {"name": name or "istio-ca-crl", "optional": True}
        yield {"name": "istio-ca-crl", "configMap": source}


def secret_volume(injection: PodInjection) -> Iterator[Object]:
    """Hold certificates of the workload that something else issued."""
    if injection.value("global.mountMtlsCerts"):
        account = injection.pod["spec"].get("serviceAccountName") or "default"
        secret = {"optional": True, "secretName": f"istio.{account}"}
        yield {"name": "istio-certs", "secret": secret}


def pull_secrets(injection: PodInjection) -> Object:
    """What the images are pulled with, where the values say so."""
    names = injection.value("global.imagePullSecrets") or []
    return {"imagePullSecrets": [{"name": name} for name in names]} if names else {}
