"""A selector picks the Deployment that a Canary names, and not the copy that serves requests.

Flagger copies the Deployment and changes one label of the pods: `app: shop` becomes
`app: shop-primary`. The copy gets the requests, and the Deployment itself only a share of them
while a new version is tried. A policy, Sidecar or Service by the old label misses the copy: what
it protects or sets doesn't hold there.

Fix: select by a label that both have, such as one of your own beside `app`, or write a second
object for the copy.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Outcome, Severity, rule

_SECURITY = frozenset(
    {"AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication", "NetworkPolicy"}
)


@rule(on=Resource, severity=Severity.WARNING, since="0.1.0")
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report selectors by the label that Flagger changes, unless another object picks the copy."""
    found = mesh.clauses.copied_pods.left_out(resource) if mesh.has_controllers else None
    if found is None:
        return
    copy, place = found
    value = copy.primary.pod_labels[copy.label]
    severity = None
    if resource.kind in _SECURITY:
        severity = Severity.ERROR
    if resource.kind == "PeerAuthentication":
        modes = mesh.security.peer_authentications
        if modes.of_workload(copy.target).mode == modes.of_workload(copy.primary).mode:
            severity = Severity.INFO
    yield Finding(
        place,
        f"the requests for {copy.target.title} go to {copy.primary.name}, the copy that Flagger "
        f"makes with {copy.label}={value}, which this {resource.kind} doesn't select",
        severity=severity,
    ).also(copy.canary.target.at("name"), "has it copied")
