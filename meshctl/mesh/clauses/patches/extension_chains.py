"""The filter chains of proxies that a WasmPlugin asks for by side and port.

Mirrors matchMode, workloadModeForListenerClass and matchPorts (pilot/pkg/model/extensions.go, Istio 1.31): all
listeners of a gateway count as those of a client. A sidecar's inbound chains have the ports of containers, its
outbound ones those of Services; what no Service leads to has no port of its own.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from meshctl.mesh.clauses.patches.patched_ports import PatchedPorts
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.workloads.membership import Membership, is_gateway
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import View, WasmPlugin, Workload
from meshctl.resources.view import views

CLIENT, SERVER = "CLIENT", "SERVER"
_EITHER = (CLIENT, SERVER)
_OF_PROXIES = range(15000, 15100)
"""Where proxies have listeners of their own."""


class Sides(NamedTuple):
    """The ports of the chains of each side that some proxies have; ``None`` where some are unknown."""

    client: frozenset[int] | None
    server: frozenset[int] | None
    gateway: Workload | None
    """One of the proxies, where all of them are gateways."""

    def of(self, mode: str) -> frozenset[int] | None:
        """Those that an entry for a side meets."""
        sides = {CLIENT: self.client, SERVER: self.server}
        found = [sides[side] for side in ((mode,) if mode in sides else _EITHER)]
        known = [ports for ports in found if ports is not None]
        union: frozenset[int] = frozenset().union(*known)
        return union if len(known) == len(found) else None


class IdleMatch(NamedTuple):
    """A part of ``match`` that meets no chain: the port, or the mode; the ports there are instead."""

    part: View
    instead: tuple[int, ...] = ()


class ExtensionChains:
    """Answers for WasmPlugins that select workloads."""

    def __init__(self, ports: PatchedPorts, workloads: Workloads, root_namespace: str) -> None:
        self._ports = ports
        self._workloads = workloads
        self._root = root_namespace
        self._sides = IdentityCache(self._read)

    def reached(self, plugin: WasmPlugin) -> Sequence[Workload]:
        """The workloads that it is for, in the mesh or not; none for one with targetRefs."""
        if plugin.target_refs:
            return ()
        home = None if plugin.namespace == self._root else plugin.namespace
        return self._workloads.find(plugin.selector, home)

    def sides(self, plugin: WasmPlugin) -> Sides | None:
        """The chains of the proxies that it is for; ``None`` where there is no such proxy."""
        return self._sides.of(self.reached(plugin))

    def idle(self, plugin: WasmPlugin) -> Iterator[IdleMatch]:
        """Walk the parts of ``match`` that meet no chain of the proxies."""
        sides = self.sides(plugin)
        if sides is None:
            return
        for match in views(plugin.spec, "match", View):
            mode = match.text("mode")
            if mode == SERVER and sides.gateway is not None:
                yield IdleMatch(match)
                continue
            there = sides.of(mode)
            if not there:
                continue
            for port in views(match, "ports", View):
                number = port.number("number")
                if number is not None and number not in there and number not in _OF_PROXIES:
                    yield IdleMatch(port, tuple(sorted(there)))

    def _read(self, reached: Sequence[Workload]) -> Sides | None:
        without = {Membership.NONE, Membership.AMBIENT}
        proxies = [one for one in reached if self._workloads.membership(one) not in without]
        if not proxies:
            return None
        gateways = [one for one in proxies if is_gateway(one)]
        sidecars = [one for one in proxies if not is_gateway(one)]
        served = self._ports.served(gateways) if gateways else frozenset()
        client = self._ports.called() if sidecars else frozenset()
        server = self._ports.listened(sidecars) if sidecars else frozenset()
        return Sides(
            client | served if client is not None and served is not None else None,
            server,
            gateways[0] if not sidecars else None,
        )
