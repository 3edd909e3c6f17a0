"""How does Prometheus get the application's metrics as well? (applyPrometheusMerge, Istio 1.31)"""

from typing import Any

from meshctl.inject import go_json
from meshctl.inject.containers import (
    PROXY,
    Object,
    annotations_of,
    find_in_pod,
    flag,
    label_name,
)  # fmt: skip
from meshctl.inject.errors import InjectionError
from meshctl.inject.settings import Settings
from meshctl.mesh.injection import SIDECAR_PORTS

_MERGE = "prometheus.istio.io/merge-metrics"
_TARGETS = "prometheus.istio.io/scrape-targets"
_VARIABLE = "ISTIO_PROMETHEUS_ANNOTATIONS"
_NAMES = {
    "prometheus_io_scrape": "scrape",
    "prometheus_io_path": "path",
    "prometheus_io_port": "port",
}
_MAX_PORT = 65535


def merge_metrics(pod: Object, settings: Settings) -> None:
    """Point Prometheus to the agent, which asks the application in its turn."""
    annotations = annotations_of(pod)
    found = scrape_settings(pod)
    merges = flag(annotations.get(_MERGE))
    if merges is None:
        merges = settings.mesh.get("enablePrometheusMerge") is not False
    port = str(settings.status_port)
    if not merges or flag(found.get("scrape")) is False or found.get("port") == port:
        return
    scraped: dict[str, Any] = {name: found.get(name, "") for name in ("scrape", "path", "port")}
    targets = _targets(annotations.get(_TARGETS, ""))
    if targets:
        scraped |= {"path": targets[0]["path"], "port": targets[0]["port"], "targets": targets}
    sidecar = find_in_pod(PROXY, pod)
    if sidecar is not None and any(scraped.values()):
        variable = {"name": _VARIABLE, "value": go_json.dumps(scraped)}
        sidecar.setdefault("env", []).append(variable)
    clear(pod)
    annotations.pop(_TARGETS, None)
    annotations["prometheus.io/port"] = port
    annotations["prometheus.io/path"] = "/stats/prometheus"
    annotations["prometheus.io/scrape"] = "true"


def scrape_settings(pod: Object) -> dict[str, str]:
    """What the pod tells Prometheus, whatever the spelling of the annotations."""
    annotations = annotations_of(pod)
    return {
        _NAMES[label_name(name)]: annotations[name]
        for name in sorted(annotations)
        if label_name(name) in _NAMES
    }


def clear(pod: Object) -> None:
    """Drop what the pod tells Prometheus."""
    annotations = annotations_of(pod)
    for name in [name for name in annotations if label_name(name) in _NAMES]:
        del annotations[name]


def _targets(text: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for part in text.split(","):
        port, _, path = part.strip().partition(":")
        if not port:
            continue
        is_port = port.isdecimal() and 0 < int(port) <= _MAX_PORT
        if not is_port or int(port) in SIDECAR_PORTS:
            raise InjectionError(
                f"annotation {_TARGETS}: {port!r} is no port of the application; "
                "write PORT:/PATH, parted by commas"
            )
        found.append({"port": port, "path": path or "/metrics"})
    return found
