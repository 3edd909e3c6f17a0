"""Rewrites probes to reach the application behind mTLS (pkg/kube/inject/app_probe.go, 1.31)."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from meshctl.inject.errors import Path
from meshctl.inject.go_types import go_json
from meshctl.inject.go_types.kubernetes_types import read
from meshctl.inject.pod.containers import Object, annotations_of, find_in_pod  # fmt: skip
from meshctl.inject.settings.injector_config import InjectionSettings
from meshctl.istio.annotation_names import REWRITE_PROBES, SIDECAR_STATUS, STATUS_PORT
from meshctl.istio.annotation_values import flag
from meshctl.istio.names import PROXY_CONTAINER
from meshctl.plain_objects import read_json
from meshctl.words import whole_number

PROBERS = "ISTIO_KUBE_APP_PROBERS"
"""The variable by which the agent knows the original probes."""
_PROBES = (("readinessProbe", "readyz"), ("livenessProbe", "livez"), ("startupProbe", "startupz"))
_HOOKS = (("preStop", "prestopz"), ("postStart", "poststartz"))
_TYPES = {"httpGet": "HTTPGetAction", "tcpSocket": "TCPSocketAction", "grpc": "GRPCAction"}
_ACTIONS = tuple(_TYPES)


def rewrite_probes(pod: Object, settings: InjectionSettings) -> None:
    """Send the probes of the containers to the agent, which sends them on."""
    sidecar = find_in_pod(PROXY_CONTAINER, pod)
    asked = flag(annotations_of(pod).get(REWRITE_PROBES))
    if sidecar is None or not (settings.rewrites_probes if asked is None else asked):
        return
    port = _status_port(pod, settings)
    if port < 0:
        return
    found: dict[str, Any] = {}
    for path, handler, timeout in _handlers(pod):
        if _resolve_port(path, handler, pod, settings.status_port):
            prober = {name: handler[name] for name in _ACTIONS if name in handler}
            found[path] = prober | ({"timeoutSeconds": timeout} if timeout else {})
    if found:
        _set_probers(pod, sidecar, json.loads(json.dumps(found)))
    for path, handler, _ in _handlers(pod):
        _redirect(path, handler, port)


def _handlers(pod: Object) -> Iterator[tuple[str, Object, int]]:
    """Walk what the kubelet calls: where the agent takes it, the handler, its timeout."""
    spec = pod["spec"]
    for container in [*(spec.get("containers") or []), *(spec.get("initContainers") or [])]:
        if container["name"] == PROXY_CONTAINER:
            continue
        for field, word in _PROBES:
            probe = container.get(field)
            if probe and any(action in probe for action in _ACTIONS):
                path = f"/app-health/{container['name']}/{word}"
                yield path, probe, probe.get("timeoutSeconds", 0)
        for field, word in _HOOKS:
            hook = (container.get("lifecycle") or {}).get(field)
            if hook and any(action in hook for action in _ACTIONS[:2]):
                yield f"/app-lifecycle/{container['name']}/{word}", hook, 0


def _resolve_port(path: str, handler: Object, pod: Object, agent: int) -> bool:
    """Turn a port's name into its number; tells whether it is one of the application's."""
    container = find_in_pod(path.split("/")[2], pod) or {}
    numbers = {port.get("name"): port.get("containerPort") for port in container.get("ports") or []}
    for action in ("httpGet", "tcpSocket"):
        port = handler.get(action, {}).get("port")
        if isinstance(port, str):
            if port not in numbers:
                return False
            handler[action]["port"] = numbers[port]
        elif port == agent:
            return False  # an earlier injection sends it there
    return True


def _status_port(pod: Object, settings: InjectionSettings) -> int:
    text = annotations_of(pod).get(STATUS_PORT)
    if text is None:
        return settings.status_port
    return whole_number(text.strip()) or 0


def _set_probers(pod: Object, sidecar: Object, found: dict[str, Any]) -> None:
    environment = sidecar.setdefault("env", [])
    if SIDECAR_STATUS in annotations_of(pod):
        for variable in environment:
            if variable["name"] == PROBERS:
                try:
                    found |= read_json(variable.get("value", ""))
                except (ValueError, TypeError):
                    return
                variable.pop("valueFrom", None)
                variable["value"] = _text(found)
                return
    environment.append({"name": PROBERS, "value": _text(found)})


def _text(found: dict[str, Any]) -> str:
    return go_json.dumps({path: found[path] for path in sorted(found)})


def _redirect(path: str, handler: Object, port: int) -> None:
    http: Object = {"path": path, "port": port}
    for action in _ACTIONS:
        old = handler.pop(action, None)
        if old is not None and action == "httpGet":
            scheme = "HTTP" if old.get("scheme") == "HTTPS" else old.get("scheme")
            http = {**old, **http} | ({"scheme": scheme} if scheme else {})
    handler["httpGet"] = http


def restore_probes(pod: Object, environment: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    """Undo the rewriting of probes by what the sidecar knows of them; tells what is lost."""
    try:
        known = read_json(environment.get(PROBERS) or "{}")
    except ValueError:
        known = {}
    for path, handler, _ in _handlers(pod):
        if handler.get("httpGet", {}).get("path") != path:
            continue
        prober = known.get(path) if isinstance(known, dict) else None
        if not isinstance(prober, dict):
            yield f"the original of {path} is nowhere; write that probe again", ("spec",)
            continue
        container = find_in_pod(path.split("/")[2], pod) or {}
        del handler["httpGet"]
        for action in _ACTIONS:
            if action in prober:
                found = read(_TYPES[action], prober[action])
                handler[action] = {key: item for key, item in found.items() if item is not None}
                if action != "grpc":
                    _restore_port(handler[action], container)


def _restore_port(action: Object, container: Object) -> None:
    """Give a port its name again, which is how most manifests refer to ports that have one."""
    names = [port.get("name") for port in container.get("ports") or []
             if port.get("containerPort") == action.get("port")]  # fmt: skip
    if len(names) == 1 and names[0]:
        action["port"] = names[0]
