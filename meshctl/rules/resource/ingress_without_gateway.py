"""An Ingress that Istio serves has no gateway.

Ingresses of the class `istio` become routes of the gateways whose pods have the label `istio: ingressgateway`,
or the value that `meshConfig.ingressSelector` names.

Fix: write the label of the gateway's pods into `meshConfig.ingressSelector`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import is_gateway
from meshctl.resources import Resource
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=Resource, severity=Severity.ERROR, since="0.1.0", holds=("Ingress",))
def check(ingress: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report Ingresses that Istio serves and for which the whole mesh has no pods."""
    if not mesh.gateways.ingresses.has(ingress):
        return
    if not mesh.is_whole:
        yield NotChecked("the input may lack the gateway that serves Ingresses")
        return
    ingresses = mesh.gateways.ingresses
    if not ingresses.homes and any(is_gateway(workload) for workload in mesh.workloads):
        label = ingresses.selector["istio"]
        yield Finding(
            ingress.spec.at("ingressClassName"),
            f"no pods have the label istio={label}, which Istio serves Ingresses by",
        )
