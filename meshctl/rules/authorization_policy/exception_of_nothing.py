"""A value is excepted by `not…`, and what stands beside it doesn't take it in.

All fields of one `source` or `operation` have to be met. Where `paths` lists `/api/*`, a request for `/admin` isn't meant
anyway, so that `notPaths: [/admin]` excepts nothing: to be kept out of other rules, it has to stand in those, or in a
DENY policy.

Fix: take the exception out, or write what it is to be excepted from.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.authorization import idle_exceptions
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=AuthorizationPolicy, severity=Severity.WARNING, since="0.1.0", holds=("rules",))
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report excepted values that none of those that are asked for takes in."""
    for entry in policy.rules:
        for place, other in idle_exceptions(entry):
            field = place.path[-2]
            text = f"is none of what `{other.path[-1]}` asks for: `{field}` excepts nothing by it"
            yield Finding(place, f"{quoted(str(place.value()))} {text}").also(
                other, "asks for others"
            )
