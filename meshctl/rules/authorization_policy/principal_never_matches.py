"""An AuthorizationPolicy names a principal that no client can have.

A principal is `<trust domain>/ns/<namespace>/sa/<service account>`, without `spiffe://`. Anything
else never equals that of a Kubernetes workload: an ALLOW rule lets nobody in by it, a DENY rule
refuses nobody.

Fix: write the whole principal, or a wildcard such as `*/ns/shop/sa/web`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.registry import parse_principal
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import quoted


@rule(on=AuthorizationPolicy, severity=Severity.WARNING, equivalents=("KIA0106",), since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report principals of another form; one with its scheme as an error."""
    for source in policy.sources:
        for key in ("principals", "notPrincipals"):
            for index, text in enumerate(source.texts(key)):
                if text.startswith("spiffe://"):
                    yield Finding(
                        source.at(key, index),
                        f"principal {quoted(text)} never matches; principals are written without spiffe://",
                        severity=Severity.ERROR,
                    ).fixed_by(put(source.at(key, index), text.removeprefix("spiffe://")))
                elif text and "*" not in text and parse_principal(text) is None:
                    yield Finding(
                        source.at(key, index),
                        f"principal {quoted(text)} is not of the form domain/ns/namespace/sa/account, "
                        "which those of Kubernetes workloads have",
                    )
