"""The Services that workloads call, as their own settings declare.

URLs, ``host:port`` and variables such as ``DB_HOST`` in commands, environment variables and the
ConfigMaps that the pods read; a name that the input doesn't declare as a Service says nothing.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from meshctl.istio.labels import APP_NAME
from meshctl.istio.names import PROXY_CONTAINER
from meshctl.mesh.core.export_to import is_visible_to
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.registry.services import RegisteredHost, Registry
from meshctl.mesh.workloads.container_args import (
    WrittenUrl,
    addresses,
    named_addresses,
    urls,
    variables,
    words,
)
from meshctl.resources import ConfigMap, Container, Ref, Service, View, Workload
from meshctl.resources.cached_property import cached_property
from meshctl.resources.view import views

_ISTIO = "istio-"
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


_Text = Workload | ConfigMap
_Outside = dict[tuple[RegisteredHost, int | None], DeclaredCall]


class DeclaredCalls:
    """Calls by workload."""

    def __init__(
        self, config_maps: Sequence[ConfigMap], workloads: Sequence[Workload], registry: Registry
    ) -> None:
        self._config_map_objects = config_maps
        self._workloads = workloads
        self._registry = registry
        self._found: dict[Workload, Sequence[DeclaredCall]] = {}
        self._outside = IdentityCache(self._outside_in)  # many workloads read the same
        self._kept = IdentityCache(self._kept_in)

    def of(self, workload: Workload) -> Sequence[DeclaredCall]:
        """List the Services that a workload's settings name, each port of them once."""
        known = self._found.get(workload)
        if known is None:
            known = self._found[workload] = tuple(self._calls(workload))
        return known

    def _calls(self, workload: Workload) -> Iterator[DeclaredCall]:
        own = [
            config_map
            for config_map in self.config_maps(workload)
            if config_map not in self._shared
        ]
        written = (*self._urls_of(workload, own), *self._addresses_of(workload, own))
        yield from self._meant(written, workload.namespace)

    def of_init_containers(self, workload: Workload) -> Iterator[DeclaredCall]:
        """Walk the Services that the init containers name which end before the application starts."""
        for container in workload.init_containers:
            is_own = container.name.startswith(_ISTIO)
            if not is_own and container.text("restartPolicy") != "Always":
                written = (*_urls_of_container(container), *_addresses_of_container(container))
                yield from self._meant(written, workload.namespace)

    def _meant(self, written: Iterable[WrittenUrl], namespace: str) -> Iterator[DeclaredCall]:
        seen = set()
        for url in written:
            host = self.service(url.host, namespace)
            if host is None or (host, url.port) in seen:
                continue
            # What is no URL, such as the tag of an image, means a Service by one of its ports.
            if url.scheme or url.port is None or host.port(url.port) is not None:
                seen.add((host, url.port))
                yield DeclaredCall(host, url.port, url.place, url.scheme)

    def service(self, written: str, namespace: str) -> RegisteredHost | None:
        """Find the Service that a workload of a namespace means by a name, or by that of a pod.

        A headless Service gives its pods names below its own, as in ``db-0.db.shop``.
        """
        host = self._registry.unshortened(written, namespace)
        return self._visible(host, namespace) or self._governing(written, namespace)

    def _governing(self, written: str, namespace: str) -> RegisteredHost | None:
        """Find the headless Service below whose name that of a pod is."""
        _, dot, rest = written.partition(".")
        if not dot:
            return None
        found = self._visible(self._registry.unshortened(rest, namespace), namespace)
        return found if found is not None and found.is_headless else None

    def _visible(self, host: str, namespace: str) -> RegisteredHost | None:
        for registered_host in self._registry.at(host):
            if isinstance(registered_host.source, Service) and is_visible_to(
                registered_host.visible, namespace
            ):
                return registered_host
        return None

    def outside(
        self, workload: Workload, kept: Callable[[DeclaredCall], bool]
    ) -> Iterator[DeclaredCall]:
        """Walk the hosts of ServiceEntries that a workload's settings name by URL, each port once.

        Of these those that ``kept`` says, which is asked once about each text that several read.
        """
        before: list[_Outside] = []
        for text in self.texts(workload):
            for key, call in self._kept.of(text, kept):
                if not any(key in earlier for earlier in before):
                    yield call
            before.append(self._outside.of(text))

    def outside_once(self, workload: Workload, asked: set[object]) -> Iterator[DeclaredCall]:
        """Walk them but for those of ConfigMaps among what was asked before, to which it adds."""
        for text in self.texts(workload):
            if text not in asked:
                asked.add(text)
                yield from self.outside_in(text)

    def outside_in(self, text: _Text) -> Collection[DeclaredCall]:
        """The hosts of ServiceEntries that the containers of a workload, or a ConfigMap, name by URL."""
        return self._outside.of(text).values()

    def texts(self, workload: Workload) -> Iterator[_Text]:
        """Walk what the pods of a workload read: what it says itself, and its ConfigMaps."""
        yield workload
        yield from self.config_maps(workload)

    def _outside_in(self, text: _Text) -> _Outside:
        """Find the hosts of ServiceEntries that one text names, by host and port."""
        found: _Outside = {}
        for url in urls_in(text):
            host = self._registry.find(url.host, text.namespace) if "." in url.host else None
            if host is None or isinstance(host.source, Service):
                continue
            if url.port is None or host.port(url.port) is not None:
                call = DeclaredCall(host, url.port, url.place, url.scheme)
                found.setdefault((host, url.port), call)
        return found

    def _kept_in(
        self, text: _Text, kept: Callable[[DeclaredCall], bool]
    ) -> Sequence[tuple[tuple[RegisteredHost, int | None], DeclaredCall]]:
        return [(key, call) for key, call in self._outside.of(text).items() if kept(call)]

    def named_by(self, workload: Workload) -> Iterator[DeclaredCall]:
        """Walk every host that settings may mean, each port once: more than ``of``, less sure.

        Also other ports of Services, and the hosts of ServiceEntries. What nothing declares says
        nothing here, too.
        """
        seen = set()
        read = list(self.config_maps(workload))
        for url in (*self._urls_of(workload, read), *self._addresses_of(workload, read)):
            full = self._registry.unshortened(url.host, workload.namespace)
            host = self._registry.find(full, workload.namespace)
            host = host or self._governing(url.host, workload.namespace)
            if host is not None and (host, url.port) not in seen:
                seen.add((host, url.port))
                yield DeclaredCall(host, url.port, url.place, url.scheme)

    def _addresses_of(
        self, workload: Workload, config_maps: Iterable[ConfigMap]
    ) -> Iterator[WrittenUrl]:
        texts: tuple[_Text, ...] = (workload, *config_maps)
        for text in texts:
            yield from addresses_in(text)

    def urls_of(self, workload: Workload) -> Iterator[WrittenUrl]:
        """Walk the URLs in a workload's settings, whatever they name."""
        yield from self._urls_of(workload, self.config_maps(workload))

    def _urls_of(
        self, workload: Workload, config_maps: Iterable[ConfigMap]
    ) -> Iterator[WrittenUrl]:
        texts: tuple[_Text, ...] = (workload, *config_maps)
        for text in texts:
            yield from urls_in(text)

    def config_maps(self, workload: Workload) -> Iterator[ConfigMap]:
        """Walk the ConfigMaps that the pods of a workload read."""
        for name in workload.once(_config_map_names):
            found = self._by_name.get((workload.namespace, name))
            if found is not None:
                yield found

    @cached_property
    def _shared(self) -> frozenset[ConfigMap]:
        """The ConfigMaps that several applications read: what is at hand, and not who calls what."""
        readers: dict[ConfigMap, set[str]] = {}
        for workload in self._workloads:
            for config_map in self.config_maps(workload):
                readers.setdefault(config_map, set()).add(_application(workload))
        return frozenset(one for one, names in readers.items() if len(names) > 1)

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], ConfigMap]:
        return {
            (config_map.namespace, config_map.name): config_map
            for config_map in self._config_map_objects
        }


