"""Finds what holds for the pods of a workload."""

from dataclasses import dataclass

from meshctl.inspect.describe.gateway import ServingWorkload, workload_answer
from meshctl.inspect.describe.policies import (
    AuthorizationAnswer,
    PeerAnswer,
    PeerAnswers,
    ProxySettings,
    TokenPolicy,
    authorization,
    container_ports,
    enforcer,
    proxy_settings,
    request_authentications,
)
from meshctl.inspect.describe.service import HostAnswer, host_answer
from meshctl.inspect.describe.ztunnel_authorization import at_ztunnel
from meshctl.inspect.injection.explanation import InjectionAnswer, injection, injection_answer
from meshctl.inspect.shown import Named, Shown
from meshctl.istio.labels import REVISION
from meshctl.mesh import Mesh
from meshctl.mesh.workloads.membership import Membership, is_gateway
from meshctl.resources import Workload


@dataclass(frozen=True, slots=True)
class ContainerPort:
    """A port that a container declares."""

    container: str
    name: str | None
    number: int | None
    protocol: str


@dataclass(frozen=True, slots=True)
class PodAnswer(ProxySettings):
    """Everything about a pod; a controller of the input answers for the pods that it made.

    ``enforced_by`` is null outside the mesh; ``serves`` is for what runs a gateway.
    """

    pod: Named
    controller: Named | None
    proxy: str
    is_gateway: bool
    revision: str | None
    injection: InjectionAnswer
    service_account: str
    ports: tuple[ContainerPort, ...]
    not_ready: tuple[str, ...]
    services: tuple[HostAnswer, ...]
    enforced_by: str | None
    peer_authentication: PeerAnswer
    authorization: AuthorizationAnswer
    request_authentications: tuple[TokenPolicy, ...]
    serves: ServingWorkload | None


def pod_answer(mesh: Mesh, pod: Workload, shown: Shown) -> PodAnswer:
    """Describe a pod, or the pods of a workload.

    Findings about webhooks are none about the pod, so these are not among the objects shown.
    """
    workload = mesh.workloads.listed(pod)
    named = shown.whole(pod)
    controller = shown.whole(workload) if workload is not pod else None
    found = injection(mesh, pod)
    written = pod.pod_labels.get(REVISION) or pod.pod_annotations.get(REVISION)
    hosts = mesh.workloads.container_ports.hosts(workload)
    services = tuple(host_answer(mesh, host, shown, workload) for host in hosts)
    peers = PeerAnswers(mesh, shown).of(workload)
    callers = authorization(mesh, workload, shown)
    if mesh.workloads.membership(workload) is Membership.AMBIENT:
        callers = at_ztunnel(mesh, workload, callers)
    tokens = request_authentications(mesh, workload, shown)
    settings = proxy_settings(mesh, workload, shown)
    served = mesh.gateways.for_workload(workload.key_name)
    return PodAnswer(
        sidecar=settings.sidecar,
        telemetries=settings.telemetries,
        envoy_filters=settings.envoy_filters,
        wasm_plugins=settings.wasm_plugins,
        pod=named,
        controller=controller,
        proxy=mesh.workloads.membership(workload).value,
        is_gateway=is_gateway(workload),
        revision=written or next((one.revision for one in found.taken_by), None),
        injection=injection_answer(found, Shown()),
        service_account=workload.service_account,
        ports=_ports(pod),
        not_ready=_not_ready(pod),
        services=services,
        enforced_by=enforcer(mesh, workload),
        peer_authentication=peers,
        authorization=callers,
        request_authentications=tokens,
        serves=workload_answer(mesh, served, shown) if served and served.gateways else None,
    )


def _ports(pod: Workload) -> tuple[ContainerPort, ...]:
    return tuple(
        ContainerPort(
            name, port.text("name") or None, port.number("containerPort"),
            port.text("protocol") or "TCP",
        )
        for name, port in container_ports(pod)
    )  # fmt: skip


def _not_ready(pod: Workload) -> tuple[str, ...]:
    return tuple(
        str(one.get("name"))
        for _, one in pod.child("status").items("containerStatuses")
        if one.get("ready") is False
    )
