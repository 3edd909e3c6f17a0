"""The overlay of a pod that asks for a gateway (files/gateway-injection-template.yaml, 1.31)."""

from collections.abc import Iterator

from meshctl.inject.overlays import proxy
from meshctl.inject.overlays.api import Object, PodInjection
from meshctl.inject.overlays.interception import configured_mode
from meshctl.inject.overlays.proxy import variable
from meshctl.inject.overlays.versions import Feature, Version
from meshctl.inject.overlays.volumes import (  # fmt: skip
    SECRETS,
    data_mounts,
    data_volumes,
    identity_mount,
    identity_volume,
    mount,
    pull_secrets,
    root_mount,
    secret_volume,
)
from meshctl.istio.names import PROXY_CONTAINER


def gateway(version: Version, injection: PodInjection) -> Object:
    """Make a pod a gateway, which takes traffic from ports of its own."""
    return {
        "metadata": {
            "labels": proxy.canonical_labels(injection),
            "annotations": proxy.base_annotations(
                injection, is_kept=version.has(Feature.GATEWAY_CONTAINERS)
            ),
        },
        "spec": {
            "securityContext": _security(injection, version),
            "containers": [_container(injection, version)],
            "volumes": [*_volumes(injection, version)],
            **pull_secrets(injection),
        },
    }


def _security(injection: PodInjection, version: Version) -> Object:
    own = injection.value("gateways.securityContext")
    if own and version.has(Feature.GATEWAY_SECURITY):
        return own  # type: ignore[no-any-return]
    return {"sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]}


def _image(injection: PodInjection, version: Version) -> str:
    if version.has(Feature.GATEWAY_IMAGE):
        return proxy.proxy_image(injection, "proxy", injection.image)
    named = injection.text("global.proxy.image")
    return named if "/" in named else injection.image


def _container(injection: PodInjection, version: Version) -> Object:
    lifecycle = injection.value("global.proxy.lifecycle")
    return {
        "name": PROXY_CONTAINER,
        "image": _image(injection, version),
        "ports": [{"containerPort": 15090, "protocol": "TCP", "name": "http-envoy-prom"}],
        "args": proxy.proxy_arguments(injection, "router"),
        **({"lifecycle": lifecycle} if lifecycle else {}),
        "securityContext": {"runAsUser": injection.user, "runAsGroup": injection.group},
        "env": [*_environment(injection, version)],
        **proxy.pull_policy(injection),
        "readinessProbe": proxy.readiness(injection, 15021, is_annotated=False),
        "volumeMounts": [
            mount("workload-socket", f"{SECRETS}/workload-spiffe-uds"),
            mount("credential-socket", f"{SECRETS}/credential-uds"),
            identity_mount(injection),
            *root_mount(injection),
            *data_mounts(injection, version, "istio-envoy"),
        ],
    }


def _environment(injection: PodInjection, version: Version) -> Iterator[Object]:
    yield from proxy.certificate_environment(injection, version)
    yield proxy.from_limit("ISTIO_CPU_LIMIT", "cpu", version)
    yield from proxy.configuration_environment(injection)
    yield from proxy.limit_environment(injection, version)
    yield proxy.app_environment(injection)
    yield from proxy.place_environment(injection)
    yield variable("ISTIO_META_INTERCEPTION_MODE", configured_mode(injection))
    yield from proxy.owner_environment(injection, injection.owner.metadata.get("name", ""))
    yield from proxy.bootstrap_environment(injection)
    yield from proxy.mesh_environment(injection)
    yield from proxy.metadata_environment(injection)


def _volumes(injection: PodInjection, version: Version) -> Iterator[Object]:
    yield {"name": "workload-socket", "emptyDir": None if version.has(Feature.BARE_SOCKET) else {}}
    yield {"name": "credential-socket", "emptyDir": {}}
    yield identity_volume(injection, {})
    yield from data_volumes(injection, version, "istio-envoy")
    yield from secret_volume(injection)
