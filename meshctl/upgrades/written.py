"""Asks what objects say in several places: TLS settings, hosts, labels and selectors, API versions."""

from collections.abc import Iterable, Iterator

from meshctl.istio.labels import INJECT
from meshctl.mesh import Mesh
from meshctl.mesh.traffic import written_policies
from meshctl.mesh.workloads import Membership
from meshctl.resources import (
    DestinationRule,
    Namespace,
    Ref,
    Resource,
    Route,
    Service,
    ServiceEntry,
    View,
    VirtualService,
    Workload,
)
from meshctl.resources.view import Path
from meshctl.upgrades.upgrade import Upgrade

_SELECTORS: dict[str, tuple[Path, ...]] = {
    "Service": (("spec", "selector"),),
    "Gateway": (("spec", "selector"), ("spec", "infrastructure", "labels")),
    "NetworkPolicy": (("spec", "podSelector", "matchLabels"),),
    "PodDisruptionBudget": (("spec", "selector", "matchLabels"),),
    "PodMonitor": (("spec", "selector", "matchLabels"),),
    "ServiceMonitor": (("spec", "selector", "matchLabels"),),
    "EnvoyFilter": (("spec", "workloadSelector", "labels"),),
    "Sidecar": (("spec", "workloadSelector", "labels"),),
    "DestinationRule": (("spec", "workloadSelector", "matchLabels"),),
    "Deployment": (("spec", "selector", "matchLabels"),),
    "DaemonSet": (("spec", "selector", "matchLabels"),),
}
_POLICY = ("spec", "selector", "matchLabels")


def tls_settings(rule: DestinationRule) -> Iterator[View]:
    """Walk the TLS settings of a rule: of the host, of subsets, of ports."""
    for policy in written_policies(rule):
        tls = policy.child("tls")
        if tls.data:
            yield tls


def service_host(service: Service, mesh: Mesh) -> str:
    """The host of a Service."""
    return f"{service.name}.{service.namespace}.svc.{mesh.config.domain}"


def full_host(host: str, namespace: str, mesh: Mesh) -> str:
    """Complete a host as written: ``db``, ``db.shop`` and ``db.shop.svc`` mean one Service."""
    domain = mesh.config.domain
    if not host or host.startswith("*"):
        return host
    if "." not in host:
        return f"{host}.{namespace}.svc.{domain}"
    return f"{host}.{domain}" if host.endswith(".svc") else host


def rule_hosts(resource: Resource) -> Iterator[tuple[Ref, str]]:
    """Walk the hosts that a VirtualService or a DestinationRule is for, as written."""
    if isinstance(resource, VirtualService):
        for index, host in enumerate(resource.hosts):
            yield resource.spec.at("hosts", index), host
    elif isinstance(resource, DestinationRule) and resource.host:
        yield resource.spec.at("host"), resource.host


def label_places(resources: Iterable[Resource], name: str) -> Iterator[tuple[Ref, Resource]]:
    """Walk the places where objects carry a label, or select by it."""
    for resource in resources:
        if not resource.document.may_hold((name,)):
            continue
        paths: list[Path] = [("metadata", "labels"), _POLICY, *_SELECTORS.get(resource.kind, ())]
        if isinstance(resource, Workload):
            paths.append((*resource.template.path, "metadata", "labels"))
        for path in dict.fromkeys(paths):
            if name in resource.child(*map(str, path)).data:
                yield Ref(resource, (*path, name), key=True), resource


def of_versions(
    resources: Iterable[Resource], groups: Iterable[str], version: str
) -> Iterator[Resource]:
    """Walk the objects that are written in one version of some API groups."""
    wanted = {f"{group}/{version}" for group in groups}
    return (resource for resource in resources if resource.api_version in wanted)


def sidecar_workloads(upgrade: Upgrade) -> Iterator[Workload]:
    """Walk the workloads that have a sidecar, or will get one; gateways are none."""
    workloads = upgrade.mesh.workloads
    for workload in workloads:
        if workloads.membership(workload) is Membership.SIDECAR:
            yield workload


def may_have_sidecar(upgrade: Upgrade, workload: Workload) -> bool:
    """Has a workload a sidecar, or may it, as far as the input tells?"""
    found = upgrade.mesh.workloads.membership(workload)
    if workload in upgrade.installation.istiods:
        return False
    return found in {Membership.SIDECAR, Membership.UNKNOWN} and (
        workload.pod_labels.get(INJECT) != "false"
    )


def http_routes(upgrade: Upgrade) -> Iterator[tuple[VirtualService, Route]]:
    """Walk the http rules of all VirtualServices."""
    for virtual_service in upgrade.mesh.of(VirtualService):
        for route in virtual_service.http:
            yield virtual_service, route


def is_ambient_mesh(upgrade: Upgrade) -> bool:
    """Is any namespace or pod in ambient mode?"""
    mesh = upgrade.mesh
    from meshctl.mesh.workloads import is_ambient  # noqa: PLC0415 - one name of a lazy face

    return any(is_ambient(namespace) for namespace in mesh.of(Namespace)) or any(
        workload.pod_labels.get("istio.io/dataplane-mode") == "ambient"
        for workload in mesh.of(Workload)
    )


def hosts_of_several(upgrade: Upgrade) -> Iterator[tuple[str, list[Service | ServiceEntry]]]:
    """Walk the hosts that several objects declare, in different namespaces or by different kinds."""
    declared: dict[str, list[Service | ServiceEntry]] = {}
    for host in upgrade.mesh.registry:
        known = declared.setdefault(host.host, [])
        if host.source not in known:
            known.append(host.source)
    for name, sources in declared.items():
        if len({(source.kind, source.namespace) for source in sources}) > 1:
            yield name, sources


def paths_of(workload: Workload, *keys: str) -> Path:
    """The path to something in the pod template of a workload."""
    return (*workload.template.path, *keys)
