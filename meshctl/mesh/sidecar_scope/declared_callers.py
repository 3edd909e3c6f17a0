"""Lists the workloads that call a workload, as their own settings declare."""

from typing import NamedTuple

from meshctl.mesh.sidecar_scope.declared_calls import DeclaredCall, DeclaredCalls
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import Workload
from meshctl.resources.cached_property import cached_property


class DeclaredCaller(NamedTuple):
    """A workload that calls another one, and the container port; ``None`` where nothing tells."""

    workload: Workload
    call: DeclaredCall
    port: int | None


class DeclaredCallers:
    """Callers by the workload that they call."""

    def __init__(self, calls: DeclaredCalls, workloads: Workloads) -> None:
        self._calls = calls
        self._workloads = workloads

    def of(self, workload: Workload) -> list[DeclaredCaller]:
        """The other workloads whose settings name a Service in front of a workload."""
        return self._by_server.get(workload, [])

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
