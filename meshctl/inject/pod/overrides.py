"""Keeps what users set on containers that the injector adds (pkg/kube/inject/webhook.go)."""

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from meshctl.inject.errors import InjectionError, annotation_error
from meshctl.inject.go_types import go_json
from meshctl.inject.go_types.kubernetes_types import read
from meshctl.inject.go_types.strategic_merge import merge
from meshctl.inject.pod.containers import Object, annotations_of, find, find_in_pod  # fmt: skip
from meshctl.istio.annotation_names import INTERCEPTION_MODE, SIDECAR_STATUS
from meshctl.istio.names import INIT_CONTAINER, PROXY_CONTAINER, VALIDATION_CONTAINER

OVERRIDES = "proxy.istio.io/overrides"
_AUTO_IMAGE = "auto"
_LISTS = ("containers", "initContainers")


def recorded(pod: Object) -> Object:
    """The users' containers that an earlier injection wrote down."""
    text = annotations_of(pod).get(OVERRIDES)
    if text is None:
        return {}
    try:
        found: Object = read("PodSpec", json.loads(text))
    except (ValueError, RecursionError, InjectionError) as error:
        raise annotation_error(OVERRIDES, f"cannot be read: {error}") from None
    return found


def reinsert(pod: Object) -> Object:
    """Put back the users' containers of an earlier injection, for templates to see them."""
    pod = deepcopy(pod)
    for name in _LISTS:
        for container in recorded(pod).get(name) or []:
            place = "containers" if was_moved(container) else name
            present = pod["spec"].get(place) or []
            if find(container["name"], present) is None:
                pod["spec"][place] = [*present, container]
    return pod


def was_moved(container: Object) -> bool:
    """Did the user set up this native sidecar among the containers?

    istiod doesn't ask when it injects again, and its templates then miss the sidecar's ports.
    """
    return container["name"] == PROXY_CONTAINER and container.get("restartPolicy") != "Always"


def injected_names(pod: Object) -> Mapping[str, list[str]] | None:
    """What an earlier injection says it added; ``None`` when there was none."""
    try:
        status = json.loads(annotations_of(pod).get(SIDECAR_STATUS, "null"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(status, dict):
        return None
    return {
        key: [name for name in names if isinstance(name, str)]
        for key, names in status.items()
        if isinstance(names, list)
    }


def reapply(
    final: Object, original: Object, template: Object, proxy_config: Mapping[str, Any]
) -> Object:
    """Lay the users' containers over those of the template, and write them down."""
    known = recorded(original)
    status = injected_names(original) or {}
    found: dict[str, list[Object]] = {}
    for name in _LISTS:
        for container in template["spec"].get(name) or []:
            own = _own_container(name, container["name"], known, status, original)
            if own is None:
                continue
            overlay = {k: v for k, v in own.items() if (k, v) != ("image", _AUTO_IMAGE)}
            found.setdefault(name, []).append(overlay)
            final = read("Pod", merge("Pod", final, {"spec": {name: [overlay]}}))
    if found and SIDECAR_STATUS not in annotations_of(original):
        annotations_of(final)[OVERRIDES] = go_json.dumps(found)
    adjust_user(final, original, proxy_config)
    return final


def _own_container(
    where: str, name: str, known: Object, status: Mapping[str, list[str]], original: Object
) -> Object | None:
    # istiod skips what its status lists even so, and loses the user's settings with it.
    if (container := find(name, known.get(where))) is not None:
        return container
    if name in status.get(where, ()):
        return None
    if where == "initContainers":
        return find_in_pod(name, original)
    return find(name, original["spec"].get(where))


def adjust_user(final: Object, original: Object, proxy_config: Mapping[str, Any]) -> None:
    """Let the redirection of traffic know the user that the sidecar really has."""
    known, status = recorded(original), injected_names(original) or {}
    # What an earlier injection set up is no wish of the user's.
    lists = (
        *(known.get(name) for name in _LISTS),
        *(
            original["spec"].get(name)
            for name in _LISTS
            if PROXY_CONTAINER not in status.get(name, ())
        ),
    )
    sidecar: Object = next(
        filter(None, (find(PROXY_CONTAINER, containers) for containers in lists)), {}
    )
    own = sidecar.get("securityContext") or {}
    user, group = own.get("runAsUser"), own.get("runAsGroup")
    initial = final["spec"].get("initContainers")
    container = find(INIT_CONTAINER, initial) or find(VALIDATION_CONTAINER, initial)
    if container is None or (user is None and group is None):
        return
    mode = annotations_of(final).get(INTERCEPTION_MODE)
    is_transparent = "TPROXY" in (mode, proxy_config.get("interceptionMode"))
    injected = find_in_pod(PROXY_CONTAINER, final)
    if is_transparent and user is not None and injected is not None:
        injected.setdefault("securityContext", {})["runAsUser"] = 0
    if not is_transparent and container["name"] == VALIDATION_CONTAINER:
        given = {"runAsUser": user, "runAsGroup": group}
        security = container.setdefault("securityContext", {})
        security.update({key: value for key, value in given.items() if value is not None})
    arguments = container.get("args") or []
    if user and "-u" in arguments[:-1]:
        arguments[arguments.index("-u") + 1] = str(user)
