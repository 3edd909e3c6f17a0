"""Estimates how much a sidecar keeps in memory, with and without a Sidecar.

A rough estimate: each port of a visible host is an upstream with its routes, statistics and part of
a listener, about 45 kB; each endpoint behind it about 2 kB. Mutual TLS adds little, since secrets
are shared. The order of magnitude is that of published measurements of Envoy in meshes of a
thousand services; a mesh with many subsets, long routes or more statistics needs more.
"""

from collections.abc import Iterable
from typing import NamedTuple

from meshctl.mesh.core.export_to import is_visible_to
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.registry.services import RegisteredHost, Registry
from meshctl.mesh.sidecar_scope.declared_calls import DeclaredCalls
from meshctl.mesh.sidecar_scope.scope import SidecarScopes
from meshctl.mesh.workloads.membership import Membership, is_gateway
from meshctl.mesh.workloads.replicas import Replicas
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import ServiceEntry
from meshctl.resources.cached_property import cached_property

UPSTREAM_BYTES = 45_000
ENDPOINT_BYTES = 2_000


class ProxySize(NamedTuple):
    """What a proxy knows: hosts, their ports (upstreams) and the endpoints of all ports."""

    hosts: int
    upstreams: int
    endpoints: int

    @property
    def megabytes(self) -> float:
        """The estimated memory, in units of 1,000,000 bytes."""
        return (self.upstreams * UPSTREAM_BYTES + self.endpoints * ENDPOINT_BYTES) / 1e6


class ProxySizes:
    """Estimates for sidecars, by namespace."""

    def __init__(
        self, scopes: SidecarScopes, calls: DeclaredCalls, registry: Registry, workloads: Workloads,
        replicas: Replicas, config: MeshConfig,
    ) -> None:  # fmt: skip
        self._scopes = scopes
        self._calls = calls
        self._registry = registry
        self._workloads = workloads
        self._replicas = replicas
        self._config = config
        self._sizes: dict[str, ProxySize] = {}

    @cached_property
    def unlimited(self) -> dict[str, int]:
        """The namespaces of the input with workloads whose sidecars no Sidecar limits: how many."""
        found: dict[str, int] = {}
        workloads = self._workloads
        for workload in workloads:
            if workloads.namespace(workload.namespace) is None or is_gateway(workload):
                continue
            beside = workloads.membership(workload) is Membership.SIDECAR
            if beside and self._scopes.sidecar_of(workload) is None:
                found[workload.namespace] = found.get(workload.namespace, 0) + 1
        return found

    @cached_property
    def most_unlimited(self) -> str | None:
        """The namespace with most of them, of several the first by name."""
        several = self.unlimited
        return min(several, key=lambda name: (-several[name], name), default=None)

    def without_sidecar(self, namespace: str) -> ProxySize:
        """What sidecars of a namespace know when no Sidecar limits them."""
        return _joined(self._of_scope("*"), self._of_scope(namespace))

    def _of_scope(self, scope: str) -> ProxySize:
        if scope not in self._sizes:
            self._sizes[scope] = self._of(self._by_scope.get(scope, ()))
        return self._sizes[scope]

    def with_sidecar(self, namespace: str) -> ProxySize:
        """What they need to know: their namespace, the root namespace and what they call."""
        root = self._config.root_namespace
        hosts = [
            *(
                registered_host
                for registered_host in self._of_home(namespace)
                if is_visible_to(registered_host.visible, namespace)
            ),
            *(
                registered_host
                for registered_host in self._by_scope.get(namespace, ())
                if registered_host.namespace == root
            ),
        ]
        for workload in self._workloads.in_mesh(namespace):
            hosts += [call.host for call in self._calls.of(workload)]
        own = self._of(dict.fromkeys(host for host in hosts if host not in self._for_all))
        return _joined(own, self._size_for_all)

    @cached_property
    def _for_all(self) -> frozenset[RegisteredHost]:
        """The hosts of the root namespace that everybody sees."""
        root = self._config.root_namespace
        return frozenset(
            registered_host
            for registered_host in self._of_home(root)
            if "*" in registered_host.visible
        )

    @cached_property
    def _size_for_all(self) -> ProxySize:
        return self._of(self._for_all)

    def _of(self, hosts: Iterable[RegisteredHost]) -> ProxySize:
        known = list(hosts)
        upstreams = sum(len(registered_host.ports) for registered_host in known)
        endpoints = sum(
            len(registered_host.ports) * self._endpoints(registered_host)
            for registered_host in known
        )
        return ProxySize(len(known), upstreams, endpoints)

    def _endpoints(self, host: RegisteredHost) -> int:
        known = self._counted.get(host)
        if known is None:
            source = host.source
            written = len(source.endpoints) if isinstance(source, ServiceEntry) else 0
            known = written + self._replicas.at_least(self._workloads.behind(host))
            self._counted[host] = known
        return known

    @cached_property
    def _counted(self) -> dict[RegisteredHost, int]:
        return {}

    @cached_property
    def _by_scope(self) -> dict[str, list[RegisteredHost]]:
        """Hosts by who sees them; one that is named to several namespaces counts in each."""
        found: dict[str, list[RegisteredHost]] = {}
        for host in self._registry:
            for scope in host.visible:
                found.setdefault(scope, []).append(host)
        return found

    def _of_home(self, namespace: str) -> Iterable[RegisteredHost]:
        return self._registry.of_namespace(namespace)


def _joined(proxy_size: ProxySize, other: ProxySize) -> ProxySize:
    return ProxySize(*(first + second for first, second in zip(proxy_size, other, strict=True)))
