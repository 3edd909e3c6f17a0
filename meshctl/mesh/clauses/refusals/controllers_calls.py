"""The Services that controllers outside the mesh call in plaintext, as objects of theirs say.

KEDA asks the servers of its triggers, Argo Rollouts those of the metrics of an analysis, Flagger those of its
MetricTemplates and the webhooks of a Canary, and the operator of Grafana its data sources. Which pods run a controller, their
image tells; one that may have a sidecar sends mutual TLS.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.registry.services import HostPort, RegisteredHost
from meshctl.mesh.workloads.container_args import WrittenUrl, addresses, urls
from meshctl.mesh.workloads.membership import Membership
from meshctl.resources import Ref, Resource, Service

_Path = tuple[str, ...]
_PLAIN = frozenset({"", "http", "redis", "amqp", "postgres", "postgresql", "mysql", "mongodb"})
_SERVERS = frozenset({"address", "addresses", "bootstrapServers"})
"""Keys of KEDA's triggers whose values are no URLs."""
_ANALYSIS: tuple[_Path, ...] = (("spec", "metrics"),)
_TRIGGERS: tuple[_Path, ...] = (("spec", "triggers"),)


class _Controller(NamedTuple):
    """Who reads a kind, the names of its images, and where addresses stand."""

    name: str
    images: tuple[str, ...]
    paths: tuple[_Path, ...]


_READERS = {
    "ScaledObject": _Controller("KEDA", ("keda", "keda-operator"), _TRIGGERS),
    "ScaledJob": _Controller("KEDA", ("keda", "keda-operator"), _TRIGGERS),
    "AnalysisTemplate": _Controller("Argo Rollouts", ("argo-rollouts",), _ANALYSIS),
    "ClusterAnalysisTemplate": _Controller("Argo Rollouts", ("argo-rollouts",), _ANALYSIS),
    "MetricTemplate": _Controller("Flagger", ("flagger",), (("spec", "provider"),)),
    "Canary": _Controller("Flagger", ("flagger",), (("spec", "analysis", "webhooks"),)),
    "GrafanaDatasource": _Controller(
        "Grafana", ("grafana", "grafana-oss", "grafana-enterprise"), (("spec", "datasource"),)
    ),
}


class ControllersCall(NamedTuple):
    """A port of a Service that a controller calls, and the place that names it."""

    who: str
    host: RegisteredHost
    port: HostPort
    place: Ref


class ControllersCalls:
    """Answers for the objects of controllers; nothing where the controller may be in the mesh."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._outside: dict[tuple[str, ...], bool] = {}

    def of(self, resource: Resource) -> Iterator[ControllersCall]:
        """Walk the Services that a controller calls because of an object."""
        reader = _READERS.get(resource.kind)
        if reader is None or not self._is_outside(reader.images):
            return
        for path in reader.paths:
            for url in _urls(resource, path):
                call = self._called(reader.name, url, resource.namespace)
                if call is not None:
                    yield call

    def _called(self, who: str, url: WrittenUrl, namespace: str) -> ControllersCall | None:
        """Find what a URL names, for a client that may be in any other namespace."""
        registry = self._parts.registry
        for host in registry.at(registry.unshortened(url.host, namespace)):
            port = host.port(url.port) if url.port is not None else None
            if url.scheme in _PLAIN and port is not None and isinstance(host.source, Service):
                return ControllersCall(who, host, port, url.place)
        return None

    def _is_outside(self, images: tuple[str, ...]) -> bool:
        """Are there pods of the images in the whole mesh, and none that may have a proxy?"""
        if images not in self._outside:
            membership = self._parts.workloads.membership
            found = [
                workload
                for workload in self._parts.workloads
                for container in workload.containers
                if container.image_name in images
            ]
            outside = all(membership(workload) is Membership.NONE for workload in found)
            self._outside[images] = self._parts.is_whole and bool(found) and outside
        return self._outside[images]


def _urls(resource: Resource, path: _Path) -> Iterator[WrittenUrl]:
    found: Any = resource.data
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    yield from _in(resource, found, path)


def _in(resource: Resource, found: Any, path: tuple[str | int, ...]) -> Iterator[WrittenUrl]:
    """Walk the addresses in lists and mappings, a few levels deep."""
    if isinstance(found, str):
        reader = addresses if path[-1] in _SERVERS and "://" not in found else urls
        yield from reader(found, Ref(resource, path))
    elif isinstance(found, Mapping) and len(path) < 8:  # noqa: PLR2004 - deeper than any of them
        for key, value in found.items():
            yield from _in(resource, value, (*path, str(key)))
    elif isinstance(found, list):
        for number, value in enumerate(found):
            yield from _in(resource, value, (*path, number))
