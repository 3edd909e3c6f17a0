"""A condition names a claim with dots, which is one claim of that very name.

`request.auth.claims[realm_access.roles]` asks for a claim `realm_access.roles` at the top of the
token. What is inside another claim has brackets of its own. (In the matches of a VirtualService
dots do lead inside.)

Fix: write `request.auth.claims[realm_access][roles]`, unless the token has a claim of that name.
"""

import re
from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import quoted

_DOTTED = re.compile(r"request\.auth\.claims\[(\w+(?:\.\w+)+)\]")

_CEL = (
    "!has(object.spec.rules) || object.spec.rules.all(r, !has(r.when) || r.when.all(c, "
    r"!c.key.matches('^request\\.auth\\.claims\\[\\w+(\\.\\w+)+\\]$')))"
)


@rule(on=AuthorizationPolicy, severity=Severity.INFO, since="0.1.0", cel=_CEL)
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report words joined by dots; names that are URLs are claims of their own."""
    for entry in policy.rules:
        for condition in entry.conditions:
            found = _DOTTED.fullmatch(condition.text("key"))
            if found is not None:
                inner = "".join(f"[{name}]" for name in found[1].split("."))
                yield Finding(
                    condition.at("key"),
                    f"{quoted(found[1])} is one claim of that name; inside another claim it is "
                    f"request.auth.claims{inner}",
                ).fixed_by(put(condition.at("key"), f"request.auth.claims{inner}"), safe=False)
