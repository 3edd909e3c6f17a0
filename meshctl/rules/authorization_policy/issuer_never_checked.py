"""A rule asks for a token of an issuer that no RequestAuthentication of the workload knows.

A request principal is `<iss>/<sub>`: what stands before the last slash is compared with the issuer
as it is. Proxies know only issuers that a RequestAuthentication names, letter by letter: for the
issuer `https://login.test/` the principals are `https://login.test//*`, and `https://login.test/*`
never matches. An ALLOW rule by it lets nobody in, a DENY rule refuses nobody.

Fix: write the issuer as the RequestAuthentication has it, with all its slashes, then `/*`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.authorization import takes, takes_issuer
from meshctl.resources import AuthorizationPolicy, Ref
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, quoted, shortened

_PRINCIPALS = ("requestPrincipals", "notRequestPrincipals")


@rule(on=AuthorizationPolicy, severity=Severity.ERROR, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report principals and issuers that none of the tokens known there can have."""
    issuers = mesh.clauses.token_issuers.issuers(policy)
    for value, place, is_principal in _asked(policy) if issuers else ():
        fits = takes_issuer if is_principal else takes
        exact = value.rpartition("/")[0] if is_principal else value
        if exact not in issuers and not any(fits(value, issuer) for issuer in issuers):
            known = shortened(sorted(issuers), MOST_LISTED)
            yield Finding(
                place,
                f"{quoted(value)} is of no issuer that is known there ({known}) and never matches",
                severity=None if mesh.is_whole else Severity.WARNING,
            )


def _asked(policy: AuthorizationPolicy) -> Iterator[tuple[str, Ref, bool]]:
    for entry in policy.rules:
        for source in entry.sources:
            for field in _PRINCIPALS:
                for index, value in enumerate(source.texts(field)):
                    yield value, source.at(field, index), True
        for condition in entry.conditions:
            key = condition.text("key")
            if key in {"request.auth.principal", "request.auth.claims[iss]"}:
                for field in ("values", "notValues"):
                    for index, value in enumerate(condition.texts(field)):
                        yield value, condition.at(field, index), key.endswith("principal")
