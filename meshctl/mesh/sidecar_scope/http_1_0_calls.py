"""Finds the calls in HTTP/1.0 that pods make, as their ConfigMaps and commands declare.

nginx sends HTTP/1.0 to proxied servers unless `proxy_http_version` says otherwise; since 1.29.7 it
sends HTTP/1.1. Envoy answers HTTP/1.0 with `426 Upgrade Required` where `accept_http_10` is off, as
it is in Istio without PILOT_HTTP10 or ISTIO_META_HTTP10 (pilot/pkg/networking/core/listener.go).
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.registry.services import HostPort, RegisteredHost
from meshctl.mesh.sidecar_scope.declared_calls import DeclaredCalls
from meshctl.mesh.sidecar_scope.haproxy_text import CheckedServer, checked_servers
from meshctl.mesh.sidecar_scope.http_1_0_commands import old_requests
from meshctl.mesh.workloads.membership import Membership
from meshctl.mesh.workloads.nginx_text import ProxiedServer, proxied_servers
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import ConfigMap, EnvoyFilter, Ref, Workload
from meshctl.resources.cached_property import cached_property

_SINCE = (1, 29, 7)
_TAG = re.compile(r"nginx[^:]*:v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?")
_VERSION = "proxy_http_version"
_SWITCH = "ISTIO_META_HTTP10"
_ON = frozenset({"1", "true"})


class Http10Call(NamedTuple):
    """A call in HTTP/1.0; ``is_sure`` where the version of nginx is known to make it so."""

    caller: Workload
    host: RegisteredHost
    port: HostPort
    place: Ref
    is_sure: bool
    proxy: Workload
    """The workload whose sidecar answers with 426."""
    is_check: bool = False
    """Is it a health check, so that the server counts as down?"""


class Http10Calls:
    """Calls by the object that declares them."""

    def __init__(self, inventory: Inventory, calls: DeclaredCalls, workloads: Workloads) -> None:
        self._inventory = inventory
        self._calls = calls
        self._workloads = workloads

    def of(self, config_map: ConfigMap) -> Sequence[Http10Call]:
        """The calls that a ConfigMap declares, those of one reader for all readers that are alike."""
        return self._by_config_map.get(config_map, ())

    def by_commands(self, workload: Workload) -> Iterator[Http10Call]:
        """Walk the calls of a workload's commands, each Service once."""
        if self._is_accepted_everywhere or workload not in self._workloads:
            return
        told = set()
        for container in (*workload.containers, *workload.init_containers):
            for url in old_requests(container):
                server = ProxiedServer(url.host, url.port or 0, "1.0")
                for call in self._call(workload, server, url.place):
                    if call.host not in told:
                        told.add(call.host)
                        yield call._replace(is_sure=True)

    @cached_property
    def _by_config_map(self) -> dict[ConfigMap, list[Http10Call]]:
        found: dict[ConfigMap, list[Http10Call]] = {}
        for config_map, workload, is_versioned in self._readers():
            calls = [*self._checks(workload, config_map)]
            for key, text in config_map.values.items():
                if is_versioned and _VERSION not in text:
                    continue  # what is included around it may say the version
                calls += self._of(workload, config_map, key)
            if calls:
                found.setdefault(config_map, []).extend(calls)
        return found

    def _readers(self) -> Iterator[tuple[ConfigMap, Workload, bool]]:
        """Walk ConfigMaps with the workloads that read them, of those that are alike the first.

        Last comes whether any ConfigMap of the workload says the version of HTTP.
        """
        known: set[object] = set()
        for workload in self._workloads if not self._is_accepted_everywhere else ():
            maps = [one for one in self._calls.config_maps(workload) if one.once(_speaks)]
            if not maps:
                continue
            is_versioned = any(one.once(_says_version) for one in self._calls.config_maps(workload))
            has_sidecar = self._workloads.membership(workload) is Membership.SIDECAR
            alike = is_versioned, has_sidecar, _is_accepted(workload), _nginx(workload)
            for config_map in maps:
                if (config_map, alike) not in known:
                    known.add((config_map, alike))
                    yield config_map, workload, is_versioned

    def _checks(self, workload: Workload, config_map: ConfigMap) -> Iterator[Http10Call]:
        """Walk the health checks of HAProxy."""
        for key, checked in config_map.once(_checked).items():
            for checked_server in checked:
                server = ProxiedServer(checked_server.host, checked_server.port, "1.0")
                for call in self._call(workload, server, config_map.at("data", key)):
                    yield call._replace(is_sure=True, is_check=True)

    def _of(self, workload: Workload, config_map: ConfigMap, key: str) -> Iterator[Http10Call]:
        newest = _nginx(workload)
        if newest is not None and newest >= _SINCE:
            return
        told = set()
        place = config_map.at("data", key)
        for server in config_map.once(_proxied)[key]:
            if server.version in {"", "1.0"}:
                for call in self._call(workload, server, place):
                    if call.host not in told:
                        told.add(call.host)
                        is_sure = newest is not None or server.version == "1.0"
                        yield call._replace(is_sure=is_sure)

    def _call(self, workload: Workload, server: ProxiedServer, place: Ref) -> Iterator[Http10Call]:
        host = self._calls.service(server.host, workload.namespace)
        port = host.port(server.port) if host is not None else None
        if host is None or port is None or not (port.protocol.is_http or port.protocol == "auto"):
            return
        ends = [workload, *self._workloads.behind(host)]
        membership = self._workloads.membership
        first = next((one for one in ends if membership(one) is Membership.SIDECAR), None)
        if first is not None and not _is_accepted(first):
            yield Http10Call(workload, host, port, place, is_sure=False, proxy=first)

    @cached_property
    def _is_accepted_everywhere(self) -> bool:
        defaults = self._inventory.config.raw.get("defaultConfig")
        metadata = defaults.get("proxyMetadata") if isinstance(defaults, dict) else None
        if isinstance(metadata, dict) and str(metadata.get(_SWITCH)).lower() in _ON:
            return True
        return any(
            "accept_http_10" in str(envoy_filter.data)
            for envoy_filter in self._inventory.of(EnvoyFilter)
        )


def _speaks(config_map: ConfigMap) -> bool:
    """May a ConfigMap be one of nginx or HAProxy that calls servers?"""
    return any("proxy_pass" in text or "httpchk" in text for text in config_map.values.values())


def _says_version(config_map: ConfigMap) -> bool:
    return any(_VERSION in text for text in config_map.values.values())


def _proxied(config_map: ConfigMap) -> dict[str, tuple[ProxiedServer, ...]]:
    return {key: tuple(proxied_servers(text)) for key, text in config_map.values.items()}


def _checked(config_map: ConfigMap) -> dict[str, tuple[CheckedServer, ...]]:
    return {key: tuple(checked_servers(text)) for key, text in config_map.values.items()}


def _is_accepted(workload: Workload) -> bool:
    return any(_SWITCH in text for text in workload.pod_annotations.values())


def _nginx(workload: Workload) -> tuple[int, int, int] | None:
    """The version of nginx, if the image tells it."""
    for container in workload.containers:
        found = _TAG.search(container.text("image"))
        if found is not None:
            major, minor = int(found[1]), int(found[2])
            if found[3] or (major, minor) != _SINCE[:2]:
                return major, minor, int(found[3] or 0)
    return None
