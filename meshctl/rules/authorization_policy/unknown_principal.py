"""An AuthorizationPolicy names a service account that doesn't exist, or a foreign trust domain.

Nobody has that identity: an ALLOW rule lets nobody in by it, a DENY rule refuses nobody. In another
trust domain it may exist, if this mesh trusts that domain's certificates.

Fix: correct namespace and account in `source.principals`, or add the domain to `meshConfig.trustDomainAliases`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.registry import parse_principal
from meshctl.mesh.security import named_sources
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(
    on=AuthorizationPolicy, severity=Severity.WARNING,
    equivalents=("KIA0106", "KIA0107", "KIA0108"), since="0.1.0",
)  # fmt: skip
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report principals and accounts, in full, that the input knows not to exist."""
    for named in named_sources(policy, mesh.config.trust_domain):
        accounts = mesh.registry.service_accounts
        if not named.account or "principals" in named.ref.path:
            continue
        if accounts.exists(named.namespace, named.account) is False:
            yield Finding(named.ref, _absent(named.namespace, named.account, mesh))
    for source in policy.sources:
        for key in ("principals", "notPrincipals"):
            for index, text in enumerate(source.texts(key)):
                principal = None if "*" in text else parse_principal(text)
                if principal is None:
                    continue
                if mesh.registry.service_accounts.trusts(principal.trust_domain) is False:
                    yield Finding(
                        source.at(key, index),
                        f"trust domain {quoted(principal.trust_domain)} is neither this mesh's nor an alias of it",
                        severity=Severity.INFO,
                    )
                elif (
                    mesh.registry.service_accounts.exists(principal.namespace, principal.account)
                    is False
                ):
                    absent = _absent(principal.namespace, principal.account, mesh)
                    yield Finding(source.at(key, index), absent)


def _absent(namespace: str, account: str, mesh: Mesh) -> str:
    known = sorted(mesh.registry.service_accounts.in_namespace(namespace))
    return (
        f"namespace {namespace} has no service account {quoted(account)}; "
        f"the input has {', '.join(known[:5]) or 'none'}"
    )
