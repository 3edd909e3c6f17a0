"""What the injector puts into a pod where the user wrote the same.

The templates ``sidecar`` and ``gateway`` of Istio 1.31 with default values (manifests/charts/
istio-control/istio-discovery/files), merged with the pod by a strategic merge: volumes and
variables by name, mounts by path, ports by number (applyOverlayYAML, pkg/kube/inject/inject.go).
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from meshctl.istio.annotation_names import (
    INTERCEPTION_MODE,
    PROXY_CONFIG,
    TEMPLATES,
    USER_VOLUME,
    USER_VOLUME_MOUNT,
)
from meshctl.istio.labels import APP_NAME
from meshctl.istio.names import PROXY_CONTAINER
from meshctl.plain_objects import read_json
from meshctl.resources import Container, Ref, View, Workload
from meshctl.resources.view import views
from meshctl.yaml.reader import parse_one

GATEWAY = "gateway"
_MODE, _MODE_FIELD = INTERCEPTION_MODE, "interceptionMode"
_APPLICATION_LABELS = frozenset({
    "service.istio.io/canonical-name", APP_NAME, "app",
})  # fmt: skip
_BUILT_IN = frozenset({"sidecar", GATEWAY})

_EMPTY = ("emptyDir",)
_VOLUMES = {
    "istio-envoy": _EMPTY, "istio-data": _EMPTY, "istio-podinfo": ("downwardAPI",),
    "istio-token": ("projected",), "istiod-ca-cert": ("configMap", "projected"),
}  # fmt: skip
_SIDECAR_VOLUMES = {"istio-ca-crl": ("configMap",)}
_GATEWAY_VOLUMES = {"credential-socket": _EMPTY, "workload-certs": _EMPTY}
"""Volumes and the sources they may have. Those without any take the user's, as for SPIRE."""

_MOUNTS = {
    "/etc/istio/proxy": "istio-envoy", "/etc/istio/pod": "istio-podinfo",
    "/var/lib/istio/data": "istio-data", "/var/run/secrets/tokens": "istio-token",
    "/var/run/secrets/istio": "istiod-ca-cert",
    "/var/run/secrets/workload-spiffe-uds": "workload-socket",
    "/var/run/secrets/credential-uds": "credential-socket",
    "/var/run/secrets/workload-spiffe-credentials": "workload-certs",
}  # fmt: skip
"""Directories of the sidecar and the volumes in them."""

NEEDED_MOUNTS = frozenset({"/etc/istio/proxy", "/etc/istio/pod", "/var/run/secrets/tokens"})
"""Directories without whose own contents the sidecar doesn't work; others are made to be changed."""

_VARIABLES_FROM = frozenset({
    "POD_NAME", "POD_NAMESPACE", "INSTANCE_IP", "SERVICE_ACCOUNT", "HOST_IP", "ISTIO_CPU_LIMIT",
    "GOMEMLIMIT", "GOMAXPROCS", "ISTIO_META_NODE_NAME",
})  # fmt: skip
_VARIABLES = frozenset({
    "PILOT_CERT_PROVIDER", "CA_ADDR", "PROXY_CONFIG", "ISTIO_META_POD_PORTS",
    "ISTIO_META_APP_CONTAINERS", "ISTIO_META_INTERCEPTION_MODE", "ISTIO_META_WORKLOAD_NAME",
    "ISTIO_META_OWNER", "ISTIO_META_MESH_ID", "TRUST_DOMAIN",
})  # fmt: skip


class PodConflict(NamedTuple):
    """Something of the user's that the injector has too: where, its name, and what it has."""

    place: Ref
    name: str
    injected: str


def asked_templates(workload: Workload) -> tuple[str, ...]:
    """The templates that the pod names; none when it takes the default ones."""
    text = workload.pod_annotations.get(TEMPLATES)
    return () if text is None else tuple(name.strip() for name in text.split(","))


def finds_istiod_by_service(workload: Workload, mesh_config: Mapping[str, Any]) -> bool:
    """Does the sidecar look for istiod by the name of a Service? It does unless told otherwise."""
    mesh = View(workload, (), mesh_config).child("defaultConfig")
    own = _own_settings(workload)
    written = own.text("discoveryAddress") or own.text("discovery_address")
    address = written or mesh.text("discoveryAddress")
    return not address or address.rpartition(":")[0].endswith(".svc")


def _own_settings(workload: Workload) -> View:
    text = workload.pod_annotations.get(PROXY_CONFIG)
    try:
        return View(workload, (), None if text is None else parse_one(text))
    except ValueError:
        return View(workload, (), None)


def gets_init_container(workload: Workload, mesh_config: Mapping[str, Any]) -> bool:
    """Does the injector add a container that redirects traffic, where no CNI plugin does?"""
    mesh = View(workload, (), mesh_config).child("defaultConfig")
    written = workload.pod_annotations.get(_MODE) or _own_settings(workload).text(_MODE_FIELD)
    return _has_sidecar(workload) and (written or mesh.text(_MODE_FIELD)) != "NONE"


def names_application(workload: Workload) -> bool:
    """Has the pod a label from which its canonical name comes, so that its own name doesn't?"""
    return not _APPLICATION_LABELS.isdisjoint(workload.pod_labels)


def proxy_settings(workload: Workload) -> Iterator[Container]:
    """Walk the containers by which the user sets up the sidecar."""
    for container in (*workload.containers, *workload.init_containers):
        if container.name == PROXY_CONTAINER and takes_known_template(workload):
            yield container


