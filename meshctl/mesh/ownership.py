"""Names the team that owns an object, and what the object touches of others.

Istio has no such notion: who may write into the root namespace, or name a host at a shared
gateway, decides for the whole mesh. The config file says who is meant to.
"""

import os.path
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from meshctl.istio.api_versions import GATEWAY_API
from meshctl.mesh.core.export_to import visibility
from meshctl.mesh.core.hosts import covers
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.gateways.gateway_index import Gateways
from meshctl.mesh.registry.services import Registry
from meshctl.mesh.traffic.delegates import MESH
from meshctl.mesh.traffic.routes import Routes
from meshctl.resources import (
    Gateway,
    KubernetesRoute,
    Ref,
    Resource,
    Server,
    ServiceEntry,
    VirtualService,
)
from meshctl.resources.cached_property import cached_property
from meshctl.settings import Ownership, Team


class Touched(NamedTuple):
    """Something that an object names: the host or the gateway (``namespace/name``), and where."""

    name: str
    ref: Ref


class Owners:
    """The teams of the config file, asked about objects."""

    def __init__(
        self, ownership: Ownership, config: MeshConfig, registry: Registry, routes: Routes,
        gateways: Gateways,
    ) -> None:  # fmt: skip
        self._config = config
        self._registry = registry
        self._routes = routes
        self._gateways = gateways
        self._ownership = ownership
        self._of_namespace: dict[str, Team | None] = {}
        self._of_directory: dict[str, Team | None] = {}

    def team_of(self, resource: Resource) -> Team | None:
        """The team that writes an object: by its directory, else by its namespace."""
        if not self._ownership.teams or not _is_of_mesh(resource):
            return None
        return self._by_directory(resource) or self.of_namespace(resource.namespace)

    def of_namespace(self, namespace: str) -> Team | None:
        """The team that a namespace belongs to; ``None`` for the platform and for nobody."""
        if namespace not in self._of_namespace:
            teams = () if self.is_platform(namespace) else self._ownership.teams
            found = next((team for team in teams if _owns(team, namespace)), None)
            self._of_namespace[namespace] = found
        return self._of_namespace[namespace]

    def is_platform(self, namespace: str) -> bool:
        """Is it a namespace of the platform?"""
        return any(fnmatchcase(namespace, one) for one in self._ownership.platform)

    def is_stranger(self, team: Team, namespace: str) -> bool:
        """Is a namespace another's, or one that a team can't have: the root namespace?"""
        is_root = namespace == self._config.root_namespace
        return is_root or self.of_namespace(namespace) is not team

    def foreign_hosts(self, resource: Resource, team: Team) -> Iterator[Touched]:
        """Walk the hosts that an object claims for others too, and that aren't its team's."""
        if team.hosts is None:
            return
        for host, ref in self._claimed(resource, team):
            if not self._may_route(team, host):
                yield Touched(host, ref)

    def foreign_gateways(self, resource: Resource, team: Team) -> Iterator[Touched]:
        """Walk the gateways that an object uses and that aren't its team's."""
        for name, ref in self._used(resource) if team.gateways is not None else ():
            namespace = name.partition("/")[0]
            is_allowed = any(fnmatchcase(name, gateway) for gateway in team.gateways or ())
            if not is_allowed and self.of_namespace(namespace) is not team:
                yield Touched(name, ref)

    def _claimed(self, resource: Resource, team: Team) -> Iterator[Touched]:
        if isinstance(resource, VirtualService):
            is_shared = any(name != MESH for name in self._routes.gateways_of(resource))
            default = self._config.virtual_service_export_to
            if is_shared or self._reaches_others(resource, resource.export_to, default, team):
                for index, host in enumerate(resource.hosts):
                    full = self._registry.fqdn(host, resource.namespace)
                    yield Touched(full, resource.spec.at("hosts", index))
        elif isinstance(resource, ServiceEntry):
            default = self._config.service_export_to
            if self._reaches_others(resource, resource.export_to, default, team):
                for index, host in enumerate(resource.hosts):
                    yield Touched(host, resource.spec.at("hosts", index))
        elif isinstance(resource, Gateway) and not self._runs_on_own(resource, team):
            for server in resource.servers:
                yield from _server_hosts(server)
        elif isinstance(resource, KubernetesRoute):
            for index, host in enumerate(resource.hostnames):
                yield Touched(host, resource.spec.at("hostnames", index))

    def _used(self, resource: Resource) -> Iterator[Touched]:
        if isinstance(resource, VirtualService):
            names = self._routes.gateways_of(resource) if resource.gateways else ()
            for index, name in enumerate(names):
                if name != MESH:
                    yield Touched(name, resource.spec.at("gateways", index))
        elif isinstance(resource, KubernetesRoute):
            for parent in resource.parents:
                if parent.kind == "Gateway" and parent.name:
                    yield Touched(f"{parent.namespace}/{parent.name}", parent.at("name"))
        elif isinstance(resource, Gateway):
            for gateway in self._gateways.of(resource):
                if gateway.workload.namespace is not None:
                    yield Touched(gateway.workload.name, resource.spec.key("selector"))

    def _runs_on_own(self, gateway: Gateway, team: Team) -> bool:
        homes = self._gateways.namespaces_of(gateway)
        return bool(homes) and all(one is not None and _owns(team, one) for one in homes)

    def _reaches_others(
        self, resource: Resource, written: tuple[str, ...], default: tuple[str, ...], team: Team
    ) -> bool:
        visible = visibility(written, resource.namespace, default)
        return any(one == "*" or not _owns(team, one) for one in visible)

    def _may_route(self, team: Team, host: str) -> bool:
        if any(covers(one, host) for one in team.hosts or ()):
            return True
        stem = host.removesuffix(f".svc.{self._config.domain}")
        return stem != host and self.of_namespace(stem.rpartition(".")[2]) is team

    def _by_directory(self, resource: Resource) -> Team | None:
        directory = resource.directory
        if self._directories and directory not in self._of_directory:
            path = os.path.abspath(directory)  # noqa: PTH100 - a text, no file is asked
            inside = ((one, team) for one, team in self._directories if _is_below(path, one))
            closest = max(inside, key=lambda one: len(one[0]), default=("", None))
            self._of_directory[directory] = closest[1]
        return self._of_directory.get(directory)

    @cached_property
    def _directories(self) -> list[tuple[str, Team]]:
        return [
            (directory, team) for team in self._ownership.teams for directory in team.directories
        ]


def _owns(team: Team, namespace: str) -> bool:
    return any(fnmatchcase(namespace, one) for one in team.namespaces)


def _is_below(directory: str, parent: str) -> bool:
    return directory == parent or directory.startswith(parent.rstrip("/") + "/")


def _is_of_mesh(resource: Resource) -> bool:
    return resource.group.endswith("istio.io") or resource.group == GATEWAY_API


def _server_hosts(server: Server) -> Iterable[Touched]:
    for index, host in enumerate(server.hosts):
        yield Touched(host.rpartition("/")[2], server.host_at(index))
