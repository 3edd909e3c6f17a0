"""Plans an ALLOW policy for each Service whose callers are all known by identity."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from meshctl.generate.authorization.callers import KnownCaller, KnownCallers
from meshctl.generate.authorization.serving_pods import ServingPods
from meshctl.generate.service.objects import allowed_sources
from meshctl.istio.annotation_names import DRY_RUN
from meshctl.mesh import Mesh
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.workloads.service_roles import is_own_of_istio
from meshctl.resources import AuthorizationPolicy, Service, Workload

if TYPE_CHECKING:
    from meshctl.mesh.security.client_identity import NamespaceSidecars


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
    servers = ServingPods(mesh, callers)
    for host in mesh.registry:
        service = host.source
        if not isinstance(service, Service) or (shown and host.namespace not in shown):
            continue
        pods = mesh.workloads.behind(host)
        if not pods or is_own_of_istio(service) or servers.are_gateways(pods):
            continue
        if (
            why := servers.unfit(pods)
            or _of_callers(mesh, pods, callers.of(host))
            or servers.beside(host, pods)
        ):
            alone.append(WithoutPolicy(host.namespace, service.name, why))
            continue
        allowed = tuple(_allowed(servers, host, pods, callers.of(host)))
        manifest = _manifest(mesh, service, allowed, is_dry=is_dry)
        policies.append(PolicyPlan(host.namespace, service.name, allowed, manifest))
    return AuthorizationAnswer(tuple(policies), tuple(alone))


def _of_callers(mesh: Mesh, pods: Sequence[Workload], known: Iterable[KnownCaller]) -> str:
    """Say why a policy would shut out a known caller; empty where it wouldn't."""
    judged: dict[NamespaceSidecars | None, bool] = {None: False}
    caller = None
    for caller in known:
        if caller.identity is None:
            return f"a caller has no identity that a policy could name: {caller.why}"
        home, _, account = caller.identity.partition("/")
        clients = mesh.security.client_identity.sidecars_of(home, account)
        if clients not in judged:
            judged[clients] = clients is not None and any(map(clients.plaintext_to, pods))
        if judged[clients]:
            return f"{caller.identity} calls it in plaintext, so that its identity isn't proven"
    return "nobody is known to call it" if caller is None else ""


def _allowed(
    servers: ServingPods, host: RegisteredHost, pods: Sequence[Workload],
    known: Iterable[KnownCaller],
) -> Iterator[AllowedCaller]:  # fmt: skip
    by_identity: dict[str, list[KnownCaller]] = {}
    for caller in known:
        by_identity.setdefault(caller.identity or "", []).append(caller)
    targets: dict[frozenset[int], tuple[int, ...]] = {}
    for identity, several in sorted(by_identity.items()):
        numbers = frozenset().union(*(known_caller.ports for known_caller in several))
        if any(not known_caller.ports for known_caller in several):
            numbers = frozenset(port.number for port in host.ports)
        if numbers not in targets:
            targets[numbers] = servers.targets(pods, host, numbers)
        reasons = tuple(dict.fromkeys(known_caller.why for known_caller in several))
        yield AllowedCaller(identity, targets[numbers], reasons)


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
    name = f"{service.name}-callers"
    while mesh.named_in(AuthorizationPolicy, name, service.namespace):
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
