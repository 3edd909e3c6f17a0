"""Plans an ALLOW policy for each Service whose callers are all known by identity."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from meshctl.generate.authorization.callers import KnownCaller, KnownCallers
from meshctl.generate.service.objects import allowed_sources
from meshctl.istio.annotation_names import DRY_RUN
from meshctl.mesh import Mesh
from meshctl.mesh.authorization.decision import is_dry_run
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.security.peer_authentication import Mode
from meshctl.mesh.workloads.membership import Membership, is_gateway
from meshctl.mesh.workloads.service_roles import is_own_of_istio
from meshctl.resources import AuthorizationPolicy, Service, Workload

_OPEN_TYPES = frozenset({"LoadBalancer", "NodePort"})


class AllowedCaller(NamedTuple):
    """An identity that is let in, on which container ports, and why."""

    identity: str
    ports: tuple[int, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PolicyPlan:
    """One policy: the Service it is for, who is let in and why."""

    namespace: str
    service: str
    callers: tuple[AllowedCaller, ...]
    manifest: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WithoutPolicy:
    """A Service that no policy is written for, and why."""

    namespace: str
    service: str
    why: str


@dataclass(frozen=True, slots=True)
class AuthorizationAnswer:
    """All policies, and the Services that have none."""

    policies: tuple[PolicyPlan, ...]
    left_alone: tuple[WithoutPolicy, ...]


def plan_policies(
    mesh: Mesh, callers: KnownCallers, shown: Sequence[str] = (), *, is_dry: bool = True
) -> AuthorizationAnswer:
    """Plan for the Services of the ``shown`` namespaces, or of all; dry ones only log."""
    policies, alone = [], []
    for host in mesh.registry:
        service = host.source
        if not isinstance(service, Service) or (shown and host.namespace not in shown):
            continue
        pods = mesh.workloads.behind(host)
        if not pods or is_own_of_istio(service) or any(map(is_gateway, pods)):
            continue
        known = callers.of(host)
        if (
            why := _of_pods(mesh, pods)
            or _of_callers(mesh, pods, known)
            or _beside(mesh, host, pods, callers)
        ):
            alone.append(WithoutPolicy(host.namespace, service.name, why))
            continue
        allowed = tuple(_allowed(mesh, host, known))
        manifest = _manifest(mesh, service, allowed, is_dry=is_dry)
        policies.append(PolicyPlan(host.namespace, service.name, allowed, manifest))
    return AuthorizationAnswer(tuple(policies), tuple(alone))


def _of_pods(mesh: Mesh, pods: Sequence[Workload]) -> str:
    """Say why the pods can't enforce a policy, or have one; empty where it is all right."""
    for pod in pods:
        if mesh.workloads.membership(pod) is not Membership.SIDECAR:
            return f"{pod.title} has no sidecar to enforce a policy"
        if mesh.security.peer_authentications.of_workload(pod).mode is Mode.DISABLE:
            return f"{pod.title} takes no mutual TLS, so no caller can prove who it is"
        for policy in mesh.security.authorization.guarding(pod):
            if policy.action == "ALLOW" and not is_dry_run(policy):
                return f"{policy.title} says already who may call {pod.title}"
    return ""


def _of_callers(mesh: Mesh, pods: Sequence[Workload], known: Sequence[KnownCaller]) -> str:
    """Say why a policy would shut out a known caller; empty where it wouldn't."""
    if not known:
        return "nobody is known to call it"
    for caller in known:
        if caller.identity is None:
            return f"a caller has no identity that a policy could name: {caller.why}"
        home, _, account = caller.identity.partition("/")
        clients = mesh.security.client_identity.sidecars_of(home, account)
        if clients is not None and any(map(clients.plaintext_to, pods)):
            return f"{caller.identity} calls it in plaintext, so that its identity isn't proven"
    return ""


def _beside(
    mesh: Mesh, host: RegisteredHost, pods: Sequence[Workload], callers: KnownCallers
) -> str:
    """Say which other Service of the same pods lets in somebody whom a policy would shut out."""
    for pod in pods:
        for other in mesh.workloads.container_ports.hosts(pod):
            if isinstance(other.source, Service) and other.source.type in _OPEN_TYPES:
                return f"{other.source.title} ({other.source.type}) lets in callers from outside"
            nameless = [caller.why for caller in callers.of(other) if caller.identity is None]
            if nameless and other is not host:
                return f"{other.source.title} has the same pods, and a caller without identity: {nameless[0]}"
    return ""


def _allowed(
    mesh: Mesh, host: RegisteredHost, known: Sequence[KnownCaller]
) -> Iterator[AllowedCaller]:
    by_identity: dict[str, list[KnownCaller]] = {}
    for caller in known:
        by_identity.setdefault(caller.identity or "", []).append(caller)
    for identity, several in sorted(by_identity.items()):
        numbers = frozenset().union(*(known_caller.ports for known_caller in several))
        if any(not known_caller.ports for known_caller in several):
            numbers = frozenset(port.number for port in host.ports)
        reasons = tuple(dict.fromkeys(known_caller.why for known_caller in several))
        yield AllowedCaller(identity, _targets(mesh, host, numbers), reasons)


def _targets(mesh: Mesh, host: RegisteredHost, numbers: frozenset[int]) -> tuple[int, ...]:
    """The container ports of ports of a Service; none where one of them isn't known."""
    found = set()
    for pod in mesh.workloads.behind(host):
        for number in numbers:
            port = host.port(number)
            target = mesh.workloads.target_port(pod, port) if port is not None else None
            if target is None:
                return ()
            found.add(target)
    return tuple(sorted(found))


def _manifest(
    mesh: Mesh, service: Service, allowed: Sequence[AllowedCaller], *, is_dry: bool
) -> dict[str, Any]:
    by_ports: dict[tuple[int, ...], list[str]] = {}
    for allowed_caller in allowed:
        by_ports.setdefault(allowed_caller.ports, []).append(allowed_caller.identity)
    rules = []
    for ports, identities in sorted(by_ports.items()):
        rule: dict[str, Any] = {"from": allowed_sources(identities)}
        if ports:
            rule["to"] = [{"operation": {"ports": [str(port) for port in ports]}}]
        rules.append(rule)
    taken = {
        authorization_policy.name
        for authorization_policy in mesh.of(AuthorizationPolicy)
        if authorization_policy.namespace == service.namespace
    }
    name = f"{service.name}-callers"
    while name in taken:
        name += "-known"
    metadata: dict[str, Any] = {"name": name, "namespace": service.namespace}
    if is_dry:
        metadata["annotations"] = {DRY_RUN: "true"}
    selector = {"matchLabels": dict(service.selector)}
    return {
        "apiVersion": "security.istio.io/v1",
        "kind": "AuthorizationPolicy",
        "metadata": metadata,
        "spec": {"action": "ALLOW", "selector": selector, "rules": rules},
    }
