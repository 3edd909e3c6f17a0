"""The hosts and VirtualServices that each egress listener of a Sidecar lets a proxy see.

Mirrors convertIstioListenerToWrapper, selectServices, serviceMatchingListenerPort and
GetEgressListenerForRDS (pilot/pkg/model/sidecar.go) and SelectVirtualServices
(pilot/pkg/model/virtualservice.go), Istio 1.31: a listener with a port shows only Services that
have that port, and it alone counts for calls to it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from meshctl.mesh.core.export_to import is_visible_to
from meshctl.mesh.core.hosts import covers, overlaps
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.resources import EgressListener, Sidecar

_ANY = "*"
_EVERYTHING: Mapping[str, tuple[str, ...]] = {_ANY: (_ANY,)}


@dataclass(frozen=True, slots=True, eq=False)
class EgressScope:
    """One egress listener as clients of ``client`` (a namespace) read it.

    ``hosts`` are the entries by namespace, with ``*`` for all namespaces. ``written`` is ``None``
    for the listener that proxies have without any Sidecar.
    """

    client: str
    hosts: Mapping[str, tuple[str, ...]]
    written: EgressListener | None = None

    @property
    def port(self) -> int | None:
        """The one port it is for; ``None`` for every port that no listener before it names."""
        return (self.written.port or None) if self.written is not None else None

    @property
    def is_http_proxy(self) -> bool:
        """Is it a proxy that applications name, so that hosts of any port are behind it?"""
        port = self.written.child("port") if self.written is not None else None
        return port is not None and port.text("protocol").upper() == "HTTP_PROXY"

    def names(self, host: RegisteredHost) -> bool:
        """Do its entries stand for a host that the client may see, whatever its ports?"""
        return is_visible_to(host.visible, self.client) and any(
            covers(entry, host.host) for entry in self._entries(host.namespace)
        )

    def imports(self, host: RegisteredHost) -> bool:
        """Does it show a host to the client? One with a port shows only hosts that have it."""
        needs_port = self.port is not None and not self.is_http_proxy
        fits = not needs_port or host.port(self.port or 0) is not None
        return fits and self.names(host)

    def reads(self, namespace: str, hosts: Iterable[str]) -> bool:
        """Does it import a VirtualService of a namespace with these full hosts?"""
        entries = self._entries(namespace)
        return any(overlaps(entry, host) for host in hosts for entry in entries)

    def _entries(self, namespace: str) -> tuple[str, ...]:
        return self.hosts.get(namespace, ()) + self.hosts.get(_ANY, ())


def egress_scopes(sidecar: Sidecar | None, client: str) -> Sequence[EgressScope]:
    """List the listeners of clients of a namespace that follow a Sidecar, in its order."""
    if sidecar is None or not sidecar.egress:
        return (EgressScope(client, _EVERYTHING),)
    return tuple(
        EgressScope(client, _entries(egress_listener, client), egress_listener)
        for egress_listener in sidecar.egress
    )


class SidecarClient(NamedTuple):
    """A sidecar that asks: its namespace, its pod's labels (``None``: unknown), its listeners."""

    namespace: str
    labels: Mapping[str, str] | None
    scopes: Sequence[EgressScope]

    def scope(self, port: int) -> EgressScope | None:
        """Choose the listener for calls to a port: the first for it or for all others."""
        return next(
            (egress_scope for egress_scope in self.scopes if egress_scope.port in {None, port}),
            None,
        )


def _entries(listener: EgressListener, client: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for written in listener.hosts:
        namespace, slash, host = written.partition("/")
        if not slash:
            namespace, host = _ANY, written
        home = client if namespace == "." else namespace
        if host:
            found[home] = (*found.get(home, ()), host)
    return found
