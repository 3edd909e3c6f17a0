"""A Gateway names a GatewayClass that doesn't exist.

No controller looks after it: it gets no workload and no address, and stays `Unknown` in its status.

Fix: name in `spec.gatewayClassName` a class that exists; Istio makes `istio`, `istio-remote`, `istio-waypoint` and
`istio-east-west`.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from meshctl.mesh import Mesh
from meshctl.resources import GatewayClass, KubernetesGateway
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, put, rule
from meshctl.spelling import spelt_otherwise
from meshctl.words import quoted

_ISTIO = ("istio", "istio-remote", "istio-waypoint", "istio-east-west", "agentgateway")


@rule(on=KubernetesGateway, severity=Severity.WARNING, equivalents=("KIA1504",), since="0.1.0")
def check(gateway: KubernetesGateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report classes that are not in a whole mesh, and misspelt ones of Istio's."""
    name = gateway.class_name
    if not name or name in _ISTIO or mesh.named(GatewayClass, name):
        return
    known = {gateway_class.name for gateway_class in mesh.of(GatewayClass)}
    classes = [*_ISTIO, *sorted(known)]
    meant = spelt_otherwise(name, classes)
    close = [meant] if meant else get_close_matches(name, classes, n=1, cutoff=0.85)
    all_classes = mesh.knows.everywhere("GatewayClass")
    if all_classes or close:
        hint = f"; did you mean {quoted(close[0])}?" if close else ""
        edits = [put(gateway.spec.at("gatewayClassName"), meant)] if meant else []
        yield Finding(
            gateway.spec.at("gatewayClassName"),
            f"there is no GatewayClass {quoted(name)}, so nobody serves this Gateway{hint}",
        ).fixed_by(*edits, safe=name != name.lower())  # no object has capitals in its name
    else:
        yield NotChecked(all_classes.reason)
