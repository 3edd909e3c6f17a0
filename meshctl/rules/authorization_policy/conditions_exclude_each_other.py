"""A rule asks for two things that no request has together.

All fields of one `source` or `operation` have to be met, and all conditions of `when` beside them: principals of one
namespace and `namespaces` of another one, values that `not…` excepts again. The source or operation matches nobody: an ALLOW
rule lets nothing in by it, a DENY rule refuses nothing.

Fix: write what are alternatives as entries of their own (`- source:`), or take the other condition out.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.authorization import contradictions
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule

_WITHOUT_EFFECT = {
    "ALLOW": "lets nothing in", "DENY": "refuses nothing", "AUDIT": "marks nothing", "CUSTOM": "asks nobody",
}  # fmt: skip


@rule(on=AuthorizationPolicy, severity=Severity.ERROR, since="0.1.0", holds=("rules",))
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report sources, operations and conditions that nobody meets, since they contradict one another."""
    for entry in policy.rules:
        for place, other in contradictions(entry):
            effect = _WITHOUT_EFFECT.get(policy.action, "matches nothing")
            text = f"no request has these together with what `{other.path[-1]}` asks for: this part {effect}"
            yield Finding(place, text).also(other, "excludes all of them")
