"""The hosts that an entry of a Sidecar's egress imports.

Mirrors selectServices (pilot/pkg/model/sidecar.go, Istio 1.31): ``namespace/host``, where ``.`` is
the Sidecar's own namespace, ``*`` any, and a host without a namespace is looked for in all.
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.mesh.core.export_to import is_visible_to
from meshctl.mesh.core.hosts import HostIndex, is_wildcard, overlaps
from meshctl.mesh.registry.services import RegisteredHost, Registry
from meshctl.resources import Ref, Sidecar


class EgressEntry(NamedTuple):
    """One entry: the namespace, the host or wildcard, who asks, and where it is written."""

    namespace: str
    host: str
    client: str
    ref: Ref

    is_own: bool = False
    """Was the namespace written as ``.``?"""

    def imports_any(self, registry: Registry) -> bool:
        """Is there a host that this entry imports and its namespace may see?"""
        return any(
            self.namespace in {"*", candidate.namespace}
            and is_visible_to(candidate.visible, self.client)
            for candidate in self._candidates(registry)
        )

    def _candidates(self, registry: Registry) -> Iterator[RegisteredHost]:
        if is_wildcard(self.host) and self.namespace != "*":
            hosts = registry.of_namespace(self.namespace)
            yield from (
                registered_host
                for registered_host in hosts
                if overlaps(self.host, registered_host.host)
            )
            return
        yield from registry.covered_by(self.host)
        # A wildcard ServiceEntry is imported by each host that it stands for.
        for declared in registry.covering(self.host):
            yield from declared


def egress_entries(sidecar: Sidecar, client: str = "") -> Iterator[EgressEntry]:
    """Walk the egress hosts of a Sidecar as clients of a namespace read it, else those beside it."""
    client = client or sidecar.namespace
    for listener in sidecar.egress:
        for index, written in enumerate(listener.hosts):
            namespace, slash, host = written.partition("/")
            if not slash:
                namespace, host = "*", written
            is_own = namespace == "."
            if host:
                home = client if is_own else namespace
                yield EgressEntry(home, host, client, listener.at("hosts", index), is_own)


def repeated_entries(sidecar: Sidecar) -> Iterator[tuple[EgressEntry, EgressEntry]]:
    """Walk the entries that another one of the same listener covers, with that one."""
    by_listener: dict[object, list[EgressEntry]] = {}
    for entry in egress_entries(sidecar):
        by_listener.setdefault(entry.ref.path[:-2], []).append(entry)
    for entries in by_listener.values():
        yield from _repeated(entries)


def _repeated(entries: list[EgressEntry]) -> Iterator[tuple[EgressEntry, EgressEntry]]:
    firsts: dict[str, HostIndex[tuple[int, EgressEntry]]] = {}  # by namespace, each host once
    for number, entry in enumerate(entries):
        index = firsts.setdefault(entry.namespace, HostIndex())
        if not index.at(entry.host):
            index.add(entry.host, (number, entry))
    for number, entry in enumerate(entries):
        wider = (
            (place, other)
            for namespace in {"*", entry.namespace} & firsts.keys()
            for [(place, other)] in firsts[namespace].covering(entry.host)
            if place < number or (other.namespace, other.host) != (entry.namespace, entry.host)
        )
        found = min(wider, key=lambda one: one[0], default=None)
        if found is not None:
            yield entry, found[1]
