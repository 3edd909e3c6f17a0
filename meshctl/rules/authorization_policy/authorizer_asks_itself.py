"""A policy of action CUSTOM holds for the pods of the very authorizer that it asks.

A check is a request to the authorizer. Its sidecar finds that the policy's rules match it, and asks the authorizer before it
lets the check in; that is a check again, and so on. None of them is ever answered: after the time-out all that the rules
match is denied, or let in where the provider says `failOpen`. A policy without selector in the root namespace does so.

Fix: select the workloads to protect, put the authorizer into a namespace that the policy isn't for, or leave its checks out
by `notPorts`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.authorization import is_dry_run
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=AuthorizationPolicy, severity=Severity.ERROR, since="0.1.0", needs=("provider",))
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report policies whose checks are checked."""
    server = None if is_dry_run(policy) else mesh.clauses.authorizers.asking_itself(policy)
    if server is not None:
        place = policy.spec.at("provider", "name")
        name = quoted(policy.spec.child("provider").text("name"))
        effect = "let in" if mesh.clauses.authorizers.fails_open(policy) else "denied"
        yield Finding(
            place,
            f"the policy holds for {server.title}, too, which is the authorizer {name}: its sidecar checks each check "
            f"again, so that none is answered and what these rules match is {effect} after the time-out",
        )
