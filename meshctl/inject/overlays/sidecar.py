"""The overlay of a pod that gets a sidecar (files/injection-template.yaml, Istio 1.31)."""

from collections.abc import Iterator
from typing import Any

from meshctl.inject.errors import InjectionError
from meshctl.inject.go_template.values import show_inside
from meshctl.inject.overlays import proxy
from meshctl.inject.overlays.api import Object, PodInjection
from meshctl.inject.overlays.interception import (  # fmt: skip
    configured_mode,
    core_dump_container,
    dumps_core,
    interception_annotations,
    interception_container,
)
from meshctl.inject.overlays.interception import mode as interception_mode
from meshctl.inject.overlays.proxy import number, variable
from meshctl.inject.overlays.versions import Feature, Version
from meshctl.inject.overlays.volumes import (  # fmt: skip
    SECRETS,
    data_mounts,
    data_volumes,
    has_root,
    identity_mount,
    identity_volume,
    mount,
    pull_secrets,
    revocation_volume,
    root_mount,
    secret_volume,
)
from meshctl.inject.pod.openshift import DEFAULT_USER
from meshctl.inject.pod.template_data import KubernetesStruct, Message, TextMap
from meshctl.inject.pod.template_functions import FUNCTIONS
from meshctl.istio.annotation_names import (
    INTERCEPTION_MODE,
    NATIVE_SIDECAR,
    USER_VOLUME,
    USER_VOLUME_MOUNT,
)
from meshctl.istio.labels import TLS_MODE, TUNNEL
from meshctl.istio.names import PROXY_CONTAINER


def sidecar(version: Version, injection: PodInjection) -> Object:
    """Give a pod its sidecar, and the init container that leads traffic to it."""
    container = _container(injection, version)
    initial = [
        *interception_container(injection, version),
        *core_dump_container(injection, version),
    ]
    if is_native(injection, version):
        containers: Object = {"initContainers": [*initial, container]}
    else:
        # A list without items is written as null until 1.25, which takes those of the pod away.
        is_lost = not initial and not version.has(Feature.KEPT_CONTAINERS)
        containers = {"initContainers": None if is_lost else initial, "containers": [container]}
    return {
        "metadata": {
            "labels": _labels(injection, version),
            "annotations": {
                **proxy.base_annotations(injection),
                **interception_annotations(injection, version),
            },
        },
        "spec": {
            **containers,
            "volumes": [*_volumes(injection, version)],
            **pull_secrets(injection),
        },
    }


def is_native(injection: PodInjection, version: Version) -> bool:
    """Does the sidecar run as an init container that never ends?"""
    wanted = injection.annotations.get(NATIVE_SIDECAR)
    if wanted is None or not version.has(Feature.NATIVE_ANNOTATION):
        return injection.is_native
    if not version.has(Feature.NATIVE_BY_DEFAULT):
        return wanted == "true"
    return wanted != "false" if wanted else injection.is_native


def _labels(injection: PodInjection, version: Version) -> Object:
    own = injection.labels
    found = {TLS_MODE: own.get(TLS_MODE) or "istio"}
    metadata = injection.proxy_config.get("proxyMetadata") or {}
    if show_inside(metadata.get("ISTIO_META_ENABLE_HBONE")) == "true":
        found[TUNNEL] = own.get(TUNNEL) or "http"
    return found | proxy.canonical_labels(injection, shortened_by=version)


def _container(injection: PodInjection, version: Version) -> Object:
    is_probed = proxy.status_port(injection) != "0"
    return {
        "name": PROXY_CONTAINER,
        "image": proxy.proxy_image(injection, "proxy", injection.image),
        **({"restartPolicy": "Always"} if is_native(injection, version) else {}),
        "ports": [{"containerPort": 15090, "protocol": "TCP", "name": "http-envoy-prom"}],
        "args": [*_arguments(injection, version)],
        **_lifecycle(injection, version),
        "env": [*_environment(injection, version)],
        **proxy.pull_policy(injection),
        **(_probes(injection) if is_probed else {}),
        "securityContext": _security(injection, version),
        "resources": proxy.resources(injection, version),
        "volumeMounts": [*_mounts(injection, version)],
    }


def _arguments(injection: PodInjection, version: Version) -> Iterator[str]:
    yield from proxy.proxy_arguments(injection, "sidecar")
    path = injection.text("global.proxy.outlierLogPath")
    if path and version.has(Feature.OUTLIER_LOG):
        yield f"--outlierLogPath={path}"


def _lifecycle(injection: PodInjection, version: Version) -> Object:
    if own := injection.value("global.proxy.lifecycle"):
        return {"lifecycle": own}
    holds = injection.proxy_config.get("holdApplicationUntilProxyStarts") or injection.value(
        "global.proxy.holdApplicationUntilProxyStarts"
    )
    native = is_native(injection, version)
    drains = native and version.has(Feature.NATIVE_DRAIN)  # until then a native one holds, too
    if holds and not drains:
        return {"lifecycle": {"postStart": {"exec": {"command": ["pilot-agent", "wait"]}}}}
    if drains:
        port = f"--debug-port={proxy.status_port(injection)}"
        command = ["pilot-agent", "request", port, "POST", "drain"]
        return {"lifecycle": {"preStop": {"exec": {"command": command}}}}
    return {}