def volumes_of_two_sources(workload: Workload) -> Iterator[PodConflict]:
    """Walk the pod's volumes that get a second source."""
    known = _volumes(workload)
    for volume in views(workload.pod_spec, "volumes", View):
        injected = known.get(volume.text("name"), ())
        sources = [name for name in volume.names() if name != "name"]
        if injected and sources and not set(sources) & set(injected):
            yield PodConflict(volume.key(sources[0]), volume.text("name"), injected[0])


def volumes_added_twice(workload: Workload) -> Iterator[PodConflict]:
    """Walk the names of injected volumes that an annotation adds with another source.

    With the same one the two are merged, where the pod has any volume already.
    """
    known = _volumes(workload)
    for name, volume in _annotated(workload, USER_VOLUME):
        sources = volume.keys() - {"name"}
        if name in known and sources and sources.isdisjoint(known[name]):
            yield PodConflict(_annotation(workload, USER_VOLUME), name, known[name][0])


def mounts_replaced(workload: Workload) -> Iterator[PodConflict]:
    """Walk the sidecar's directories into which the user mounts another volume."""
    for container in proxy_settings(workload):
        for mount in views(container, "volumeMounts", View):
            path = mount.text("mountPath")
            injected = _MOUNTS.get(path)
            if injected is not None and mount.text("name") not in {"", injected}:
                yield PodConflict(mount.at("mountPath"), path, injected)


def mounts_added_twice(workload: Workload) -> Iterator[PodConflict]:
    """Walk the sidecar's directories that an annotation mounts once more."""
    for _, mount in _annotated(workload, USER_VOLUME_MOUNT) if _has_sidecar(workload) else ():
        path = mount.get("mountPath")
        if isinstance(path, str) and path in _MOUNTS:
            yield PodConflict(_annotation(workload, USER_VOLUME_MOUNT), path, _MOUNTS[path])


def mounts_without_volume(workload: Workload) -> Iterator[tuple[Ref, str]]:
    """Walk the names of mounts that an annotation adds, and that no volume of the pod will have."""
    if not _has_sidecar(workload) or any(unreadable_volumes(workload)):
        return
    claims = (view.child("metadata") for view in views(workload.spec, "volumeClaimTemplates", View))
    known = {view.text("name") for view in (*views(workload.pod_spec, "volumes", View), *claims)}
    known.update(name for name, _ in _annotated(workload, USER_VOLUME))
    for name, _ in _annotated(workload, USER_VOLUME_MOUNT):
        if name not in known and name not in _volumes(workload) and name not in _MOUNTS.values():
            yield _annotation(workload, USER_VOLUME_MOUNT), name


def unreadable_volumes(workload: Workload) -> Iterator[Ref]:
    """Walk the annotations with volumes or mounts that the sidecar's template can't read."""
    for name in {USER_VOLUME, USER_VOLUME_MOUNT} & workload.pod_annotations.keys():
        if _has_sidecar(workload) and not isinstance(_read(workload, name), dict | list | None):
            yield _annotation(workload, name)


def variables_of_two_sources(workload: Workload) -> Iterator[PodConflict]:
    """Walk the sidecar's variables that have a value from here and one from there."""
    for container in proxy_settings(workload):
        for entry in views(container, "env", View):
            name = entry.text("name")
            if name in _VARIABLES_FROM and entry.text("value"):
                yield PodConflict(entry.key("value"), name, "valueFrom")
            elif name in _VARIABLES and entry.has("valueFrom"):
                yield PodConflict(entry.key("valueFrom"), name, "value")


def ports_of_two_protocols(workload: Workload) -> Iterator[tuple[View, View]]:
    """Walk the sidecar's ports that have the number of an earlier one, with that one."""
    for container in proxy_settings(workload):
        seen: dict[int, View] = {}
        for port in container.ports:
            number = port.number("containerPort")
            if number is None:
                continue
            first = seen.setdefault(number, port)
            if (first.text("protocol") or "TCP") != (port.text("protocol") or "TCP"):
                yield port, first


def _volumes(workload: Workload) -> dict[str, tuple[str, ...]]:
    if not takes_known_template(workload):
        return {}
    return _VOLUMES | (_SIDECAR_VOLUMES if _has_sidecar(workload) else _GATEWAY_VOLUMES)


def takes_known_template(workload: Workload) -> bool:
    """Is a template of Istio's own among those that the pod gets, so that it has Istio's proxy?"""
    asked = asked_templates(workload)
    return not asked or not _BUILT_IN.isdisjoint(asked)


def _has_sidecar(workload: Workload) -> bool:
    asked = asked_templates(workload)
    return not asked or "sidecar" in asked


def _annotated(workload: Workload, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Walk the volumes or mounts of an annotation: by name, or as a list whose items have one."""
    found = _read(workload, name) if name in workload.pod_annotations else None
    pairs = found.items() if isinstance(found, dict) else ()
    listed = enumerate(found) if isinstance(found, list) else ()
    for key, item in (*pairs, *listed):
        if isinstance(item, dict):
            yield str(item.get("name", key)), item


def _read(workload: Workload, name: str) -> Any:
    """Read an annotation as JSON; a text that is none stands for itself."""
    text = workload.pod_annotations[name]
    try:
        return read_json(text)
    except ValueError:
        return text


def _annotation(workload: Workload, name: str) -> Ref:
    return workload.template.at("metadata", "annotations", name)