def urls_in(text: Workload | ConfigMap) -> Sequence[WrittenUrl]:
    """List the URLs that the containers of a workload are given, or those in a ConfigMap."""
    return text.once(_urls_in_config_map if isinstance(text, ConfigMap) else _urls_in)


def addresses_in(text: Workload | ConfigMap) -> Sequence[WrittenUrl]:
    """List what is written there as ``host:port``, or as a host by its variable's name."""
    return text.once(_addresses_in_config_map if isinstance(text, ConfigMap) else _addresses_in)


def _application(workload: Workload) -> str:
    """Name what versions of one application have in common."""
    labels = workload.pod_labels
    return next((labels[key] for key in ("app", APP_NAME) if labels.get(key)), workload.name)


def _applications_containers(workload: Workload) -> Iterator[Container]:
    """Walk the containers that aren't the proxy, whose settings name no calls of the application."""
    for container in (*workload.containers, *workload.init_containers):
        if container.name != PROXY_CONTAINER:
            yield container


def _urls_in(workload: Workload) -> tuple[WrittenUrl, ...]:
    """List the URLs that the containers of a workload are given."""
    containers = _applications_containers(workload)
    return tuple(url for container in containers for url in _urls_of_container(container))


def _urls_of_container(container: Container) -> Iterator[WrittenUrl]:
    for text, place in words(container):
        yield from urls(text, place)
    for _, value, place in variables(container):
        yield from urls(value, place)


def _addresses_in(workload: Workload) -> tuple[WrittenUrl, ...]:
    """List the addresses that the containers of a workload are given."""
    containers = _applications_containers(workload)
    return tuple(url for container in containers for url in _addresses_of_container(container))


def _addresses_of_container(container: Container) -> Iterator[WrittenUrl]:
    for text, place in words(container):
        yield from addresses(text, place)
    yield from named_addresses(list(variables(container)))


def _urls_in_config_map(config_map: ConfigMap) -> tuple[WrittenUrl, ...]:
    values = config_map.values.items()
    return tuple(url for key, text in values for url in urls(text, config_map.at("data", key)))


def _addresses_in_config_map(config_map: ConfigMap) -> tuple[WrittenUrl, ...]:
    values = config_map.values.items()
    written = [(key, text, config_map.at("data", key)) for key, text in values]
    return tuple(named_addresses(written))


def _config_map_names(workload: Workload) -> tuple[str, ...]:
    """Name the ConfigMaps that the pods of a workload read, each once."""
    found = [
        volume.child("configMap").text("name")
        for volume in views(workload.pod_spec, "volumes", View)
    ]
    for container in (*workload.containers, *workload.init_containers):
        found += _named_by(container)
    return tuple(dict.fromkeys(found))


def _named_by(container: Container) -> Iterator[str]:
    for source in views(container, "envFrom", View):
        yield source.child("configMapRef").text("name")
    for entry in views(container, "env", View):
        yield entry.child("valueFrom", "configMapKeyRef").text("name")
