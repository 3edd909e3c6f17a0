"""A VirtualService names a Gateway in the old form, with dots.

istiod still reads `shop.front` or `shop.front.svc.cluster.local` as the Gateway `front/shop`, for
configurations from before Istio 1.1. People read it as a host, and a Gateway whose own name has a
dot can't be named without its namespace: `shop.test` would mean Gateway `shop` of namespace `test`.

Fix: write `namespace/name`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import quoted


@rule(
    on=VirtualService, severity=Severity.INFO, equivalents=("KIA1108",), since="0.1.0",
    renamed_from=("virtual-service/gateway-by-old-name",), holds=("gateways",),
)  # fmt: skip
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report each name with a dot and no slash."""
    written = [(name, service.spec.at("gateways", i)) for i, name in enumerate(service.gateways)]
    for route in service.routes:
        for match in route.matches:
            written += [(name, match.at("gateways", i)) for i, name in enumerate(match.gateways)]
    for name, ref in written:
        if "." in name and "/" not in name:
            means = mesh.gateways.bindings.name_of(name, service)
            yield Finding(
                ref, f"{quoted(name)} is read as {quoted(means)}, in a form from before Istio 1.1"
            ).fixed_by(put(ref, means))
