"""Finds the containers that the injector knows by name, and puts them in order."""

from collections.abc import Iterable, Sequence
from typing import Any

from meshctl.inject.settings.injector_config import InjectionSettings
from meshctl.istio.names import INIT_CONTAINER, PROXY_CONTAINER, VALIDATION_CONTAINER

CORE_DUMP = "enable-core-dump"

Object = dict[str, Any]


def find(name: str, containers: Iterable[Object] | None) -> Object | None:
    """Give the container of a name."""
    return next(
        (container for container in containers or () if container.get("name") == name), None
    )


def find_in_pod(name: str, pod: Object) -> Object | None:
    """Give the container of a name, an init container where there is no other."""
    spec = pod["spec"]
    return find(name, spec.get("containers")) or find(name, spec.get("initContainers"))


def annotations_of(pod: Object) -> dict[str, str]:
    """The annotations of a pod, which are made when there are none."""
    found: dict[str, str] = pod["metadata"].setdefault("annotations", {})
    return found


def reorder(pod: Object, settings: InjectionSettings) -> None:
    """Put the sidecar and its helpers where they must run (reorderPod)."""
    spec = pod["spec"]
    holds = settings.mesh["defaultConfig"].get("holdApplicationUntilProxyStarts") is True
    holds |= settings.value("global", "proxy", "holdApplicationUntilProxyStarts") is True
    spec["containers"] = _moved(spec.get("containers") or [], PROXY_CONTAINER, first=holds)
    if not (initial := spec.get("initContainers")):
        return
    if find(PROXY_CONTAINER, initial) is not None:
        for name in (CORE_DUMP, PROXY_CONTAINER, VALIDATION_CONTAINER, INIT_CONTAINER):
            initial = _moved(initial, name, first=True)
    else:
        initial = _moved(initial, VALIDATION_CONTAINER, first=True)
        for name in (INIT_CONTAINER, CORE_DUMP):
            initial = _moved(initial, name, first=False)
    spec["initContainers"] = initial


def _moved(containers: Sequence[Object], name: str, *, first: bool) -> list[Object]:
    chosen = [container for container in containers if container.get("name") == name]
    others = [container for container in containers if container.get("name") != name]
    return [*chosen, *others] if first else [*others, *chosen]
