"""An Ingress that Istio serves has no gateway, or no certificate where the gateway looks for it.

Ingresses of the class `istio` become routes of the gateways whose pods have the label `istio: ingressgateway`,
or the value that `meshConfig.ingressSelector` names. A Secret of `tls` is read from the namespace of these
pods, not from that of the Ingress; without it TLS connections are cut off.

Fix: write the label of the gateway's pods into `meshConfig.ingressSelector`, and create the Secret in their
namespace.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import is_gateway
from meshctl.resources import Resource, View
from meshctl.resources.kubernetes.ingress import class_of
from meshctl.resources.view import views
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted

_DEFAULT = "ingressgateway"


@rule(on=Resource, severity=Severity.ERROR, since="0.1.0", holds=("Ingress",))
def check(ingress: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report Ingresses of the class istio for which no pods or no Secret of the whole mesh are."""
    if ingress.kind != "Ingress" or class_of(ingress) != "istio":
        return
    if not mesh.is_whole:
        yield NotChecked("the input may lack the gateway that serves Ingresses")
        return
    label = str(mesh.config.raw.get("ingressSelector") or _DEFAULT)
    pods = mesh.workloads.find({"istio": label})
    homes = {one.namespace for one in pods}
    if not pods and any(is_gateway(one) for one in mesh.workloads):
        yield Finding(
            ingress.spec.at("ingressClassName"),
            f"no pods have the label istio={label}, which Istio serves Ingresses by",
        )
    for entry in views(ingress.spec, "tls", View) if pods else ():
        name = entry.text("secretName")
        found = mesh.registry.secrets.called(name)
        if name and found and not homes & found.keys():
            yield Finding(
                entry.at("secretName"),
                f"Secret {quoted(name)} is in {', '.join(sorted(found))}, and the gateway reads it from "
                f"{', '.join(sorted(homes))}",
            )
