"""A policy of action CUSTOM is for a port without requests, where nobody asks its provider.

A provider of type `envoyExtAuthzHttp` is asked about requests alone, and a rule that reads requests is
left out where there are none. On a TCP port, and on connections that a gateway passes through, istiod
then generates nothing: everybody is let in, without a word.

Fix: use an `envoyExtAuthzGrpc` provider with rules without HTTP fields, or guard the port by an ALLOW
policy.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.authorization import is_dry_run
from meshctl.mesh.security import Layer4Port, http_parts, reaches_port
from meshctl.mesh.workloads import Membership, is_gateway
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=AuthorizationPolicy, severity=Severity.ERROR, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first port that none of the rules holds on; beside HTTP ports it is info."""
    if policy.action != "CUSTOM" or policy.target_refs or is_dry_run(policy):
        return
    place = policy.spec.at("provider", "name")
    kinds = mesh.extension_providers.types(policy.spec.child("provider").text("name"))
    layer4 = mesh.security.http_workloads.layer4
    for workload, ports in mesh.security.authorization.asked(policy, layer4):
        is_sidecar = mesh.workloads.membership(workload) is Membership.SIDECAR
        if not (is_sidecar or is_gateway(workload)):
            continue
        for port in ports:
            why = _why(policy, port, kinds)
            if why:
                named = any(operation.texts("ports") for operation in policy.operations)
                is_beside = mesh.security.http_workloads.has_requests(workload) and not named
                yield Finding(
                    place,
                    f"{why}, so that nobody asks it about port {port.target} of {workload.title}, "
                    f"which speaks {port.protocol}: all are let in",
                    severity=Severity.INFO if is_beside else None,
                ).also(port.ref, f"is {port.protocol}")
                return


def _why(policy: AuthorizationPolicy, port: Layer4Port, kinds: frozenset[str]) -> str:
    fitting = [entry for entry in policy.rules if reaches_port(entry, port.target)]
    if fitting and kinds == {"envoyExtAuthzHttp"}:
        return "the provider is asked about requests alone"
    if (
        "envoyExtAuthzGrpc" in kinds
        and fitting
        and all(next(http_parts(entry), None) is not None for entry in fitting)
    ):
        return "the rules read requests"
    return ""
