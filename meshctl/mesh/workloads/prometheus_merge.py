"""The application metrics that the sidecar's agent collects, and from where.

Mirrors applyPrometheusMerge (pkg/kube/inject/webhook.go, Istio 1.31), which reads the annotations
in any spelling that Prometheus takes for the same.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from meshctl.istio.annotation_names import MERGE_METRICS
from meshctl.istio.annotation_values import flag
from meshctl.mesh.workloads.membership import SIDECAR_PORTS
from meshctl.resources import Workload

TARGETS = "prometheus.istio.io/scrape-targets"
AGENT_PORT = "15020"
_NAMES = {
    "prometheus_io_scrape": "scrape",
    "prometheus_io_path": "path",
    "prometheus_io_port": "port",
}
_MAX_PORT = 65535
_NO_LABEL = re.compile(r"[^a-zA-Z0-9_]")


class ScrapeTarget(NamedTuple):
    """One place from which metrics are collected, as it is written."""

    port: str
    path: str

    @property
    def is_fine(self) -> bool:
        """Is the port one that an application can have beside a sidecar?"""
        is_number = self.port.isdecimal() and len(self.port) <= len(str(_MAX_PORT))
        return is_number and 0 < int(self.port) <= _MAX_PORT and int(self.port) not in SIDECAR_PORTS


def targets(text: str) -> Iterator[ScrapeTarget]:
    """Walk the targets of the annotation, which are parted by commas."""
    for part in text.split(","):
        port, _, path = part.strip().partition(":")
        if port:
            yield ScrapeTarget(port, path or "/metrics")


class WrongPort(NamedTuple):
    """A port for which the webhook refuses the pod: the annotation, and what it says."""

    annotation: str
    port: str


def wrong_port(annotations: Mapping[str, str], agent_port: str = AGENT_PORT) -> WrongPort | None:
    """Name the first port of the annotations that the agent can't collect metrics from.

    Targets take the place of ``prometheus.io/port``, which counts from Istio 1.31 on.
    """
    text = annotations.get(TARGETS, "")
    if any(targets(text)):
        named = [(TARGETS, target) for target in targets(text)]
    else:
        names = [name for name in sorted(annotations) if scrape_key(name) == "port"]
        named = [(name, ScrapeTarget(annotations[name], "")) for name in names if annotations[name]]
    for name, target in named:
        if not target.is_fine or int(target.port) == int(agent_port):
            return WrongPort(name, target.port)
    return None


def scrape_key(name: str) -> str | None:
    """Say which setting an annotation is for Prometheus: ``scrape``, ``path`` or ``port``."""
    return _NAMES.get(_NO_LABEL.sub("_", name))


def scrape_settings(annotations: Mapping[str, str]) -> dict[str, str]:
    """What a pod tells Prometheus, whatever the spelling of the annotations."""
    found = ((scrape_key(name), annotations[name]) for name in sorted(annotations))
    return {key: value for key, value in found if key is not None}


def merges_metrics(
    annotations: Mapping[str, str], mesh_config: Mapping[str, Any], agent_port: str = AGENT_PORT
) -> bool:
    """Does the agent collect the metrics of a pod with these annotations?"""
    merges = flag(annotations.get(MERGE_METRICS))
    if merges is None:
        merges = mesh_config.get("enablePrometheusMerge") is not False
    found = scrape_settings(annotations)
    return merges and flag(found.get("scrape")) is not False and found.get("port") != agent_port


def merged_metrics_port(
    workload: Workload, mesh_config: Mapping[str, Any]
) -> tuple[int, int] | None:
    """The port that a pod names for its metrics, and that of the agent to which Prometheus is sent instead."""
    found = scrape_settings(workload.pod_annotations)
    port = found.get("port", "")
    if flag(found.get("scrape")) is not True or not ScrapeTarget(port, "").is_fine:
        return None
    merges = merges_metrics(workload.pod_annotations, mesh_config)
    return (int(port), int(AGENT_PORT)) if merges else None
