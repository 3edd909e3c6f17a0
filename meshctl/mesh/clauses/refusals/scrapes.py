"""The ports that monitors and annotations of pods lead a Prometheus outside the mesh to, without TLS.

Both are objects of the Prometheus operator (monitoring.coreos.com/v1): a ServiceMonitor names ports of
Services, a PodMonitor those of pods, and it asks in plaintext unless `scheme`, `tlsConfig` or a relabeling says
otherwise. The operator runs the pods of a `Prometheus` in its namespace, with its `podMetadata`.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from meshctl.istio.annotation_values import flag
from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.core.selectors import Constraint, LabelSelector
from meshctl.mesh.registry.services import HostPort, RegisteredHost
from meshctl.mesh.workloads.membership import Membership, is_gateway
from meshctl.mesh.workloads.prometheus_merge import (
    ScrapeTarget,
    merges_metrics,
    scrape_key,
    scrape_settings,
)
from meshctl.mesh.workloads.service_roles import PROXY_PORTS
from meshctl.resources import MadeWorkload, Ref, Resource, Service, View, Workload
from meshctl.resources.cached_property import cached_property
from meshctl.resources.view import views

_OPERATED = frozenset({"Prometheus", "PrometheusAgent"})
_SCHEME = "prometheus.io/scheme"
_REWRITTEN = frozenset({"__address__", "__scheme__"})


class ScrapedService(NamedTuple):
    """A port of a Service, and the place that names it."""

    place: Ref
    host: RegisteredHost
    port: HostPort


class ScrapedPod(NamedTuple):
    """A port of a pod, and the place that names it."""

    place: Ref
    port: int
    workload: Workload


class Scrapes:
    """Answers for ServiceMonitors and PodMonitors; nothing where a Prometheus may be in the mesh."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._picked: dict[
            tuple[str | None, frozenset[tuple[str, Constraint]]], Sequence[Workload]
        ] = {}

    def of_services(self, monitor: Resource) -> Iterator[ScrapedService]:
        """Walk the ports of Services that a ServiceMonitor selects."""
        plain = self._plain(monitor, "endpoints")
        selector = LabelSelector(monitor.spec.child("selector"))
        spaces = monitor.spec.child("namespaceSelector")
        homes = spaces.texts("matchNames") or (monitor.namespace,)
        for service in self._with_labels(selector) if plain else ():
            is_there = spaces.flag("any") or service.namespace in homes
            if is_there and selector.matches(service.labels):
                yield from self._ports_of(service, plain)

    def _with_labels(self, selector: LabelSelector) -> Iterator[Service]:
        """Walk the Services with the rarest of the labels that a selector needs."""
        needed = (
            [self._by_label.get((key, value), ()) for value in values]
            for key, constraint in selector.constraints.items()
            if (values := constraint.needed()) is not None
        )
        rarest = min(needed, key=lambda several: sum(map(len, several)), default=[])
        return chain.from_iterable(rarest)

    def _ports_of(self, service: Service, plain: Sequence[View]) -> Iterator[ScrapedService]:
        for host in self._parts.registry.of(service):
            for view in plain:
                for port in host.ports:
                    if port.name and port.name == view.text("port"):
                        yield ScrapedService(view.at("port"), host, port)

    def of_pods(self, monitor: Resource) -> Iterator[ScrapedPod]:
        """Walk the ports of pods that a PodMonitor selects, the pods by name."""
        for view in self._plain(monitor, "podMetricsEndpoints"):
            key = next((key for key in ("portNumber", "port", "targetPort") if view.has(key)), "")
            number, name = view.number(key), view.text(key)
            for workload in self._selected(monitor) if key else ():
                port = number or workload.named_ports.get(name)
                if port and port not in PROXY_PORTS and not is_gateway(workload):
                    yield ScrapedPod(view.at(key), port, workload)

    def of_annotations(self, workload: Workload) -> Iterator[ScrapedPod]:
        """Give the port that a pod's annotations lead Prometheus to, where the agent doesn't serve it."""
        annotations = workload.pod_annotations
        settings = scrape_settings(annotations)
        port = settings.get("port", "")
        if flag(settings.get("scrape")) is not True or not ScrapeTarget(port, "").is_fine:
            return
        if merges_metrics(annotations, self._parts.config.raw) or is_gateway(workload):
            return
        if annotations.get(_SCHEME, "http") == "http" and self._scrapers_are_outside:
            name = next(name for name in sorted(annotations) if scrape_key(name) == "port")
            place = workload.template.at("metadata", "annotations", name)
            yield ScrapedPod(place, int(port), workload)

    def _selected(self, monitor: Resource) -> Iterator[Workload]:
        """Walk the pods that a PodMonitor selects; those with equal selectors are looked for once."""
        written = monitor.spec.child("selector")
        spaces = monitor.spec.child("namespaceSelector")
        homes: Sequence[str | None] = spaces.texts("matchNames") or (monitor.namespace,)
        selector = LabelSelector(written)
        for home in (None,) if spaces.flag("any") else homes:
            key = home, frozenset(selector.constraints.items())
            if key not in self._picked:
                found = self._parts.workloads.find(written.labels_of("matchLabels"), home)
                picked = (workload for workload in found if selector.matches(workload.pod_labels))
                self._picked[key] = sorted(picked, key=lambda workload: workload.key_name)
            yield from self._picked[key]

    def _plain(self, monitor: Resource, key: str) -> Sequence[View]:
        """Find the endpoints that are asked without TLS by a Prometheus outside the mesh."""
        endpoints = views(monitor.spec, key, View) if self._scrapers_are_outside else ()
        return [
            endpoint
            for endpoint in endpoints
            if endpoint.text("scheme").lower() in {"", "http"}
            and not endpoint.has("tlsConfig")
            and not any(
                rule.text("targetLabel") in _REWRITTEN
                for rule in views(endpoint, "relabelings", View)
            )
        ]

    @cached_property
    def _by_label(self) -> dict[tuple[str, str], list[Service]]:
        found: dict[tuple[str, str], list[Service]] = {}
        for service in self._parts.of(Service):
            for pair in service.labels.items():
                found.setdefault(pair, []).append(service)
        return found

    @cached_property
    def _scrapers_are_outside(self) -> bool:
        """Is there a Prometheus in the whole mesh, and none that may have a sidecar?"""
        found = [
            workload
            for workload in self._parts.workloads
            if any("/prometheus:" in container.text("image") for container in workload.containers)
        ]
        found += [
            _pods_of(resource)
            for resource in self._parts.of(Resource)
            if resource.kind in _OPERATED
        ]
        membership = self._parts.workloads.membership
        return (
            bool(found)
            and self._parts.is_whole
            and all(membership(workload) is Membership.NONE for workload in found)
        )


def _pods_of(prometheus: Resource) -> Workload:
    """The pods that the operator runs for a Prometheus."""
    data = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {
            "name": f"prometheus-{prometheus.name}",
            "namespace": prometheus.namespace,
        },
        "spec": {"template": {"metadata": prometheus.spec.data.get("podMetadata"), "spec": {}}},
    }
    return MadeWorkload(prometheus, data, {})
