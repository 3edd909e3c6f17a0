"""Lists the workloads that call a workload, as their own settings declare."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from meshctl.mesh.registry.services import HostPort, RegisteredHost
from meshctl.mesh.sidecar_scope.declared_calls import DeclaredCall, DeclaredCalls, urls_in
from meshctl.mesh.workloads.by_pods import ByPods
from meshctl.mesh.workloads.membership import Membership
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import ConfigMap, Ref, Workload
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


class _PlainUrl(NamedTuple):
    """A URL of plain HTTP in a text, and the workloads with a sidecar that read it."""

    readers: "_Readers"
    port: int
    place: Ref


class _Readers(NamedTuple):
    """The workloads with a sidecar that read one text, with their places among all."""

    text: Workload | ConfigMap
    workloads: list[tuple[int, Workload]]

    @property
    def rank(self) -> tuple[int, bool]:
        """The place of the first; what a workload says itself comes before its ConfigMaps."""
        return self.workloads[0][0], isinstance(self.text, ConfigMap)


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

    def are_known_by(self, host: str) -> bool:
        """Has a workload with a sidecar a URL of plain HTTP with just this name?"""
        return host in self._by_name

    def of_name(self, host: str, but: Collection[int]) -> PlainCall | None:
        """The first workload with a sidecar and a URL of plain HTTP with just this name and another port."""
        asked = [url for url in self._by_name.get(host, ()) if url.port not in but]
        if not asked:
            return None
        first = min(asked, key=lambda url: url.readers.rank)
        return PlainCall(first.readers.workloads[0][1], first.port, first.place)

    def of_outside(self, host: str, port: int) -> list[Workload]:
        """The workloads with a sidecar whose settings have a URL of a ServiceEntry's host and port."""
        readers = self._by_outside.get((host, port), ())
        found = {place: workload for each in readers for place, workload in each.workloads}
        return [found[place] for place in sorted(found)]

    @cached_property
    def _readers(self) -> list[_Readers]:
        """What workloads with a sidecar read, each text once."""
        found: dict[Workload | ConfigMap, _Readers] = {}
        for place, caller in enumerate(self._workloads):
            if self._workloads.membership(caller) is Membership.SIDECAR:
                for text in self._calls.texts(caller):
                    readers = found.setdefault(text, _Readers(text, []))
                    readers.workloads.append((place, caller))
        return [*found.values()]

    @cached_property
    def _by_outside(self) -> dict[tuple[str, int], list[_Readers]]:
        found: dict[tuple[str, int], list[_Readers]] = {}
        for readers in self._readers:
            for call in self._calls.outside_in(readers.text):
                if call.port is not None:
                    found.setdefault((call.host.host, call.port), []).append(readers)
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
    def _by_name(self) -> dict[str, list[_PlainUrl]]:
        found: dict[str, list[_PlainUrl]] = {}
        for readers in self._readers:
            for url in urls_in(readers.text):
                if url.port is not None and url.scheme in _PLAIN:
                    found.setdefault(url.host, []).append(_PlainUrl(readers, url.port, url.place))
        return found

    @cached_property
    def _by_server(self) -> ByPods[DeclaredCaller]:
        found: ByPods[DeclaredCaller] = ByPods(self._workloads)
        for caller in self._workloads:
            for call in self._calls.of(caller):
                found.add(call.host, DeclaredCaller(caller, call))
        return found
