"""Matches what a client sends against the filter chains of a server.

The chains are those of pilot/pkg/networking/core/listener_inbound.go (Istio 1.31).
"""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import NamedTuple

from meshctl.istio.protocols import Protocol
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.registry.services import HostPort
from meshctl.mesh.security.tls_connection import ClientTls, Result, ServerMode
from meshctl.mesh.workloads.facade import WorkloadsFacade
from meshctl.resources import Workload

AlikePods = Sequence[tuple[int, Workload]]
"""Pods that take the same, each with its place among those that serve a host."""


class KindsOfPods(NamedTuple):
    """Pods by what they take, in order, and of each kind the first by name."""

    pods: Sequence[Workload]
    all: Sequence[AlikePods]
    firsts: Sequence[Workload]


class _AlikePods(NamedTuple):
    """Pods that take the same on each port, in order, and the first of them by name."""

    pods: AlikePods
    first: Workload


class PodKinds:
    """Tells apart the pods behind hosts, once for all Services that select the very same ones."""

    def __init__(
        self, workloads: WorkloadsFacade, alike: Callable[[Workload], object],
        takes: Callable[[Workload, int], object],
    ) -> None:  # fmt: skip
        """``takes`` says what tells a pod apart on a container port, ``alike`` on all of them."""
        self._workloads = workloads
        self._alike = alike
        self._takes = takes
        self._known: dict[tuple[int, int | str, str], KindsOfPods] = {}
        self._everywhere = IdentityCache(self._alike_in)

    def of(self, pods: Sequence[Workload], port: HostPort) -> KindsOfPods:
        """Group pods by what they take on a port of their Service; some don't serve it."""
        key = id(pods), port.target, port.name if port.by_name else ""
        if key not in self._known:
            kinds: dict[object, list[_AlikePods]] = {}
            for alike in self._everywhere.of(pods):
                workload = alike.first
                number = self._workloads.target_port(workload, port)
                takes = self._takes(workload, number) if number is not None else None
                if takes is workload:  # something of its own
                    kinds.update((pod, [_AlikePods([(at, pod)], pod)]) for at, pod in alike.pods)
                elif number is not None:
                    kinds.setdefault(takes, []).append(alike)
            found = sorted((_joined(several) for several in kinds.values()), key=_place)
            firsts = sorted((alike_pods.first for alike_pods in found), key=_name)
            self._known[key] = KindsOfPods(pods, [alike_pods.pods for alike_pods in found], firsts)
        return self._known[key]

    def _alike_in(self, pods: Sequence[Workload]) -> Sequence[_AlikePods]:
        """Group pods that take the same on each port, whatever names it has."""
        found: dict[object, list[tuple[int, Workload]]] = {}
        for place, workload in enumerate(pods):
            key = self._alike(workload), frozenset(workload.named_ports.items())
            found.setdefault(key, []).append((place, workload))
        return [
            _AlikePods(several, min((pod for _, pod in several), key=_name))
            for several in found.values()
        ]


def judge(tls: ClientTls, mode: ServerMode, protocol: Protocol) -> tuple[Result, str]:
    """Say what becomes of a connection, and why; the reason is empty where nothing is odd."""
    if mode is ServerMode.UNKNOWN:
        return Result.UNKNOWN, "what the server takes is unknown"
    if tls in (ClientTls.UNKNOWN, ClientTls.AUTO):
        return Result.UNKNOWN, ""
    if tls is ClientTls.PLAINTEXT:
        if mode is ServerMode.STRICT:
            return Result.CONFLICT, "the server demands mutual TLS, the client sends plaintext"
        return Result.PLAINTEXT, ""
    if tls is ClientTls.ISTIO_MUTUAL:
        if mode is ServerMode.NONE:
            return (
                Result.CONFLICT,
                "the client sends the mesh's mutual TLS where no sidecar takes it",
            )
        if mode is ServerMode.DISABLE:
            return Result.CONFLICT, "the server takes plaintext alone, the client sends mutual TLS"
        return Result.MTLS, ""
    if mode is ServerMode.STRICT:
        return Result.CONFLICT, "the server demands a certificate of the mesh"
    if mode is ServerMode.DISABLE:
        return Result.CONFLICT, "the server takes plaintext alone, the client sends TLS"
    if mode is ServerMode.PERMISSIVE and protocol.is_http:
        return Result.CONFLICT, "no filter chain of a permissive HTTP port takes foreign TLS"
    return Result.TLS, "passed through: the application itself must speak TLS"


def _name(workload: Workload) -> str:
    return workload.key_name


def _place(alike: _AlikePods) -> int:
    return alike.pods[0][0]


def _joined(several: Sequence[_AlikePods]) -> _AlikePods:
    """Join pods that are alike on a port, in the order of all pods."""
    if len(several) == 1:
        return several[0]
    pods = sorted((pod for alike_pods in several for pod in alike_pods.pods), key=itemgetter(0))
    return _AlikePods(pods, min((alike_pods.first for alike_pods in several), key=_name))
