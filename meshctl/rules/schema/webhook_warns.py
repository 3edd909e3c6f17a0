"""Istio's validating webhook accepts an object with a warning.

`kubectl apply` prints the warning and stores the object, which probably does something else than
it says.

Fix: follow the message: it says what is allowed at this place.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.injection import is_gateway
from meshctl.resources import AuthorizationPolicy, Resource, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Resource, severity=Severity.WARNING, since="0.1.0", equivalents=("IST0133",))
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report what the webhook warns about."""
    for fault in mesh.verdict(resource).of("webhook", is_warning=True):
        if not ("rules" in fault.path and _guards_http_alone(resource, mesh)):
            yield Finding(fault.at(resource), fault.message)


def _guards_http_alone(policy: Resource, mesh: Mesh) -> bool:
    """Can't a rule about HTTP do harm on TCP ports, because its workloads have none?"""
    if not isinstance(policy, AuthorizationPolicy) or policy.target_refs:
        return False
    guarded = mesh.authorization.reached(policy)
    return bool(guarded) and all(_is_http(one, mesh) for one in guarded)


def _is_http(workload: Workload, mesh: Mesh) -> bool:
    if not is_gateway(workload):
        return mesh.ports.are_http(workload)
    gateway = mesh.gateways.for_workload(workload.key_name)
    servers = gateway.servers if gateway is not None else []
    return bool(servers) and all(one.routes_http for one in servers)
