"""Tokens are taken from the header Authorization together with the word `Bearer`.

`fromHeaders` replaces the places that are looked at by themselves. An entry without `prefix` takes the whole value, so that
`Bearer eyJ…` is no token: every client that sends one gets `401`. Only those who send the bare token are let in.

Fix: write `prefix: "Bearer "`, or leave `fromHeaders` out, since this header is looked at by itself.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import RequestAuthentication
from meshctl.resources.view import View, views
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_PREFIX = "Bearer "


@rule(on=RequestAuthentication, severity=Severity.WARNING, since="0.1.0", needs=("fromHeaders",))
def check(policy: RequestAuthentication, mesh: Mesh) -> Iterator[Outcome]:
    """Report entries for Authorization without a prefix.

    convertToEnvoyJwtConfig, pilot/pkg/security/authn/policy_applier.go, Istio 1.31, copies the prefix.
    """
    for entry in policy.rules:
        for header in views(entry, "fromHeaders", View):
            if header.text("name").lower() == "authorization" and not header.text("prefix"):
                yield Finding(
                    header.at("name"),
                    "without a prefix the whole value of Authorization is read: who sends 'Bearer TOKEN' gets 401",
                ).fixed_by(put(header.at("prefix"), _PREFIX), safe=False)
