"""Describes the configuration that applies to a pod, a Service or a gateway."""

from collections.abc import Iterable
from typing import Any

from meshctl.engine.analyze import findings_about
from meshctl.engine.report import LocatedFinding
from meshctl.errors import UsageError
from meshctl.inspect.describe.gateway import gateway_form, kubernetes_form, workload_form
from meshctl.inspect.describe.pod import pod_form
from meshctl.inspect.describe.service import service_form
from meshctl.inspect.shown import Shown
from meshctl.inspect.targets import find, find_workload
from meshctl.mesh import Mesh
from meshctl.resources import Gateway, KubernetesGateway, Resource, Service
from meshctl.settings import Settings

_KINDS = (
    "Namespace", "Service", "Pod", "Deployment", "PeerAuthentication", "AuthorizationPolicy",
    "RequestAuthentication", "DestinationRule", "VirtualService", "ServiceEntry", "Gateway",
    "Sidecar", "EnvoyFilter", "Telemetry", "WasmPlugin", "HTTPRoute", "GRPCRoute", "TLSRoute",
    "TCPRoute", "MutatingWebhookConfiguration",
)  # fmt: skip
"""What answers are made of."""
_POD = frozenset({"pod", "po", "pods", "workload", "deployment", "deploy"})
_SERVICE = frozenset({"service", "svc", "services"})
_GATEWAY = frozenset({"gateway", "gw", "gateways"})


def describe(mesh: Mesh, what: str, name: str, settings: Settings) -> dict[str, Any]:
    """Write what applies to a ``pod`` (or workload), ``service`` or ``gateway`` of a name.

    A gateway is a Gateway of Istio or of the Gateway API, or a workload that runs one. The
    findings of the rules are those about the objects that the answer names.
    """
    shown = Shown()
    kind = what.lower()
    namespace = settings.namespace
    if kind in _POD:
        form = pod_form(mesh, find_workload(mesh, name, namespace), shown)
    elif kind in _SERVICE:
        may_lack = mesh.may_lack("Service")
        found = find(mesh.of(Service), name, namespace, "Service", may_lack=may_lack)
        form = service_form(mesh, found, shown)
    elif kind in _GATEWAY:
        form = _gateway(mesh, name, namespace, shown)
    else:
        raise UsageError(f"{what!r} cannot be described; take pod, service or gateway")
    not_shown = [kind for kind in _KINDS if mesh.may_lack(kind)]
    return {
        **form,
        "not_shown": not_shown,
        "findings": _findings(findings_about(mesh, shown.resources, settings)),
    }


def _gateway(mesh: Mesh, name: str, namespace: str, shown: Shown) -> dict[str, Any]:
    known: list[Resource] = [*mesh.of(Gateway), *mesh.of(KubernetesGateway)]
    serving = (gateway.workload.workload for gateway in mesh.gateways)
    workloads = [workload for workload in serving if workload is not None]
    may_lack = mesh.may_lack("Gateway", "Pod", "Deployment")
    what = "Gateway or gateway workload"
    found = find([*known, *workloads], name, namespace, what, may_lack=may_lack)
    if isinstance(found, Gateway):
        return gateway_form(mesh, found, shown)
    if isinstance(found, KubernetesGateway):
        return kubernetes_form(mesh, found, shown)
    effective = mesh.gateways.for_workload(found.key_name)
    assert effective is not None  # noqa: S101 - it was chosen from these
    return {"serves": workload_form(mesh, effective, shown)}


def _findings(found: Iterable[LocatedFinding]) -> list[dict[str, Any]]:
    return [
        {
            "rule": finding.rule,
            "severity": finding.severity.value,
            "message": finding.message,
            "kind": finding.resource.kind,
            "namespace": finding.resource.namespace,
            "name": finding.resource.name,
            "location": {
                "file": finding.location.file,
                "line": finding.location.line,
                "column": finding.location.column,
                "path": finding.location.path,
            },
        }
        for finding in found
    ]
