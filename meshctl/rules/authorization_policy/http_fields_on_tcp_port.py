"""A rule reads requests, and the workload has a port that doesn't speak HTTP.

On such a port there are no methods, paths, hosts, headers or tokens. istiod leaves a rule of an
ALLOW policy out there, so that it lets nobody in and connections are reset. Of a DENY rule only the
part that reads requests is left out, so that it refuses everything else that it matches: all
connections to the port, if that is its only part. At a gateway the servers decide: what passes TLS
through, or opens it for another protocol than HTTPS, carries no requests.

Fix: limit the rule to the HTTP ports with `ports`, and write a rule without HTTP fields for the
other one.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import Layer4Port, http_parts, reaches_port, widened_on
from meshctl.mesh.workloads import Membership, is_gateway
from meshctl.resources import AuthorizationPolicy, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=AuthorizationPolicy, severity=Severity.WARNING, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report DENY rules that a TCP port widens, and TCP ports that no ALLOW rule fits any more."""
    if policy.target_refs or policy.action not in {"ALLOW", "DENY"}:
        return
    layer4 = mesh.security.http_workloads.layer4
    for workload, ports in mesh.security.authorization.asked(policy, layer4):
        is_ambient = mesh.workloads.membership(workload) is Membership.AMBIENT
        if is_ambient:
            continue  # ztunnel has rules of its own
        for port in ports:
            finding = _on_port(policy, workload, port, mesh)
            if finding is not None:
                yield finding.also(port.ref, f"is {port.protocol}")
                return


def _on_port(
    policy: AuthorizationPolicy, workload: Workload, port: Layer4Port, mesh: Mesh
) -> Finding | None:
    target = port.target
    where = f"port {target} of {workload.title}, which speaks {port.protocol}"
    membership = mesh.workloads.membership(workload)
    is_sure = membership is Membership.SIDECAR or is_gateway(workload)
    if policy.action == "DENY":
        widened = [ref for entry in policy.rules if (ref := widened_on(entry, target)) is not None]
        text = f"this part of the rule is left out on {where}: the rule refuses connections there whatever they carry"
        return Finding(widened[0], text, Severity.ERROR if is_sure else None) if widened else None
    fitting = [entry for entry in policy.rules if reaches_port(entry, target)]
    reading = [next(http_parts(entry), None) for entry in fitting]
    if not reading or None in reading or reading[0] is None:
        return None
    for authorization_policy in mesh.security.authorization.guarding(workload):
        for entry in authorization_policy.rules if authorization_policy.action == "ALLOW" else ():
            if reaches_port(entry, target) and next(http_parts(entry), None) is None:
                return None
    return Finding(
        reading[0], f"this rule never matches on {where}, and no other rule lets anybody in there"
    )
