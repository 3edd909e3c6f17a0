"""Tells whether a file can be in the containers of proxies.

The injector adds the volumes of the annotation ``sidecar.istio.io/userVolumeMount``; what a container
``istio-proxy`` mounts by itself stays (pkg/kube/inject/template.go and webhook.go, Istio 1.31).
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from meshctl.istio.annotation_names import USER_VOLUME_MOUNT
from meshctl.istio.names import PROXY_CONTAINER
from meshctl.mesh.core.injector_config import is_settings
from meshctl.mesh.core.inventory import Inventory
from meshctl.resources import View, Workload
from meshctl.resources.cached_property import cached_property

_IN_THE_IMAGE = (
    "/etc/ssl/",
    "/etc/pki/",
    "/etc/istio/",
    "/usr/",
    "/var/lib/",
    "/var/run/",
    "/run/",
)
"""Where the proxy's image and the injector's own template have files."""


class ProxyMounts:
    """The directories that the input mounts into proxies."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    def lack(self, file: str) -> bool:
        """Is it sure that no proxy of the input has this file?"""
        directory = file.rpartition("/")[0]
        if not directory.startswith("/") or file.startswith(_IN_THE_IMAGE):
            return False
        if any(f"{file}/".startswith(f"{path.rstrip('/')}/") for path in self._directories):
            return False
        return not any(directory in text or USER_VOLUME_MOUNT in text for text in self._settings)

    def first_lacking(self, tls: View, keys: Sequence[str]) -> str | None:
        """Find the first of some keys of a ``tls`` block whose file no proxy of the input has."""
        return next((key for key in keys if self.lack(tls.text(key))), None)

    @cached_property
    def _directories(self) -> frozenset[str]:
        return frozenset(
            path
            for workload in self._inventory.of(Workload)
            for path in _directories(workload)
            if path
        )

    @cached_property
    def _settings(self) -> list[str]:
        """The settings of the injector as text: their templates and annotations may mount more."""
        return [
            str(resource.data)
            for resource in self._inventory.resources
            if is_settings(resource) or resource.kind == "IstioOperator"
        ]


def _directories(workload: Workload) -> Iterator[str]:
    written = workload.pod_annotations.get(USER_VOLUME_MOUNT, "")
    yield from _mount_paths(written) if written else ()
    for container in (*workload.containers, *workload.init_containers):
        if container.name == PROXY_CONTAINER:
            for _, mount in container.items("volumeMounts"):
                yield str(mount.get("mountPath") or "")


def _mount_paths(text: str) -> Iterator[str]:
    """Read the annotation: a list of mounts, or a mapping of them by name."""
    try:
        written: Any = json.loads(text)
    except (ValueError, RecursionError):
        yield "/"  # nobody knows what was meant
        return
    mounts = written.values() if isinstance(written, dict) else written
    for mount in mounts if isinstance(written, dict | list) else ():
        if isinstance(mount, dict):
            yield str(mount.get("mountPath") or "")
