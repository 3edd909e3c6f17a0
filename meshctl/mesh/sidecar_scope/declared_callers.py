"""Lists the workloads that call a workload, as their own settings declare."""

from collections.abc import Sequence
from typing import NamedTuple

from meshctl.mesh.registry.services import HostPort, RegisteredHost
from meshctl.mesh.sidecar_scope.declared_calls import DeclaredCall, DeclaredCalls
from meshctl.mesh.workloads.by_pods import ByPods
from meshctl.mesh.workloads.membership import Membership
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import Ref, Workload
from meshctl.resources.cached_property import cached_property

_PLAIN = frozenset({"http", "ws"})


class DeclaredCaller(NamedTuple):
    """A workload that calls others, and the port of their Service; ``None`` where nothing tells."""

    workload: Workload
    call: DeclaredCall

    @property
    def port(self) -> HostPort | None:
        """The port of the Service that is called."""
        return self.call.host.port(self.call.port) if self.call.port is not None else None


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

    def of(self, workload: Workload) -> Sequence[DeclaredCaller]:
        """The workloads, maybe itself, whose settings name a Service in front of a workload.

        Workloads behind the same Services share one sequence.
        """
        return self._by_server.of(workload)

    def of_host(self, host: RegisteredHost) -> list[DeclaredCaller]:
        """The workloads whose settings name a Service by URL, whether any pod is behind it or not."""
        return self._by_host.get(host, [])

    def of_name(self, host: str) -> list[PlainCall]:
        """The workloads whose settings have a URL of plain HTTP with just this name."""
        return self._by_name.get(host, [])

    def of_outside(self, host: str, port: int) -> list[Workload]:
        """The workloads with a sidecar whose settings have a URL of a ServiceEntry's host and port."""
        return self._by_outside.get((host, port), [])

    @cached_property
    def _by_outside(self) -> dict[tuple[str, int], list[Workload]]:
        found: dict[tuple[str, int], list[Workload]] = {}
        for caller in self._workloads:
            has_sidecar = self._workloads.membership(caller) is Membership.SIDECAR
            for call in self._calls.outside(caller) if has_sidecar else ():
                if call.port is not None:
                    found.setdefault((call.host.host, call.port), []).append(caller)
        return found

    @cached_property
    def _by_host(self) -> dict[RegisteredHost, list[DeclaredCaller]]:
        found: dict[RegisteredHost, list[DeclaredCaller]] = {}
        for caller in self._workloads:
            for call in self._calls.of(caller):
                if call.scheme:
                    found.setdefault(call.host, []).append(DeclaredCaller(caller, call))
        return found

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
    def _by_server(self) -> ByPods[DeclaredCaller]:
        found: ByPods[DeclaredCaller] = ByPods(self._workloads)
        for caller in self._workloads:
            for call in self._calls.of(caller):
                found.add(call.host, DeclaredCaller(caller, call))
        return found
