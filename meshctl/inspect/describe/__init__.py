"""Describes what configuration applies to a pod, a Service or a gateway."""

from dataclasses import dataclass

from meshctl.engine.analyze import findings_about
from meshctl.engine.report import LocatedFinding
from meshctl.errors import UsageError
from meshctl.inspect.describe.gateway import (
    GatewayAnswer,
    KubernetesGatewayAnswer,
    ServingWorkload,
    gateway_answer,
    kubernetes_answer,
    workload_answer,
)
from meshctl.inspect.describe.pod import PodAnswer, pod_answer
from meshctl.inspect.describe.service import ServiceAnswer, service_answer
from meshctl.inspect.shown import Place, Shown
from meshctl.inspect.targets import (
    find,
    find_workload,
    look_up,
    look_up_hosts,
    look_up_workload,
)
from meshctl.istio.kind_names import WORKLOAD_KINDS, kind_named, nearest_kinds
from meshctl.mesh import Mesh
from meshctl.resources import Gateway, KubernetesGateway, Resource, Service, Workload
from meshctl.settings import Settings
from meshctl.words import quoted

_KINDS = (
    "Namespace", "Service", "Pod", "Deployment", "PeerAuthentication", "AuthorizationPolicy",
    "RequestAuthentication", "DestinationRule", "VirtualService", "ServiceEntry", "Gateway",
    "Sidecar", "EnvoyFilter", "Telemetry", "WasmPlugin", "HTTPRoute", "GRPCRoute", "TLSRoute",
    "TCPRoute", "MutatingWebhookConfiguration",
)  # fmt: skip
"""What answers are made of."""

Subject = PodAnswer | ServiceAnswer | GatewayAnswer | KubernetesGatewayAnswer | ServingWorkload


@dataclass(frozen=True, slots=True)
class FindingAnswer:
    """What a rule says about one of the objects."""

    rule: str
    severity: str
    message: str
    kind: str
    namespace: str
    name: str
    location: Place


@dataclass(frozen=True, slots=True)
class Description:
    """What was asked about, the kinds that the cluster didn't show whole, and the findings."""

    subject: Subject
    not_shown: tuple[str, ...]
    findings: tuple[FindingAnswer, ...]


def describe(mesh: Mesh, what: str, name: str, settings: Settings) -> Description:
    """Describe what a kind and a name mean; a name alone, or ``KIND/NAME``, has no kind apart.

    A gateway is a Gateway of Istio or of the Gateway API, or a workload that runs one. The
    findings of the rules are those about the objects that the answer names.
    """
    shown = Shown()
    subject = _subject(mesh, what, name, settings.namespace, shown)
    found = findings_about(mesh, shown.resources, settings)
    return Description(
        subject,
        tuple(kind for kind in _KINDS if mesh.may_lack(kind)),
        tuple(map(_finding, found)),
    )


def is_kind(word: str) -> bool:
    """Can what a word names be described?"""
    return word.lower() in {"workload", "workloads"} or kind_named(word) in {
        *WORKLOAD_KINDS, "Service", "Gateway",
    }  # fmt: skip


def _subject(mesh: Mesh, what: str, name: str, namespace: str, shown: Shown) -> Subject:
    if not what:
        found = _of_any_kind(mesh, name, namespace)
        return _answer(mesh, found, shown)
    if not is_kind(what):
        near = nearest_kinds(what)
        hint = f"did you mean {' or '.join(near)}?" if near and kind_named(what) is None else (
            "take a kind of workload such as pod or sts, a service, or a gateway"
        )  # fmt: skip
        raise UsageError(f"{quoted(what)} cannot be described; {hint}")
    kind = kind_named(what)
    if kind == "Service":
        may_lack = mesh.may_lack("Service")
        service = find(mesh.of(Service), name, namespace, "Service", may_lack=may_lack)
        return service_answer(mesh, service, shown)
    if kind == "Gateway":
        return _gateway(mesh, name, namespace, shown)
    if kind in {None, "Pod"}:
        return pod_answer(mesh, find_workload(mesh, name, namespace), shown)
    own = f"{kind}/{name}" if "/" not in name else name
    return pod_answer(mesh, find_workload(mesh, own, namespace), shown)


def _of_any_kind(mesh: Mesh, name: str, namespace: str) -> Resource:
    """Find what a name alone means: a workload, else a Service, else a Gateway."""
    workload = look_up_workload(mesh, name, namespace)
    if workload is not None:
        return workload
    for host in look_up_hosts(mesh, name, namespace):
        if isinstance(host.source, Service):
            return host.source
    gateways: list[Resource] = [*mesh.of(Gateway), *mesh.of(KubernetesGateway)]
    gateway = look_up(gateways, name, namespace)
    if gateway is not None:
        return gateway
    several: list[Resource] = [*mesh.of(Workload), *mesh.of(Service), *gateways]
    from meshctl.inspect.near_names import nearest  # noqa: PLC0415 - for a mistake alone

    near = nearest(name, (f"{resource.name}.{resource.namespace}" for resource in several))
    hint = f"did you mean {' or '.join(near)}?" if near else "name it as KIND/NAME.NAMESPACE"
    raise UsageError(f"there is no workload, Service or Gateway {quoted(name)}; {hint}")


def _answer(mesh: Mesh, found: Resource, shown: Shown) -> Subject:
    if isinstance(found, Service):
        return service_answer(mesh, found, shown)
    if isinstance(found, Gateway):
        return gateway_answer(mesh, found, shown)
    if isinstance(found, KubernetesGateway):
        return kubernetes_answer(mesh, found, shown)
    assert isinstance(found, Workload)  # noqa: S101 - nothing else was looked for
    return pod_answer(mesh, found, shown)


def _gateway(mesh: Mesh, name: str, namespace: str, shown: Shown) -> Subject:
    known: list[Resource] = [*mesh.of(Gateway), *mesh.of(KubernetesGateway)]
    serving = (gateway.workload.workload for gateway in mesh.gateways)
    workloads = [workload for workload in serving if workload is not None]
    may_lack = mesh.may_lack("Gateway", "Pod", "Deployment")
    what = "Gateway or gateway workload"
    found = find([*known, *workloads], name, namespace, what, may_lack=may_lack)
    if not isinstance(found, Workload):
        return _answer(mesh, found, shown)
    effective = mesh.gateways.for_workload(found.key_name)
    assert effective is not None  # noqa: S101 - it was chosen from these
    return workload_answer(mesh, effective, shown)


def _finding(finding: LocatedFinding) -> FindingAnswer:
    place = finding.location
    return FindingAnswer(
        finding.rule,
        finding.severity.value,
        finding.message,
        *finding.resource[1:],
        Place(place.file, place.line, place.column, place.path),
    )
