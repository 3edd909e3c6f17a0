"""A policy of action CUSTOM asks an authorizer that the proxies can't reach.

A proxy asks the authorizer as it calls any other host: its Service has to be exported to the proxy's namespace, and the
AuthorizationPolicies of the authorizer have to admit the proxy's identity. Otherwise every request that the rules match is
denied with 403.

Fix: export the Service, or admit the callers in the policy of the authorizer.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.authorization import is_dry_run
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=AuthorizationPolicy, severity=Severity.ERROR, since="0.1.0", needs=("provider",))
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first workload whose proxy can't ask."""
    lost = mesh.clauses.authorizers.lost(policy) if not is_dry_run(policy) else None
    if lost is None:
        return
    opens = mesh.clauses.authorizers.fails_open(policy)
    effect = "let in unasked, as the provider says failOpen" if opens else "denied"
    place = policy.spec.at("provider", "name")
    if lost.by is None or lost.server is None:
        yield Finding(
            place,
            f"the authorizer {lost.host.host} isn't exported to {lost.caller.namespace}, where "
            f"{lost.caller.title} runs: requests that these rules match are {effect}",
        ).also(lost.host.source.at("metadata", "name"), "declared here")
    else:
        yield Finding(
            place,
            f"the policies of {lost.server.title}, the authorizer, refuse {lost.caller.title}: requests that these "
            f"rules match are {effect}",
            severity=None if mesh.is_whole else Severity.WARNING,
        ).also(lost.by.at("metadata", "name"), "refuses it")
