"""Which hosts does an entry of a Sidecar's egress import?

Mirrors selectServices (pilot/pkg/model/sidecar.go, Istio 1.31): ``namespace/host``, where ``.`` is
the Sidecar's own namespace, ``*`` any, and a host without a namespace is looked for in all.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from meshctl.mesh.hosts import covers, is_wildcard
from meshctl.mesh.registry import Registry
from meshctl.mesh.visibility import is_visible_to
from meshctl.resources import Ref, Sidecar


@dataclass(frozen=True, slots=True)
class EgressEntry:
    """One entry: the namespace, the host or wildcard, who asks, and where it is written."""

    namespace: str
    host: str
    client: str
    ref: Ref

    def imports_any(self, registry: Registry) -> bool:
        """Is there a host that this entry imports and its namespace may see?"""
        declared = [*registry.covered_by(self.host)]
        if not is_wildcard(self.host):
            # A wildcard ServiceEntry is imported by each host that it stands for.
            wide = registry.find(self.host, self.client)
            declared += [wide] if wide is not None else []
        return any(
            self.namespace in {"*", one.namespace} and is_visible_to(one.visible, self.client)
            for one in declared
            if covers(self.host, one.host) or covers(one.host, self.host)
        )


def egress_entries(sidecar: Sidecar) -> Iterator[EgressEntry]:
    """Walk the egress hosts of a Sidecar."""
    for listener in sidecar.egress:
        for index, written in enumerate(listener.hosts):
            namespace, slash, host = written.partition("/")
            if not slash:
                namespace, host = "*", written
            if namespace == ".":
                namespace = sidecar.namespace
            if host:
                yield EgressEntry(namespace, host, sidecar.namespace, listener.at("hosts", index))
