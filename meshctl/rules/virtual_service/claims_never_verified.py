"""A route of a gateway matches claims of tokens that nothing verifies there.

`@request.auth.claims` reads what a RequestAuthentication of the gateway's own pods took from a
valid token. Without one no request has any claim: a match on a claim is never met, and one in
`withoutHeaders` always is, so that requests take the wrong route whatever token they bring.

Fix: apply a RequestAuthentication that selects the gateway's pods, in their namespace or in the
root namespace.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import ClaimMatch, claim_matches
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(
    on=VirtualService, severity=Severity.ERROR, equivalents=("IST0149",), since="0.1.0",
    holds=("headers", "withoutHeaders"),
)  # fmt: skip
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report each condition on a claim, for the first gateway that can't know it."""
    asked = claim_matches(service)
    gateways = [
        binding.gateway
        for binding in (mesh.gateways.bindings.of(service) if asked else ())
        if binding.gateway is not None
    ]
    for claim_match in asked:
        wanted = {
            mesh.gateways.bindings.name_of(name, service) for name in claim_match.match.gateways
        }
        for gateway in gateways:
            workload = mesh.security.request_authentications.unverified(gateway)
            if workload is None or (wanted and gateway.key_name not in wanted):
                continue
            known = mesh.knows.all_of("RequestAuthentication", workload.namespace)
            if not known:
                yield NotChecked(known.reason)
                continue
            yield Finding(
                claim_match.match.key(claim_match.field, claim_match.name),
                f"no RequestAuthentication holds for {workload.title}, the pods of Gateway "
                f"{gateway.key_name}, {_effect(claim_match)}",
            ).also(gateway.spec.at("selector"), "selects the pods")
            break


def _effect(claim_match: ClaimMatch) -> str:
    if claim_match.is_negative:
        return "so no request has the claim, and this condition is met by all of them"
    return "so no request has the claim, and this condition is never met"
