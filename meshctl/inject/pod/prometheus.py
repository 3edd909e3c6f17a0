"""Merges the application's metrics into the sidecar's (applyPrometheusMerge, Istio 1.31)."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from meshctl.inject.errors import Path, annotation_error
from meshctl.inject.go_types import go_json
from meshctl.inject.pod.containers import Object, annotations_of, find_in_pod  # fmt: skip
from meshctl.inject.settings.injector_config import InjectionSettings
from meshctl.istio.names import PROXY_CONTAINER
from meshctl.mesh.workloads.prometheus_merge import (
    TARGETS,
    merges_metrics,
    scrape_key,
    targets,
    wrong_port,
)
from meshctl.mesh.workloads.prometheus_merge import scrape_settings as settings_of
from meshctl.words import quoted

_VARIABLE = "ISTIO_PROMETHEUS_ANNOTATIONS"
_AGENT_PATH = "/stats/prometheus"
_SECURE_PORT = "prometheus.istio.io/secure-port"
_SECURE_VARIABLE = "ENVOY_SECURE_MERGED_METRICS_PORT"


def merge_metrics(pod: Object, settings: InjectionSettings) -> None:
    """Point Prometheus to the agent, which asks the application in its turn."""
    annotations = annotations_of(pod)
    found = scrape_settings(pod)
    port = str(settings.status_port)
    if not merges_metrics(annotations, settings.mesh, port):
        return
    scraped: dict[str, Any] = {name: found.get(name, "") for name in ("scrape", "path", "port")}
    _check_ports(annotations, settings)
    asked = [target._asdict() for target in targets(annotations.get(TARGETS, ""))]
    if asked:
        scraped |= {"path": asked[0]["path"], "port": asked[0]["port"], "targets": asked}
    sidecar = find_in_pod(PROXY_CONTAINER, pod)
    if sidecar is not None and any(scraped.values()):
        variable = {"name": _VARIABLE, "value": go_json.dumps(scraped)}
        sidecar.setdefault("env", []).append(variable)
    clear(pod)
    annotations.pop(TARGETS, None)
    annotations["prometheus.io/port"] = port
    annotations["prometheus.io/path"] = _AGENT_PATH
    annotations["prometheus.io/scrape"] = "true"


def tell_secure_port(pod: Object) -> None:
    """Let Prometheus find the port where the sidecar serves merged metrics over mTLS (1.31)."""
    variables = (find_in_pod(PROXY_CONTAINER, pod) or {}).get("env") or []
    port = next(
        (variable.get("value") for variable in variables if variable["name"] == _SECURE_VARIABLE),
        "",
    )
    if port and port != "0":
        annotations_of(pod).setdefault(_SECURE_PORT, port)


def scrape_settings(pod: Object) -> dict[str, str]:
    """What the pod tells Prometheus, whatever the spelling of the annotations."""
    return settings_of(annotations_of(pod))


def clear(pod: Object) -> None:
    """Drop what the pod tells Prometheus."""
    annotations = annotations_of(pod)
    for name in [name for name in annotations if scrape_key(name) is not None]:
        del annotations[name]


def _check_ports(annotations: Mapping[str, str], settings: InjectionSettings) -> None:
    wrong = wrong_port(annotations, str(settings.status_port))
    if wrong is None or (wrong.annotation != TARGETS and not settings.checks_scrape_port):
        return
    hint = "PORT:/PATH, parted by commas" if wrong.annotation == TARGETS else "a port of its own"
    raise annotation_error(
        wrong.annotation,
        f"names {quoted(wrong.port)}, which is no port of the application; write {hint}",
    )


def restore(pod: Object, environment: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    """Undo the merging of metrics by what the sidecar knows of it; tells what may be lost."""
    if annotations_of(pod).get(_SECURE_PORT) == environment.get(_SECURE_VARIABLE, ""):
        del annotations_of(pod)[_SECURE_PORT]
    if scrape_settings(pod).get("path") != _AGENT_PATH:
        return
    clear(pod)
    try:
        known = json.loads(environment.get(_VARIABLE) or "{}")
    except (ValueError, RecursionError):
        known = {}
    if not isinstance(known, dict):
        return
    annotations = annotations_of(pod)
    targets = known.get("targets")
    if isinstance(targets, list) and targets:
        texts = [
            f"{target.get('port')}:{target.get('path')}"
            for target in targets
            if isinstance(target, dict)
        ]
        annotations[TARGETS] = ",".join(texts)
        message = "prometheus.io/port and path beside scrape-targets are nowhere; check them"
        yield message, ("metadata", "annotations", "prometheus.io/port")
        known = {"scrape": known.get("scrape")}
    for name in ("scrape", "path", "port"):
        if known.get(name):
            annotations[f"prometheus.io/{name}"] = str(known[name])
