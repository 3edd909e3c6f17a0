"""Takes the sidecar out of a pod, and restores what its user wrote.

Everything that injection overwrites stands somewhere in what it writes: names of containers and
volumes in the status annotation, probes and Prometheus' annotations in the sidecar's environment,
the users' own containers in an annotation. Where two different pods give the same injected pod,
the likelier one is taken, and a doubt says so.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from meshctl.inject.errors import Path
from meshctl.inject.go_types.kubernetes_types import read
from meshctl.inject.pod import prometheus
from meshctl.inject.pod.containers import Object, find_in_pod
from meshctl.inject.pod.overrides import injected_names, recorded, was_moved
from meshctl.inject.pod.probes import restore_probes
from meshctl.inject.removal.metadata import Added, remove_metadata
from meshctl.istio.annotation_names import SIDECAR_STATUS
from meshctl.istio.names import PROXY_CONTAINER, VALIDATION_CONTAINER

_GATEWAY_SYSCTLS = [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]
"""What the template of gateways sets on their pods."""


class Doubt(NamedTuple):
    """Something that could not be taken back for sure, and where in the pod."""

    message: str
    path: Path


def is_injected(pod: Object) -> bool:
    """Does a pod say what was injected into it?"""
    return SIDECAR_STATUS in (pod["metadata"].get("annotations") or {})


def remove_sidecar(pod: Object, workload: Object, network: str = "") -> tuple[Object, list[Doubt]]:
    """Take the sidecar out of an injected pod; ``workload`` is the object around it."""
    pod = deepcopy(pod)
    status = injected_names(pod)
    if status is None:
        return pod, [Doubt(f"annotation {SIDECAR_STATUS} cannot be read, so that nothing is known of what "
                           "was injected; it stays", ("metadata", "annotations", SIDECAR_STATUS))]  # fmt: skip
    sidecar = find_in_pod(PROXY_CONTAINER, pod) or {}
    environment = {
        variable["name"]: variable.get("value", "") for variable in sidecar.get("env") or []
    }
    doubts = [Doubt(*found) for found in restore_probes(pod, environment)]
    doubts += [Doubt(*found) for found in prometheus.restore(pod, environment)]
    own = recorded(pod)
    added = Added(
        network=network,
        tells_network="ISTIO_META_NETWORK" in environment,
        is_cni=VALIDATION_CONTAINER in status.get("initContainers", ()),
    )
    doubts += [Doubt(*found) for found in remove_metadata(pod, workload, added)]
    _restore_containers(pod["spec"], status, own)
    _remove_named(pod["spec"], status)
    if "router" in (sidecar.get("args") or []):
        _remove_gateway_settings(pod["spec"])
    return {"metadata": read("ObjectMeta", pod["metadata"]), "spec": _tidy(pod["spec"])}, doubts


def _tidy(spec: Object) -> Object:
    """Drop the lists that have nothing in them any more."""
    for container in _all(spec):
        for key in ("env", "volumeMounts"):
            if not container[key]:
                del container[key]
    return {key: value for key, value in spec.items() if key == "containers" or value != []}


def _restore_containers(spec: Object, status: Mapping[str, list[str]], own: Object) -> None:
    """Drop what was injected, and put back what the user had set on it."""
    moved: list[Object] = []
    for key in ("containers", "initContainers"):
        users = {
            own_container["name"]: _with_image(own_container)
            for own_container in own.get(key) or []
        }
        kept: list[Object] = []
        for container in spec.get(key) or []:
            name = container["name"]
            if name in users:
                kept.append(users.pop(name))
            elif name not in status.get(key, ()):
                kept.append(container)
        # Native sidecars stand among the init containers, wherever the user had set them up.
        moved += [
            kept_container
            for kept_container in kept
            if key == "initContainers" and was_moved(kept_container)
        ]
        spec[key] = [kept_container for kept_container in kept if kept_container not in moved]
    spec["containers"] += moved
    for container in _all(spec):
        mounts = container.get("volumeMounts") or []
        container["volumeMounts"] = [
            mount for mount in mounts if not _is_injected_mount(mount, container, status)
        ]
        variables = container.get("env") or []
        container["env"] = [variable for variable in variables if not _is_of_grpc(variable)]


def _with_image(container: Object) -> Object:
    """An injection doesn't write down the image ``auto``, but empty resources."""
    image = {"name": container["name"], "image": container.get("image") or "auto"}
    return image | {k: v for k, v in container.items() if (k, v) != ("resources", {})}


def _all(spec: Object) -> Iterator[Object]:
    for key in ("containers", "initContainers"):
        yield from spec.get(key) or []


def _is_injected_mount(
    mount: Mapping[str, Any], container: Object, status: Mapping[str, list[str]]
) -> bool:
    """Templates for gRPC mount what they add into the application's containers."""
    return container["name"] != PROXY_CONTAINER and mount.get("name") in status.get("volumes", ())


def _is_of_grpc(variable: Mapping[str, Any]) -> bool:
    return variable["name"] in {"GRPC_XDS_EXPERIMENTAL_SECURITY_SUPPORT", "GRPC_XDS_BOOTSTRAP"}


def _remove_named(spec: Object, status: Mapping[str, list[str]]) -> None:
    for key in ("volumes", "imagePullSecrets"):
        kept = [
            listed
            for listed in spec.get(key) or []
            if listed.get("name") not in status.get(key, ())
        ]
        spec[key] = kept


def _remove_gateway_settings(spec: Object) -> None:
    security = spec.get("securityContext") or {}
    if security.get("sysctls") == _GATEWAY_SYSCTLS:
        del security["sysctls"]
    if not security:
        spec.pop("securityContext", None)
