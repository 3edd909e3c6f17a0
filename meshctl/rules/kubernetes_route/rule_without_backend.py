"""A rule has no backend with a weight, so that it answers `500`, or refuses connections.

That holds for a rule without `backendRefs` (and without a redirect) and for one whose weights are
all 0.

Fix: name a Service in `backendRefs`, or add a filter of type RequestRedirect; to take a path out of service, answer from a backend of its own.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute, Ref, View
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=KubernetesRoute, severity=Severity.WARNING, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report rules that lead nowhere, of routes that may be istiod's."""
    if mesh.gateway_api.is_read_by_istio(route) is False:
        return
    for written in route.rules:
        backends = [data for _, data in written.items("backendRefs")]
        redirects = any(one.get("type") == "RequestRedirect" for _, one in written.items("filters"))
        if redirects or any(backend.get("weight", 1) for backend in backends):
            continue
        what = "all weights of this rule are 0" if backends else "this rule has no backend"
        is_http = route.kind in {"HTTPRoute", "GRPCRoute"}
        text = f"{what}: requests get 500" if is_http else f"{what}: connections are refused"
        yield Finding(_place(written, has_backends=bool(backends)), text)


def _place(written: View, *, has_backends: bool) -> Ref:
    return written.key("backendRefs") if has_backends else written.at()
