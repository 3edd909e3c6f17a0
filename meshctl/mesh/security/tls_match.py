"""Matches what a client sends against the filter chains of a server.

The chains are those of pilot/pkg/networking/core/listener_inbound.go (Istio 1.31).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from meshctl.istio.protocols import Protocol
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


class PodKinds:
    """Tells apart the pods behind hosts, once for all Services that select the very same ones."""

    def __init__(
        self, workloads: WorkloadsFacade, takes: Callable[[Workload, int], object]
    ) -> None:
        """``takes`` says what tells a pod apart on a container port."""
        self._workloads = workloads
        self._takes = takes
        self._known: dict[tuple[int, int | str], KindsOfPods] = {}

    def of(self, pods: Sequence[Workload], port: HostPort) -> KindsOfPods:
        """Group pods by what they take on a port of their Service; some don't serve it."""
        key = id(pods), port.target
        if key not in self._known:
            kinds: dict[object, list[tuple[int, Workload]]] = {}
            for place, one in enumerate(pods):
                number = self._workloads.target_port(one, port)
                if number is not None:
                    kinds.setdefault(self._takes(one, number), []).append((place, one))
            firsts = (min((pod for _, pod in kind), key=_name) for kind in kinds.values())
            found = KindsOfPods(pods, tuple(kinds.values()), sorted(firsts, key=_name))
            self._known[key] = found
        return self._known[key]


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