def _environment(injection: PodInjection, version: Version) -> Iterator[Object]:
    yield from proxy.probe_environment(injection, version)
    yield from proxy.certificate_environment(injection, version)
    yield proxy.from_limit("ISTIO_CPU_LIMIT", "cpu", version)
    yield from proxy.configuration_environment(injection)
    yield proxy.app_environment(injection)
    yield from proxy.limit_environment(injection, version)
    yield from proxy.place_environment(injection)
    own_mode = injection.annotations.get(INTERCEPTION_MODE)
    yield variable("ISTIO_META_INTERCEPTION_MODE", own_mode or configured_mode(injection))
    label = injection.labels.get("service.istio.io/workload-name")
    name = label if version.has(Feature.WORKLOAD_NAME) else ""
    yield from proxy.owner_environment(injection, name or injection.owner.metadata.get("name", ""))
    yield from proxy.bootstrap_environment(injection)
    yield from proxy.mesh_environment(injection)
    if injection.text("global.proxy.tracer") == "datadog":
        for name, value in proxy.json_annotation(injection, "apm.datadoghq.com/env"):
            yield variable(name, show_inside(value))
    if version.has(Feature.OPEN_TELEMETRY) and (attributes := _resource_attributes(injection)):
        yield variable("OTEL_RESOURCE_ATTRIBUTES", attributes)
    yield from proxy.metadata_environment(injection)


def _resource_attributes(injection: PodInjection) -> str:
    try:
        found = FUNCTIONS["otelResourceAttributes"](
            Message(injection.mesh),
            TextMap(injection.annotations),
            TextMap(injection.labels),
            injection.owner.metadata.get("namespace") or "",
            [KubernetesStruct("Container", container) for container in injection.containers],
        )
    except ValueError as error:
        raise InjectionError(str(error)) from None
    return str(found)


def _probes(injection: PodInjection) -> Object:
    found: Object = {"readinessProbe": proxy.readiness(injection, 15021)}
    if injection.value("global.proxy.startupProbe.enabled"):
        found["startupProbe"] = {
            "httpGet": {"path": "/healthz/ready", "port": 15021},
            "initialDelaySeconds": 0,
            "periodSeconds": 1,
            "timeoutSeconds": 3,
            "failureThreshold": number(
                injection.text("global.proxy.startupProbe.failureThreshold")
            ),
        }
    return found


def _security(injection: PodInjection, version: Version) -> Object:
    is_read_only = not dumps_core(injection, version)
    metadata = injection.proxy_config.get("proxyMetadata") or {}
    if show_inside(metadata.get("IPTABLES_TRACE_LOGGING")) == "true":
        user: Object = {"runAsNonRoot": False, "runAsUser": 0, "runAsGroup": injection.group}
        added, privileged = ["NET_ADMIN"], True
    else:
        is_transparent = interception_mode(injection) == "TPROXY"
        binds = injection.annotation(
            "sidecar.istio.io/capNetBindService", "global.proxy.capNetBindService"
        )
        added = ["NET_ADMIN"] if is_transparent else []
        added += ["NET_BIND_SERVICE"] if binds == "true" else []
        privileged = number(injection.text("global.proxy.privileged"))
        user = {
            "runAsNonRoot": True, "runAsUser": injection.user, "runAsGroup": injection.group,
        }  # fmt: skip
        if added:
            is_fixed = version.has(Feature.TRANSPARENT_USER)
            group = DEFAULT_USER if is_fixed else injection.group
            user = {"runAsNonRoot": False, "runAsUser": 0, "runAsGroup": group}
    return {
        "allowPrivilegeEscalation": privileged,
        "capabilities": {**({"add": added} if added else {}), "drop": ["ALL"]},
        "privileged": privileged,
        "readOnlyRootFilesystem": is_read_only,
        **user,
        **proxy.seccomp(injection, version),
    }


def _mounts(injection: PodInjection, version: Version) -> Iterator[Object]:
    yield mount("workload-socket", f"{SECRETS}/workload-spiffe-uds")
    yield mount("credential-socket", f"{SECRETS}/credential-uds")
    yield identity_mount(injection)
    yield from root_mount(injection)
    if has_root(injection) and version.has(Feature.REVOCATIONS):
        yield mount("istio-ca-crl", f"{SECRETS}/istio/crl")
    yield from data_mounts(injection, version, "istio-envoy")
    if (tls := _lightstep(injection)) is not None:
        path = FUNCTIONS["directory"](tls.get("caCertificates") or "")
        yield mount("lightstep-certs", path, is_read_only=True)
    yield from proxy.named_annotation(injection, USER_VOLUME_MOUNT)


def _volumes(injection: PodInjection, version: Version) -> Iterator[Object]:
    yield {"name": "workload-socket", "emptyDir": None}
    yield {"name": "credential-socket", "emptyDir": None}
    yield identity_volume(injection, None)
    yield from data_volumes(injection, version, "istio-envoy")
    yield from revocation_volume(injection, version)
    yield from secret_volume(injection)
    yield from proxy.named_annotation(injection, USER_VOLUME)
    if _lightstep(injection) is not None:
        secret = {"optional": True, "secretName": "lightstep.cacert"}
        yield {"name": "lightstep-certs", "secret": secret}


def _lightstep(injection: PodInjection) -> Any:
    """The TLS settings of tracing, when LightStep is the tracer."""
    if injection.text("global.proxy.tracer") != "lightstep":
        return None
    return (injection.proxy_config.get("tracing") or {}).get("tlsSettings")
