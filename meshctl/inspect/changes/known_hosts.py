"""Compares which hosts the sidecars of a namespace know before and after a change."""

from collections.abc import Iterable, Iterator
from typing import Any

from meshctl.inspect.changes.changed_objects import ChangedObject
from meshctl.inspect.changes.changed_requests import ChangedValue
from meshctl.mesh import Mesh
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.resources import (
    DestinationRule,
    PeerAuthentication,
    Policy,
    Resource,
    Service,
    ServiceEntry,
    Sidecar,
    Workload,
)


def changed_hosts(old: Mesh, new: Mesh, objects: Iterable[ChangedObject]) -> Iterator[ChangedValue]:
    """Walk the hosts that clients of a namespace know, or knew, in one mesh alone."""
    candidates = _Candidates(old, new, objects)
    for namespace in sorted(old.workloads.namespaces & new.workloads.namespaces):
        clients = [_client(mesh, namespace) for mesh in (old, new)]
        scopes = [
            mesh.request_paths.views.scope_of(workload)
            for mesh, workload in zip((old, new), clients, strict=True)
            if workload is not None
        ]
        if len(scopes) < len(clients):
            continue
        followed = [_written(scope.sidecar) for scope in scopes]
        for host in candidates.of(follows_same=followed[0] == followed[1]):
            was, now = (scope.service(host) is not None for scope in scopes)
            if was is not now:
                words = "known", None
                yield ChangedValue(f"{namespace} {host}", words[not was], words[not now])


class _Candidates:
    """The hosts that sidecars may know in one of two meshes alone."""

    def __init__(self, old: Mesh, new: Mesh, objects: Iterable[ChangedObject]) -> None:
        before, after = _declared(old), _declared(new)
        everything = before.keys() | after.keys()
        visible = {
            host
            for host in everything
            if host not in before
            or host not in after
            or before[host].visible != after[host].visible
        }
        self._of_same = self._of_other = sorted(visible)
        if _sidecars(old) != _sidecars(new):
            self._of_same = self._of_other = sorted(everything)
            versions = [pair for one in objects for pair in ((old, one.was), (new, one.now))]
            if all(one is None or _is_simple(one) for _, one in versions):
                own = {
                    host.host
                    for mesh, one in versions
                    if isinstance(one, Service | ServiceEntry)
                    for host in mesh.registry.of(one)
                }
                self._of_same = sorted(visible | own)

    def of(self, *, follows_same: bool) -> list[str]:
        """List them for a sidecar that follows the same Sidecar in both meshes, or another one."""
        return self._of_same if follows_same else self._of_other


def _is_simple(resource: Resource) -> bool:
    """Does an object make no hosts known but those that it declares, to who follows the same Sidecar?"""
    simple = (
        DestinationRule | PeerAuthentication | Policy | Service | ServiceEntry | Sidecar | Workload
    )
    return isinstance(resource, simple) and resource.kind != "Rollout"  # which routes


def _declared(mesh: Mesh) -> dict[str, RegisteredHost]:
    return {registered_host.host: registered_host for registered_host in mesh.registry}


def _sidecars(mesh: Mesh) -> list[Any]:
    return [_written(sidecar) for sidecar in mesh.of(Sidecar)]


def _written(sidecar: Sidecar | None) -> tuple[str, Any] | None:
    return (sidecar.key_name, sidecar.spec.data) if sidecar is not None else None


def _client(mesh: Mesh, namespace: str) -> Workload | None:
    return next(iter(mesh.workloads.in_mesh(namespace)), None)
