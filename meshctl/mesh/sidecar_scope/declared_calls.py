"""The Services that workloads call, as their own settings declare.

URLs in commands, environment variables and the ConfigMaps that the pods read; a name that the
input doesn't declare as a Service says nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from meshctl.mesh.core.export_to import is_visible_to
from meshctl.mesh.registry.services import RegisteredHost, Registry
from meshctl.mesh.workloads.container_args import (
    WrittenUrl,
    addresses,
    names_host,
    urls,
    variables,
    words,
)
from meshctl.resources import ConfigMap, Container, Ref, Service, View, Workload
from meshctl.resources.cached_property import cached_property
from meshctl.resources.view import views

_TLS_SCHEMES = frozenset({"https", "wss", "grpcs", "rediss", "amqps", "ldaps", "ssl", "tls"})


class DeclaredCall(NamedTuple):
    """A Service that a workload calls, and the place that names it."""

    host: RegisteredHost
    port: int | None
    place: Ref
    scheme: str = ""

    @property
    def speaks_tls(self) -> bool:
        """Does the application itself send TLS, as the scheme says?"""
        return self.scheme in _TLS_SCHEMES


class DeclaredCalls:
    """Calls by workload."""

    def __init__(self, config_maps: Sequence[ConfigMap], registry: Registry) -> None:
        self._config_map_objects = config_maps
        self._registry = registry
        self._read: dict[ConfigMap, Sequence[WrittenUrl]] = {}

    def of(self, workload: Workload) -> Iterator[DeclaredCall]:
        """Walk the Services that a workload's settings name, each port of them once."""
        seen = set()
        for url in self.urls_of(workload):
            host = self.service(url.host, workload.namespace)
            if host is not None and (host, url.port) not in seen:
                seen.add((host, url.port))
                yield DeclaredCall(host, url.port, url.place, url.scheme)

    def service(self, written: str, namespace: str) -> RegisteredHost | None:
        """Find the Service that a workload of a namespace means by a name."""
        host = self._registry.unshortened(written, namespace)
        for one in self._registry.at(host):
            if isinstance(one.source, Service) and is_visible_to(one.visible, namespace):
                return one
        return None

    def named_by(self, workload: Workload) -> Iterator[DeclaredCall]:
        """Walk every host that settings may mean, each port once: more than ``of``, less sure.

        Also ``host:port`` without a scheme, variables such as ``DB_HOST``, and the hosts of
        ServiceEntries. What nothing declares says nothing here, too.
        """
        seen = set()
        for url in (*self.urls_of(workload), *self._addresses_of(workload)):
            full = self._registry.unshortened(url.host, workload.namespace)
            host = self._registry.find(full, workload.namespace)
            if host is not None and (host, url.port) not in seen:
                seen.add((host, url.port))
                yield DeclaredCall(host, url.port, url.place, url.scheme)

    def _addresses_of(self, workload: Workload) -> Iterator[WrittenUrl]:
        for container in (*workload.containers, *workload.init_containers):
            for text, place in words(container):
                yield from addresses(text, place)
            for name, value, place in variables(container):
                yield from addresses(value, place)
                if names_host(name, value):
                    yield WrittenUrl(value.rstrip(".").lower(), None, place)
        for config_map in self.config_maps(workload):
            for key, text in config_map.values.items():
                yield from addresses(text, config_map.at("data", key))
                if names_host(key, text):
                    yield WrittenUrl(text.rstrip(".").lower(), None, config_map.at("data", key))

    def urls_of(self, workload: Workload) -> Iterator[WrittenUrl]:
        """Walk the URLs in a workload's settings, whatever they name."""
        for container in (*workload.containers, *workload.init_containers):
            for text, place in words(container):
                yield from urls(text, place)
            for _, value, place in variables(container):
                yield from urls(value, place)
        for config_map in self.config_maps(workload):
            yield from self._urls_in(config_map)

    def _urls_in(self, config_map: ConfigMap) -> Sequence[WrittenUrl]:
        """Read a ConfigMap once, since many workloads may mount it."""
        known = self._read.get(config_map)
        if known is None:
            values = config_map.values.items()
            known = [url for key, text in values for url in urls(text, config_map.at("data", key))]
            self._read[config_map] = known
        return known

    def config_maps(self, workload: Workload) -> Iterator[ConfigMap]:
        """Walk the ConfigMaps that the pods of a workload read."""
        names = dict.fromkeys(_config_map_names(workload))
        for name in names:
            found = self._by_name.get((workload.namespace, name))
            if found is not None:
                yield found

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], ConfigMap]:
        return {(one.namespace, one.name): one for one in self._config_map_objects}


def _config_map_names(workload: Workload) -> Iterator[str]:
    for volume in views(workload.pod_spec, "volumes", View):
        yield volume.child("configMap").text("name")
    for container in (*workload.containers, *workload.init_containers):
        yield from _named_by(container)


def _named_by(container: Container) -> Iterator[str]:
    for source in views(container, "envFrom", View):
        yield source.child("configMapRef").text("name")
    for entry in views(container, "env", View):
        yield entry.child("valueFrom", "configMapKeyRef").text("name")
