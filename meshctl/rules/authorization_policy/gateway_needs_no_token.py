"""A policy asks for a token, and another one lets in all that the gateway sends.

The rules of ALLOW policies are alternatives. Where one asks for `requestPrincipals` and another names the namespace or
account of the gateway, requests from outside meet the second one, with a token or without: everybody gets in.

Fix: put both into one source (`requestPrincipals` beside `namespaces`), or limit the other rule to what needs no token.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=AuthorizationPolicy, severity=Severity.WARNING, since="0.1.0", holds=("requestPrincipals",)
)
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report policies that no gateway in front of some workload has to meet."""
    found = mesh.clauses.tokenless_gateways.of(policy)
    if found is not None:
        yield Finding(
            found.asked,
            f"what {found.gateway.title} sends to {found.workload.title} needs no token: "
            f"{found.wide.resource.key_name} lets all of it in, and rules are alternatives",
        ).also(found.wide.at(), "lets in the gateway")
