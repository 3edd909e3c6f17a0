"""Says what pods tell of a policy for them, once for all Services that select the very same ones."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from meshctl.generate.authorization.callers import KnownCallers
from meshctl.mesh import Mesh
from meshctl.mesh.authorization.decision import is_dry_run
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.security.peer_authentication import Mode
from meshctl.mesh.workloads.membership import Membership, is_gateway
from meshctl.resources import Service, Workload

_OPEN_TYPES = frozenset({"LoadBalancer", "NodePort"})


class _LetIn(NamedTuple):
    """A Service that lets in somebody whom a policy for its pods would shut out."""

    host: RegisteredHost
    why: str
    is_open: bool


class ServingPods:
    """Answers for the pods behind Services."""

    def __init__(self, mesh: Mesh, callers: KnownCallers) -> None:
        self._mesh = mesh
        self._callers = callers
        self._gateways = IdentityCache(_are_gateways)
        self._unfit = IdentityCache(self._why_unfit)
        self._beside = IdentityCache(self._first_let_in)
        self._kinds = IdentityCache(_kinds)

    def are_gateways(self, pods: Sequence[Workload]) -> bool:
        """Is one of them a gateway?"""
        return self._gateways.of(pods)

    def unfit(self, pods: Sequence[Workload]) -> str:
        """Say why pods can't enforce a policy, or have one; empty where it is all right."""
        return self._unfit.of(pods)

    def _why_unfit(self, pods: Sequence[Workload]) -> str:
        mesh = self._mesh
        for pod in pods:
            if mesh.workloads.membership(pod) is not Membership.SIDECAR:
                return f"{pod.title} has no sidecar to enforce a policy"
            if mesh.security.peer_authentications.of_workload(pod).mode is Mode.DISABLE:
                return f"{pod.title} takes no mutual TLS, so no caller can prove who it is"
            for policy in mesh.security.authorization.guarding(pod):
                if policy.action == "ALLOW" and not is_dry_run(policy):
                    return f"{policy.title} says already who may call {pod.title}"
        return ""

    def beside(self, host: RegisteredHost, pods: Sequence[Workload]) -> str:
        """Say which other Service of the same pods lets in somebody whom a policy would shut out."""
        found = self._beside.of(pods)
        return next((one.why for one in found if one.is_open or one.host is not host), "")

    def _first_let_in(self, pods: Sequence[Workload]) -> Sequence[_LetIn]:
        """List the first two, as one may be the Service that is asked about."""
        return tuple(islice(self._let_in(pods), 2))

    def _let_in(self, pods: Sequence[Workload]) -> Iterator[_LetIn]:
        lists = map(self._mesh.workloads.container_ports.hosts, pods)
        distinct = {id(hosts): hosts for hosts in lists}.values()
        for other in dict.fromkeys(host for hosts in distinct for host in hosts):
            source = other.source
            if isinstance(source, Service) and source.type in _OPEN_TYPES:
                why = f"{source.title} ({source.type}) lets in callers from outside"
                yield _LetIn(other, why, is_open=True)
            caller = self._callers.nameless(other)
            if caller is not None:
                why = (
                    f"{source.title} has the same pods, and a caller without identity: {caller.why}"
                )
                yield _LetIn(other, why, is_open=False)

    def targets(
        self, pods: Sequence[Workload], host: RegisteredHost, numbers: frozenset[int]
    ) -> tuple[int, ...]:
        """The container ports of ports of a Service; none where one of them isn't known."""
        found = set()
        for pod in self._kinds.of(pods):
            for number in numbers:
                port = host.port(number)
                target = self._mesh.workloads.target_port(pod, port) if port is not None else None
                if target is None:
                    return ()
                found.add(target)
        return tuple(sorted(found))


def _are_gateways(pods: Sequence[Workload]) -> bool:
    return any(map(is_gateway, pods))


def _kinds(pods: Sequence[Workload]) -> Sequence[Workload]:
    """Give the first of those pods that name their ports alike."""
    found: dict[object, Workload] = {}
    for pod in pods:
        found.setdefault(frozenset(pod.named_ports.items()), pod)
    return tuple(found.values())
