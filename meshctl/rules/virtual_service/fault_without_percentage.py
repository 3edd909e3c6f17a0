"""A fault says nothing of how many requests it hits, and so hits none.

The reference of Istio promises the opposite ("if not specified, all requests are aborted"), but
istiod passes an absent percentage on to Envoy, and Envoy reads it as 0: the test of a failure
passes because nothing ever fails (TranslateFault in route.go, Istio 1.31; istio/istio#36303).

Fix: write `percentage: {value: 100}` for all requests, or the part that shall fail.
"""

from collections.abc import Iterator

from meshctl.istio.cel_forms import all_routes
from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_CEL = all_routes(
    ("http",),
    "!has(r.fault) || ((!has(r.fault.abort) || (has(r.fault.abort.percentage) && "
    "has(r.fault.abort.percentage.value)) || has(r.fault.abort.percent) || "
    "!(has(r.fault.abort.httpStatus) || has(r.fault.abort.grpcStatus))) && "
    "(!has(r.fault.delay) || (has(r.fault.delay.percentage) && "
    "has(r.fault.delay.percentage.value)) || has(r.fault.delay.percent) || "
    "!has(r.fault.delay.fixedDelay)))",
)


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", holds=("fault",), cel=_CEL)
def check(virtual_service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report faults without a percentage; 0 is a fault that somebody switched off."""
    for route in virtual_service.http:
        for fault, outcome in ((route.abort, "aborted"), (route.delay, "delayed")):
            if not fault.data or fault.child("percentage").has("value") or fault.has("percent"):
                continue
            message = f"{fault.path[-1]} has no percentage, which Envoy reads as 0: no request is {outcome}"
            edit = put(fault.at("percentage"), {"value": 100})
            yield Finding(fault.key(), message).fixed_by(edit, safe=False)
