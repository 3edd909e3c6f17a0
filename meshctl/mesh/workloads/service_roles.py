"""Services of Istio's own parts, and of workloads outside the mesh."""

from collections.abc import Iterator

from meshctl.istio.labels import GATEWAY_MANAGED
from meshctl.mesh.workloads.membership import Membership
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import Service
from meshctl.resources.kubernetes.workload import SYSTEM_NAMESPACES

PROXY_PORTS = frozenset({15020, 15021, 15090})
"""Health and metrics of proxies themselves (pkg/istio-agent, Istio 1.31); Envoy routes none."""


def is_own_of_istio(service: Service) -> bool:
    """Is it part of Istio or Kubernetes, as pkg/config/analysis/analyzers/util tells (1.31)?"""
    labels = service.labels
    return (
        "istio" in labels
        or labels.get("release") == "istio"
        or GATEWAY_MANAGED in labels
        or service.namespace in SYSTEM_NAMESPACES
    )


def is_in_mesh(service: Service, workloads: Workloads) -> bool:
    """May one of its pods be in the mesh? A Service whose pods aren't in the input may."""
    pods = workloads.endpoints_of(service.selector, service.namespace) if service.selector else []
    return not pods or any(workloads.membership(pod) is not Membership.NONE for pod in pods)


def differences(service: Service, other: Service) -> Iterator[str]:
    """Name what two declarations of one Service don't share, of what clients depend on."""
    if service.is_headless != other.is_headless:
        yield "clusterIP"
    if service.type != other.type:
        yield "type"
    if _ports(service) != _ports(other):
        yield "ports"


def _ports(service: Service) -> set[tuple[int, str, str, str | None]]:
    return {(port.port, port.name, port.transport, port.app_protocol) for port in service.ports}
