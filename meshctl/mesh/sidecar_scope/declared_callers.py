"""Lists the workloads that call a workload, as their own settings declare."""

from typing import NamedTuple

from meshctl.mesh.sidecar_scope.declared_calls import DeclaredCall, DeclaredCalls
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import Ref, Workload
from meshctl.resources.cached_property import cached_property

_PLAIN = frozenset({"http", "ws"})


class DeclaredCaller(NamedTuple):
    """A workload that calls another one, and the container port; ``None`` where nothing tells."""

    workload: Workload
    call: DeclaredCall
    port: int | None


class PlainCall(NamedTuple):
    """A workload that sends plain HTTP to a name, the port, and the place that says so."""

    workload: Workload
    port: int
    place: Ref


class DeclaredCallers:
    """Callers by the workload that they call."""

    def __init__(self, calls: DeclaredCalls, workloads: Workloads) -> None:
        self._calls = calls
        self._workloads = workloads

    def of(self, workload: Workload) -> list[DeclaredCaller]:
        """The other workloads whose settings name a Service in front of a workload."""
        return self._by_server.get(workload, [])

    def of_name(self, host: str) -> list[PlainCall]:
        """The workloads whose settings have a URL of plain HTTP with just this name."""
        return self._by_name.get(host, [])

    @cached_property
    def _by_name(self) -> dict[str, list[PlainCall]]:
        found: dict[str, list[PlainCall]] = {}
        for caller in self._workloads:
            for url in self._calls.urls_of(caller):
                if url.port is not None and url.scheme in _PLAIN:
                    call = PlainCall(caller, url.port, url.place)
                    found.setdefault(url.host, []).append(call)
        return found

    @cached_property
    def _by_server(self) -> dict[Workload, list[DeclaredCaller]]:
        found: dict[Workload, list[DeclaredCaller]] = {}
        for caller in self._workloads:
            for call in self._calls.of(caller):
                for server in self._workloads.behind(call.host):
                    if server is not caller:
                        port = self._target(server, call)
                        found.setdefault(server, []).append(DeclaredCaller(caller, call, port))
        return found

    def _target(self, server: Workload, call: DeclaredCall) -> int | None:
        port = call.host.port(call.port) if call.port is not None else None
        return self._workloads.target_port(server, port) if port is not None else None
